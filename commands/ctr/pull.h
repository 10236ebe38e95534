// `ctr images pull` (2017: `ctr pull`, `dist pull`) and `ctr content fetch` (2017: `ctr fetch`, `dist fetch`).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

/// Fetches an image and unpacks it.
Action declare_pull(CLI::App& app);
/// The same without unpacking.
Action declare_fetch(CLI::App& app);

inline constexpr std::string_view kPullNeedsRoot = "it unpacks files with their owners and makes device nodes";

}  // namespace ctrbox::commands
