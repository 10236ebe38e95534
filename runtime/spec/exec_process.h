// The `process` of a runtime spec for a process that is added to a running container: the container's own, with what
// the command line changes.
//
// Pure: the container's files come in through a reader. Rights (capabilities, limits, filters) are the container's.
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/spec/user.h"

namespace ctrbox::runtime {

struct ExecRequest {
  std::vector<std::string> args;
  std::vector<std::string> env;     // "K=V" sets, "K" unsets
  std::string cwd;                  // "" is the container's
  std::optional<std::string> user;  // as in SpecOptions; otherwise the container's
  bool terminal = false;
};

/// Returns the process as JSON. With a user of its own it has that user's HOME. `spec` is the container's, as its
/// record holds it; `read_file` is asked only when there is a user. Throws invalid_argument (no command, unknown user,
/// a working directory that is no absolute path), failed_precondition (a spec without a process).
std::string build_exec_process(const std::string& spec, const ExecRequest& request, const RootFileReader& read_file);

/// Whether the first process of this spec has a terminal. Throws failed_precondition as above.
bool has_terminal(const std::string& spec);

}  // namespace ctrbox::runtime
