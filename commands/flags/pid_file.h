// --pid-file, as every command that starts a process has it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/task/process.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

void add_pid_file(CLI::App& app, std::string& path);

/// Does nothing when `path` is "". Throws, naming the flag, if the file cannot be written; the process is killed then:
/// who asked for the file could not find it.
void write_pid_file(const std::string& path, runtime::Process& process);

}  // namespace ctrbox::commands
