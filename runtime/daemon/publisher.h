// Writes events of others into the log, beside the loop: a write may have to wait for another process's transaction,
// and subscribers must not wait with it. What has come while one transaction was written goes into the next together.
//
// Thread: publish() and the callbacks are the loop's; the writing thread is private and has a database of its own.
// After a crash: an event that was answered may be missing only after a power cut.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/events/event.h"
#include "core/sys/event_loop.h"
#include "core/sys/wakeup.h"
#include "state/database.h"

namespace ctrbox::runtime::daemon {

class Publisher {
 public:
  /// Given the error when the event was not written.
  using Done = std::function<void(const std::optional<core::Error>& error)>;

  /// `on_written` is called when something was written, before the callbacks of that.
  Publisher(core::EventLoop& loop, std::string database_path, std::function<void()> on_written);
  /// Writes what was taken and joins the thread; callbacks that were not called yet never are.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Requires: the event was checked. Throws unavailable when too much waits already.
  void publish(core::events::Event event, Done done);

 private:
  struct Entry {
    core::events::Event event;
    Done done;
    std::optional<core::Error> error;
  };

  void run();
  void write(std::vector<Entry>& batch);
  std::vector<Entry> take_batch();
  void answer();

  core::EventLoop& loop_;
  const std::string database_path_;
  const std::function<void()> on_written_;
  core::Wakeup written_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wanted_;
  std::deque<Entry> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<Entry> finished_;
  bool stopping_ = false;

  std::unique_ptr<state::Database> database_;  // the thread's
  std::thread thread_;                         // last: begins when everything else is there
};

}  // namespace ctrbox::runtime::daemon
