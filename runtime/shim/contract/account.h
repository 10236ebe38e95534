// What `delete` must know of a task whose shim may be dead: kept in the bundle by the shim, as ctrbox.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/sys/process.h"
#include "runtime/runc/runc.h"

namespace ctrbox::runtime::shim::contract {

/// The runtime's own state when nobody says where, one directory a namespace in it: containerd's.
inline constexpr const char* kDefaultRuntimeRoot = "/run/containerd/runc";

struct Account {
  std::string runtime{runc::kProgram};
  std::string runtime_root;
  runc::Flags flags;
  core::ProcessIdentity init;
  std::optional<std::uint32_t> exit_status;
  core::UnixNanos exited_at = 0;
};

/// Throws core::Error.
void write_account(int bundle, const Account& account);
/// What was written; std::nullopt if there is none, or not a whole one.
std::optional<Account> find_account(int bundle);

}  // namespace ctrbox::runtime::shim::contract
