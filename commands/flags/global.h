// The flags before the command, which every command of a personality has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::commands {

struct GlobalFlags {
  std::string root;   // "": CTRBOX_ROOT or the default
  std::string state;  // "": CTRBOX_STATE or the default
  std::string ns = "default";
  bool debug = false;
  double timeout_seconds = 0;
};

/// One of them, as help, manuals and completion show it.
struct GlobalFlag {
  std::string_view name;        // "--namespace"
  std::string_view short_name;  // "-n", or ""
  std::string_view value;       // "NAME"; "" for a switch
  std::string_view summary;
};

std::span<const GlobalFlag> global_flags() noexcept;

struct ParsedGlobals {
  GlobalFlags flags;
  bool help = false;
  bool version = false;
  std::vector<std::string> rest;  // the command and what follows
};

/// Reads CONTAINERD_NAMESPACE and the flags in front of the command. Throws UsageError for an unknown flag or a missing
/// value, core::Error for a bad one.
ParsedGlobals parse_globals(const std::string& program, std::span<const std::string> arguments);

}  // namespace ctrbox::commands
