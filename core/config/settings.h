// What is set for the whole host, in the state itself, since every command must know it and none reads a file for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "state/transaction.h"

namespace ctrbox::core {

// Names of settings; each is read and written by the room that knows what it means.
inline constexpr std::string_view kEventsMaxAge = "events.max_age";
inline constexpr std::string_view kEventsMaxCount = "events.max_count";
inline constexpr std::string_view kHostId = "host.id";

std::optional<std::string> find_setting(state::Database& database, std::string_view name);
void put_setting(state::Transaction& tx, std::string_view name, const std::string& value);

}  // namespace ctrbox::core
