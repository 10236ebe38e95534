// The options that a client of containerd gives for its runtime: containerd.runc.v1.Options, as Create carries them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/runc/runc.h"
#include "ttrpc.pb.h"

namespace ctrbox::runtime::shim::contract {

struct RuntimeOptions {
  std::string program{runc::kProgram};
  std::string root;  // the runtime's own state, the namespace's directory in it
  runc::Flags flags;
  std::string shim_cgroup;  // "": the shim stays where it is
};

/// Options of another type are none. Throws invalid_argument for bytes that are not what their type says, and a root
/// that is no absolute path.
RuntimeOptions read_options(const ctrbox::wire::Any& options, const std::string& ns);

}  // namespace ctrbox::runtime::shim::contract
