// What criu says of a failure: runc only names its log. The log is kept where it survives, and its last errors are
// quoted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace ctrbox::runtime::shim {

/// The last errors of a criu log, oldest first, at most two, without their time: "Can't lookup mount=27 for fd=1; Dump
/// files failed with -1". What criu says of every run, or at the end of every failed one, is passed over. "" if there
/// is none.
std::string last_criu_errors(std::string_view log);

/// Moves the log to `kept`, and tells both in the error: what runc said, criu's words, where the log is. Without a log
/// (runc failed before criu) the error is what runc said.
core::Error criu_failure(const core::Error& said, const std::string& log, const std::string& kept);

}  // namespace ctrbox::runtime::shim
