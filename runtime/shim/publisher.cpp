#include "runtime/shim/publisher.h"

#include "core/sys/own_process.h"

namespace ctrbox::runtime::shim {
namespace {

namespace events = core::events;

std::uint32_t pid_of(const TaskRecord& record) { return static_cast<std::uint32_t>(record.init.pid); }

}  // namespace

void Publisher::tell(events::Payload payload) {
  events::Event event;
  event.timestamp = core::now_ns();
  event.ns = ns_;
  event.topic = std::move(payload.topic);
  event.type_url = std::move(payload.type_url);
  event.value = std::move(payload.value);
  forwarder_.push(event);
}

void Publisher::created(const TaskRecord& record, const std::vector<core::Mount>& rootfs) {
  tell(encode(events::TaskCreate{id_, record.bundle, rootfs, record.io, pid_of(record)}));
}

void Publisher::started(const TaskRecord& record, const std::vector<core::Mount>&) {
  tell(encode(events::TaskStart{id_, pid_of(record)}));
}

void Publisher::paused(bool paused) {
  tell(paused ? encode(events::TaskPaused{id_}) : encode(events::TaskResumed{id_}));
}

void Publisher::out_of_memory() { tell(encode(events::TaskOom{id_})); }

void Publisher::checkpointed(const std::string& path) { tell(encode(events::TaskCheckpointed{id_, path})); }

void Publisher::exited(const TaskRecord& record, const ExitStatus& exit) {
  tell(encode(events::TaskExit{id_, id_, pid_of(record), exit.status, exit.exited_at}));
}

void Publisher::removed(const TaskRecord& record, const ExitStatus& exit) {
  tell(encode(events::TaskDelete{id_, pid_of(record), exit.status, exit.exited_at, id_}));
}

void Publisher::exec_added(const std::string& exec_id) { tell(encode(events::TaskExecAdded{id_, exec_id})); }

void Publisher::exec_started(const ExecProcess& process) {
  tell(encode(events::TaskExecStarted{id_, process.id, process.pid}));
}

void Publisher::exec_exited(const ExecProcess& process, const ExitStatus& exit) {
  tell(encode(events::TaskExit{id_, process.id, process.pid, exit.status, exit.exited_at}));
}

void Publisher::rest() { core::return_free_memory(); }

}  // namespace ctrbox::runtime::shim
