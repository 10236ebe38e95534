// The chronicle of a task that a foreign daemon had made: containerd's events, told to that daemon. Nothing is written
// into our state. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events/outbox.h"
#include "runtime/shim/chronicle.h"
#include "runtime/shim/forwarder.h"

namespace ctrbox::runtime::shim {

class Publisher : public Chronicle {
 public:
  /// `forwarder` must outlive this.
  Publisher(Forwarder& forwarder, std::string ns, std::string id)
      : forwarder_(forwarder), ns_(std::move(ns)), id_(std::move(id)) {}

  void created(const TaskRecord& record, const std::vector<core::Mount>& rootfs) override;
  void started(const TaskRecord& record, const std::vector<core::Mount>& rootfs) override;
  void paused(bool paused) override;
  void out_of_memory() override;
  void checkpointed(const std::string& path) override;
  void exited(const TaskRecord& record, const ExitStatus& exit) override;
  void removed(const TaskRecord& record, const ExitStatus& exit) override;
  void exec_added(const std::string& exec_id) override;
  void exec_started(const ExecProcess& process) override;
  void exec_exited(const ExecProcess& process, const ExitStatus& exit) override;
  void rest() override;

 private:
  void tell(core::events::Payload payload);

  Forwarder& forwarder_;
  std::string ns_;
  std::string id_;
};

}  // namespace ctrbox::runtime::shim
