// Tells when a container has run out of memory. At rest it costs a descriptor or two and no wake-up.
//
// A host without such notices (no memory controller, no descriptors left) has no watch, which is no error. Thread: the
// loop's. Ownership: to be destroyed before the loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

#include "core/sys/event_loop.h"
#include "core/sys/oom_notice.h"
#include "core/sys/process_cgroups.h"

namespace ctrbox::runtime::shim {

class OomWatch {
 public:
  /// Watches the groups that process `init` is in now. `on_oom` is called once for what has come together.
  OomWatch(core::EventLoop& loop, pid_t init, std::function<void()> on_oom) noexcept;
  OomWatch(core::EventLoop& loop, const core::ProcessCgroups& groups, std::function<void()> on_oom) noexcept;
  ~OomWatch();
  OomWatch(const OomWatch&) = delete;
  OomWatch& operator=(const OomWatch&) = delete;

  /// Looks now: called before an exit is recorded, so that what killed the process is told before its end.
  void look();
  /// False on a host without notices, and once the group has gone.
  bool is_watching() const noexcept { return notice_.has_value(); }

 private:
  void watch(const core::ProcessCgroups& groups) noexcept;
  void stop() noexcept;

  core::EventLoop& loop_;
  std::function<void()> on_oom_;
  std::optional<core::OomNotice> notice_;
};

}  // namespace ctrbox::runtime::shim
