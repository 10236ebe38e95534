// The shim's children: commands it has started, and orphans that came to it (the container's first process among them).
// Every child that ends is reaped; who it was is told once. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "core/sys/event_loop.h"
#include "core/sys/signals.h"
#include "core/sys/spawn.h"

namespace ctrbox::runtime::shim {

class Children {
 public:
  using OnExit = std::function<void(std::uint32_t status)>;

  /// `on_terminate` is called when somebody asks this process to go (SIGTERM, SIGINT).
  Children(core::EventLoop& loop, std::function<void()> on_terminate);
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Starts a command; `on_exit` is called from the loop.
  pid_t run(const core::SpawnOptions& command, OnExit on_exit);
  /// Starts a program whose end nobody waits for, and which leaves no process to us.
  pid_t run_apart(const core::SpawnOptions& command);
  /// Kills a command that is still running; its end is told as any other.
  void kill(pid_t command);

  /// From now on `on_exit` tells of the end of `pid`, a process that a command started has left to us. Call it inside
  /// that command's on_exit: an exit seen before is held back for it until then, and is returned instead of told.
  std::optional<std::uint32_t> adopt(pid_t pid, OnExit on_exit);
  /// Nobody is to be told of the end of an adopted process any more.
  void disown(pid_t pid);

 private:
  void on_signal();
  void reap();

  core::EventLoop& loop_;
  std::function<void()> on_terminate_;
  core::SignalFd signals_;
  std::map<pid_t, OnExit> commands_;
  std::map<pid_t, OnExit> adopted_;
  std::set<pid_t> apart_;
  std::map<pid_t, std::uint32_t> unclaimed_;  // ended while a command ran that may have started them
};

}  // namespace ctrbox::runtime::shim
