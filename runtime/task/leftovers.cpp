#include "runtime/task/leftovers.h"

#include <fcntl.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/cgroup.h"
#include "core/sys/file.h"
#include "core/sys/pidfd.h"
#include "core/sys/spawn.h"
#include "runtime/runc/runc.h"
#include "runtime/spec/defaults.h"
#include "runtime/task/bundle.h"

namespace ctrbox::runtime {
namespace {

constexpr std::chrono::seconds kEndPatience{5};

void delete_by_runtime(const TaskName& name, const std::string& program, const std::string& bundle) {
  const runc::Runc runc(program.empty() ? runc::kProgram : std::string_view(program), name.paths.runc_root(name.ns),
                        bundle + "/" + kBundleLog);
  run_with_patience(runc.remove(name.id));
}

}  // namespace

std::uint32_t run_with_patience(const core::SpawnOptions& command) {
  const pid_t pid = core::spawn(command);
  if (const auto identity = core::find_process(pid)) {
    const auto process = core::PidFd::open(*identity);
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kRuntimePatience);
    if (process && !process->wait_for_end(static_cast<int>(patience.count()))) process->send_signal(SIGKILL);
  }
  return core::wait_for(pid).status;
}

Runtime runtime_of(const core::containers::Container& container) {
  Runtime runtime{container.runtime_binary, {}};
  const auto spec = nlohmann::json::parse(container.spec, nullptr, false);
  const auto path = nlohmann::json::json_pointer("/linux/cgroupsPath");
  if (!spec.is_object() || !spec.contains(path) || !spec[path].is_string()) return runtime;
  const std::string group = spec[path];
  // What is named after the container is its own; with any other name there may be strangers in it.
  if (group.starts_with('/') && group.ends_with("/" + container.id)) runtime.control_group = group;
  return runtime;
}

bool remove_runtime_leftovers(const TaskName& name, const std::string& control_group) {
  if (!control_group.empty() && !core::end_cgroups(control_group, kEndPatience)) return false;
  if (const auto root = core::find_at(AT_FDCWD, name.paths.runc_root(name.ns), O_RDONLY | O_DIRECTORY))
    core::remove_tree(root->get(), name.id);
  return true;
}

void end_container(const TaskName& name, const Runtime& runtime, const std::string& bundle) noexcept {
  // Without state of our runtime's there was no group of ours: who is in one of its name is another's.
  bool is_known = false;
  try {
    is_known = core::find_status(AT_FDCWD, name.paths.runc_root(name.ns) + "/" + name.id).has_value();
    delete_by_runtime(name, runtime.program, bundle);
  } catch (...) {
    core::log::debug("cleaning up after " + name.id + ": " + core::current_error().what());
  }
  try {
    if (!remove_runtime_leftovers(name,
                                  is_known || !core::has_processes(runtime.control_group) ? runtime.control_group : ""))
      core::log::error("processes of " + name.id + " cannot be ended");
  } catch (...) {
    core::log::error("cleaning up after " + name.id + ": " + core::current_error().what());
  }
}

}  // namespace ctrbox::runtime
