// The calls about what a task uses and what it may use.
#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "core/sys/file.h"
#include "core/sys/process_cgroups.h"
#include "runtime/metrics/limits.h"
#include "runtime/metrics/stats.h"
#include "runtime/shim/container.h"
#include "runtime/spec/resources.h"

namespace ctrbox::runtime::shim {
namespace {

/// A nameless file from whose beginning the descriptor reads.
core::Fd make_input(const std::string& text) {
  const core::Fd file = core::open_at(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600);
  core::write_all(file.get(), text);
  return core::open_at(AT_FDCWD, "/proc/self/fd/" + std::to_string(file.get()), O_RDONLY);
}

}  // namespace

void Container::require_living(const char* wanted) const {
  if (pid() != 0 && (state_ == TaskState::running || state_ == TaskState::paused || state_ == TaskState::created))
    return;
  throw core::failed_precondition(std::string("a task that is ") + to_string(state_) + " has no " + wanted);
}

void Container::stats(const ttrpc::Reply& reply) const {
  require_living("metrics");
  ctrbox::wire::StatsResponse response;
  *response.mutable_stats() = read_stats(core::find_process_cgroups(init_.identity().pid));
  reply.send(response);
}

void Container::update(const ctrbox::wire::UpdateTaskRequest& request, const ttrpc::Reply& reply) {
  require_living("limits");
  const auto resources = parse_resources(request.resources().value());
  const auto before = limits_beneath(resources, read_limits(core::find_process_cgroups(init_.identity().pid)));
  run_update(resources.dump(), [this, before, reply](std::uint32_t status) {
    if (status == 0) {
      reply.send(ctrbox::wire::Empty());
      return;
    }
    const core::Error error = runc_->failure("update", status);
    // The runtime sets one after the other, and lays back only what it had set before.
    try {
      if (before.empty()) throw error;
      run_update(before.dump(), [error, reply](std::uint32_t) { reply.fail(error); });
    } catch (const core::Error&) {
      reply.fail(error);
    }
  });
}

void Container::run_update(const std::string& resources, std::function<void(std::uint32_t status)> then) {
  auto command = runc_->update(name_.id);
  const auto input = std::make_shared<core::Fd>(make_input(resources));
  command.descriptors = {{input->get(), 0}};
  children_.run(command, [input, then = std::move(then)](std::uint32_t status) { then(status); });
}

}  // namespace ctrbox::runtime::shim
