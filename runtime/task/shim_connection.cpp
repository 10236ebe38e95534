#include "runtime/task/shim_connection.h"

#include <signal.h>

#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "runtime/task/process.h"
#include "runtime/task/record.h"
#include "runtime/task/recovery.h"
#include "runtime/task/told.h"

namespace ctrbox::runtime {
namespace {

constexpr int kSettleAttempts = 1000;
constexpr std::chrono::milliseconds kSettlePause{2};

}  // namespace

core::Error no_running_task(const std::string& id) {
  return core::not_found("no running task found: task " + id + " not found");
}

ShimClient& ShimConnection::living() {
  if (!shim) throw no_running_task(name.id);
  return *shim;
}

void ShimConnection::call(const std::string& method, const google::protobuf::MessageLite& request,
                          google::protobuf::MessageLite& response) {
  living().call(method, request, response);
}

void ShimConnection::call(const std::string& method, const google::protobuf::MessageLite& request) {
  ctrbox::wire::Empty response;
  call(method, request, response);
}

ExitStatus ShimConnection::exit_on_record(const std::string& exec_id) {
  shim.reset();
  // The kernel closes a dying shim's connection a moment before it lets go of the lock.
  for (int attempt = 0; attempt < kSettleAttempts; ++attempt) {
    auto record = find_task(database, name.ns, name.id);
    if (record) record = settle_task(database, name.paths, name.ns, *record);
    // Gone with its record (--rm) before it could answer, or never in one (an exec): the log of events still tells.
    const bool settled = !record || record->exit_status;
    if (settled && (!record || !exec_id.empty())) {
      const std::string& told_as = exec_id.empty() ? name.id : exec_id;
      const auto told = find_told_exit(database, name.ns, name.id, told_as);
      return told.value_or(ExitStatus{128 + SIGKILL, core::now_ns()});
    }
    if (settled) return {*record->exit_status, record->exited_at};
    std::this_thread::sleep_for(kSettlePause);
  }
  throw core::unavailable("the shim of task " + name.id + " does not answer");
}

}  // namespace ctrbox::runtime
