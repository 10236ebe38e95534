// Namespaces keep images, content records, snapshots and containers apart; bytes on disk they share.
//
// A namespace exists as soon as something is written in it; reading creates nothing. Its events are written under
// itself. The rule for names is in namespaces/name.cpp. Thread: that of the Database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels/labels.h"
#include "state/transaction.h"

namespace ctrbox::core::namespaces {

inline constexpr std::string_view kDefault = "default";

struct Namespace {
  std::string name;
  Labels labels;
};

/// Throws invalid_argument (containerd's rule for namespaces: dot-separated labels, at most 76 bytes).
void check_name(std::string_view name);

/// Throws already_exists, invalid_argument.
void create(state::Transaction& tx, const std::string& name, const Labels& labels);
/// The row id, creating the namespace (with its event) if it is not there. Throws invalid_argument.
std::int64_t ensure(state::Transaction& tx, const std::string& name);
std::optional<std::int64_t> find_id(state::Database& database, const std::string& name);
/// Merges labels (an empty value removes its key); creates the namespace if needed. No event if nothing changes.
void label(state::Transaction& tx, const std::string& name, const Labels& labels);
/// In byte order of names.
std::vector<Namespace> list(state::Database& database, const std::vector<std::string>& filters = {});
/// Removes the namespace with its labels, content records and snapshots, told by one event; blobs and snapshot
/// directories are left to the collector. Throws failed_precondition `namespace "x" must be empty` while it has images
/// or containers (the message says how many of each), not_found if there is none.
void remove(state::Transaction& tx, const std::string& name);

}  // namespace ctrbox::core::namespaces
