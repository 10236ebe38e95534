// The container's memory on disk and back, with criu, by way of the runtime. container.cpp holds its life.
#include <fcntl.h>

#include "core/base/log.h"
#include "core/sys/file.h"
#include "core/sys/loopback.h"
#include "runtime/shim/container.h"
#include "runtime/shim/criu_log.h"
#include "runtime/task/bundle.h"

namespace ctrbox::runtime::shim {
namespace {

runc::CheckpointFlags flags_of(const ctrbox::wire::CheckpointOptions& options) {
  runc::CheckpointFlags flags;
  flags.leave_running = !options.exit();
  flags.tcp_established = options.open_tcp();
  flags.external_unix_sockets = options.external_unix_sockets();
  flags.shell_job = options.terminal();
  flags.file_locks = options.file_locks();
  flags.empty_namespaces = {options.empty_namespaces().begin(), options.empty_namespaces().end()};
  flags.cgroups_mode = options.cgroups_mode();
  return flags;
}

}  // namespace

void Container::checkpoint(const ctrbox::wire::CheckpointTaskRequest& request, const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::checkpoint);
  if (checkpointing_) throw core::failed_precondition("task " + name_.id + " is being checkpointed already");
  if (request.path().empty()) throw core::invalid_argument("a checkpoint needs a path for its image");
  ctrbox::wire::CheckpointOptions options;
  if (!request.options().value().empty()) wire::parse(options, request.options().value());
  make_criu_work();
  const auto command = runc_->checkpoint(name_.id, request.path(), criu_work(), flags_of(options));
  children_.run(command, [this, reply](std::uint32_t status) { on_checkpointed(status, reply); });
  checkpointing_ = true;
  chronicle_->prepare();
}

void Container::on_checkpointed(std::uint32_t status, const ttrpc::Reply& reply) {
  checkpointing_ = false;
  try {
    if (status != 0)
      throw criu_failure(runc_->failure("checkpoint", status), criu_work() + "/dump.log",
                         bundle_path_ + "/" + kBundleCriuLog);
    chronicle_->checkpointed("");  // where criu's image is, is between the caller and us
    chronicle_->rest();
    core::remove_tree(bundle_, kBundleCriuWork);
    reply.send(ctrbox::wire::Empty());
  } catch (...) {
    reply.fail(core::current_error());
  }
  if (held_exit_) on_exit(*held_exit_);
}

core::SpawnOptions Container::restore_command() {
  make_criu_work();
  return runc_->restore(name_.id, kBundlePidFile, init_.stdio().console_socket(), restore_from_, criu_work());
}

void Container::complete_restore() {
  restore_from_.clear();  // a restart begins anew
  core::remove_tree(bundle_, kBundleCriuWork);
  try {
    // The runtime raises it when it makes the network, and criu puts back the sockets but not the interface.
    if (!held_exit_) core::raise_loopback(init_.identity().pid);
  } catch (...) {
    // It may have ended by now; it runs without otherwise.
    core::log::error("restore of " + name_.id + ": " + core::current_error().what());
  }
}

core::Error Container::restore_failure(std::uint32_t status) const {
  // The bundle goes with the task that has failed to start.
  return criu_failure(runc_->failure("restore", status), criu_work() + "/restore.log",
                      name_.paths.criu_log(name_.ns, name_.id));
}

std::string Container::criu_work() const { return bundle_path_ + "/" + kBundleCriuWork; }

void Container::make_criu_work() {
  core::remove_tree(bundle_, kBundleCriuWork);
  core::make_directory(bundle_, kBundleCriuWork, 0700);
}

}  // namespace ctrbox::runtime::shim
