// A process beside the container's first one: added, started by `runc exec`, and gone when it has ended and been waited
// for. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "runtime/runc/runc.h"
#include "runtime/shim/chronicle.h"
#include "runtime/shim/process.h"
#include "runtime/task/states.h"

namespace ctrbox::runtime::shim {

/// What all processes of a shim share. Everything is borrowed.
struct ExecSurroundings {
  core::EventLoop& loop;
  Children& children;
  Chronicle& chronicle;
  const TaskName& task;
  int bundle;
  std::string bundle_path;
  const runc::Runc& runc;
};

class Exec {
 public:
  /// Opens its streams. Throws core::Error; invalid_argument for a process that is no JSON object. `on_over` is called,
  /// from the loop, when it could not be started, or has ended and all it wrote is handed on.
  Exec(const ExecSurroundings& around, const ctrbox::wire::ExecProcessRequest& request, std::function<void()> on_over);
  ~Exec();
  Exec(const Exec&) = delete;
  Exec& operator=(const Exec&) = delete;

  void start(const ttrpc::Reply& reply);
  void kill(std::uint32_t signal);
  Process& process() noexcept { return process_; }
  TaskState state() const noexcept { return state_; }
  bool is_starting() const noexcept { return starting_; }
  ctrbox::wire::StateResponse describe(const std::string& container_id) const;
  ExecProcess identity() const { return {id_, process_.pid()}; }

 private:
  std::string file(const char* suffix) const { return "exec-" + id_ + suffix; }
  void on_started(std::uint32_t status, const ttrpc::Reply& reply);
  void fail_start(const core::Error& error, const ttrpc::Reply& reply);
  void on_exit(std::uint32_t status);
  void on_drained();
  void tell_over();
  void remove_files() noexcept;

  ExecSurroundings around_;
  std::string id_;
  std::function<void()> on_over_;
  Process process_;
  runc::Runc runc_;  // with a log of its own
  TaskState state_ = TaskState::created;
  bool starting_ = false;
  bool over_ = false;
};

}  // namespace ctrbox::runtime::shim
