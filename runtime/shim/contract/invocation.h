// How a daemon calls the program of a Runtime v2 shim: flags with one dash, then an action. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace ctrbox::runtime::shim::contract {

/// The name by which a runtime `io.containerd.ctrbox.v2` is found in PATH.
inline constexpr const char* kProgram = "containerd-shim-ctrbox-v2";

enum class Action { start, remove, serve, version, info };

struct Invocation {
  std::string ns;
  std::string address;         // of the daemon's gRPC socket
  std::string publish_binary;  // not needed: events go to TTRPC_ADDRESS
  std::string id;
  std::string bundle;
  bool debug = false;
  Action action = Action::start;
};

/// `words` are the arguments without the program's name. Flags are written as Go's: -id ID, --id ID, -id=ID. Throws
/// invalid_argument for an unknown flag or action, a missing value, and an id or namespace that is no identifier.
Invocation parse_invocation(std::span<const std::string> words);

}  // namespace ctrbox::runtime::shim::contract
