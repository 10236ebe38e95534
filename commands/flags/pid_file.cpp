#include "commands/flags/pid_file.h"

#include <fcntl.h>

#include <csignal>

#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "core/sys/file.h"

namespace ctrbox::commands {
namespace {

constexpr mode_t kReadable = 0644;

void kill(runtime::Process& process) noexcept {
  try {
    process.kill(SIGKILL);
  } catch (const std::exception&) {
    // It has ended by itself.
  }
}

}  // namespace

void add_pid_file(CLI::App& app, std::string& path) {
  add_value(app, "--pid-file", path, "FILE", "write the pid of its process to a file");
}

void write_pid_file(const std::string& path, runtime::Process& process) {
  if (path.empty()) return;
  core::ScopeExit roll_back([&] { kill(process); });
  core::with_context("flag --pid-file",
                     [&] { core::write_file_atomically(AT_FDCWD, path, std::to_string(process.pid()), kReadable); });
  roll_back.release();
}

}  // namespace ctrbox::commands
