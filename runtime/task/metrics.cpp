// What a task uses and may use, as its shim is asked for it.
#include "runtime/metrics/stats.h"
#include "runtime/task/shim_connection.h"
#include "runtime/task/task.h"

namespace ctrbox::runtime {
namespace {

// What containerd's clients send it as; their shim looks at nothing else.
constexpr const char* kResourcesUrl = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";

}  // namespace

Metrics Task::metrics() {
  ctrbox::wire::StatsRequest request;
  request.set_id(container_id());
  ctrbox::wire::StatsResponse response;
  connection_->call("Stats", request, response);
  return decode_stats(response.stats());
}

void Task::update(const std::string& resources) {
  ctrbox::wire::UpdateTaskRequest request;
  request.set_id(container_id());
  request.mutable_resources()->set_type_url(kResourcesUrl);
  request.mutable_resources()->set_value(resources);
  connection_->call("Update", request);
}

}  // namespace ctrbox::runtime
