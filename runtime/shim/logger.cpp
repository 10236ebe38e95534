#include "runtime/shim/logger.h"

#include "core/base/error.h"
#include "core/sys/fifo.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr int kReadyTimeoutMs = 10'000;
constexpr int kOutAtLogger = 3, kErrAtLogger = 4, kReadyAtLogger = 5;

}  // namespace

LoggerPipes start_logger(Children& children, const TaskName& name, const LogUri& uri) {
  core::Pipe out = core::make_pipe(), err = core::make_pipe(), ready = core::make_pipe();
  core::SpawnOptions command;
  command.program = uri.path;
  command.arguments = {uri.path};
  command.arguments.insert(command.arguments.end(), uri.arguments.begin(), uri.arguments.end());
  command.environment = {"CONTAINER_ID=" + name.id, "CONTAINER_NAMESPACE=" + name.ns};
  command.descriptors = {
      {out.read_end.get(), kOutAtLogger}, {err.read_end.get(), kErrAtLogger}, {ready.write_end.get(), kReadyAtLogger}};
  const pid_t pid = children.run_apart(command);
  ready.write_end.reset();
  if (!core::wait_for_input(ready.read_end.get(), kReadyTimeoutMs)) {
    children.kill(pid);
    throw core::failed_precondition("log program " + core::quoted(uri.path) + " did not get ready in 10 s");
  }
  return {std::move(out.write_end), std::move(err.write_end)};
}

}  // namespace ctrbox::runtime::shim
