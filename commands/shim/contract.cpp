#include "commands/shim/contract.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "commands/errors.h"
#include "commands/ui/stream.h"
#include "commands/version.h"
#include "core/base/error.h"
#include "core/config/paths.h"
#include "runtime/shim/contract/attendance.h"
#include "runtime/shim/contract/bootstrap.h"
#include "runtime/shim/contract/cleanup.h"
#include "runtime/shim/contract/invocation.h"
#include "runtime/shim/contract/runtime_info.h"

namespace ctrbox::commands {
namespace {

namespace contract = runtime::shim::contract;

/// What the daemon is to read on stdout: of `start` and `delete` that and nothing else.
std::string perform(const contract::Invocation& invocation) {
  using contract::Action;
  const core::Paths paths = core::Paths::choose("", "");
  switch (invocation.action) {
    case Action::start: return contract::start(paths, invocation, std::getenv("MAX_SHIM_VERSION") != nullptr);
    case Action::remove: return contract::clean_up(paths, invocation).SerializeAsString();
    case Action::serve: contract::serve(paths, invocation); return "";
    case Action::info: return contract::runtime_info(version(), revision());
    case Action::version: return std::string(contract::kProgram) + " (ctrbox) " + std::string(version()) + "\n";
  }
  return "";
}

}  // namespace

int contract_main(int argc, char** argv) {
  FdStream out(STDOUT_FILENO);
  FdStream err(STDERR_FILENO);
  err << std::unitbuf;
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    out << perform(contract::parse_invocation(arguments));
    out.flush();
    if (out.error() != 0) throw core::system_error("writing to stdout", out.error());
    return 0;
  } catch (...) {
    return report_current_error(contract::kProgram, err);
  }
}

}  // namespace ctrbox::commands
