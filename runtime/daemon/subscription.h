// One subscriber: a filter and a place in the log. It is fed from the table as fast as it reads, so that a slow one
// holds one batch and loses nothing; those that keep up share what was read last. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/events/log.h"
#include "core/filters/filter.h"
#include "core/sys/wakeup.h"
#include "runtime/grpc/call.h"

namespace ctrbox::runtime::daemon {

/// The log as subscribers see it: batches, the last of which are kept for the next one who asks.
class Tail {
 public:
  explicit Tail(state::Database& database) : database_(database) {}

  /// Readable when a subscription has put off what it could not do at once: it is to be asked again.
  int postponed_fd() const noexcept { return postponed_.fd(); }
  void postpone() noexcept { postponed_.signal(); }
  void answer_postponed() noexcept { postponed_.answer(); }

  /// An event and its encoded envelope.
  struct Entry {
    core::events::Event event;
    std::string envelope;
  };
  struct Batch {
    std::optional<core::events::Gap> gap;
    std::vector<Entry> entries;
  };
  /// What follows `sequence`; no entries if nothing does.
  std::shared_ptr<const Batch> after(std::int64_t sequence);
  /// Something may have been written: nothing is known to be the end any more.
  void refresh() noexcept { end_ = -1; }

 private:
  struct Kept {
    std::int64_t after;
    std::shared_ptr<const Batch> batch;
  };

  state::Database& database_;
  std::deque<Kept> kept_;
  core::Wakeup postponed_;
  std::int64_t end_ = -1;  // a sequence after which there was nothing when last looked
};

class Subscription : public grpc::MessageSource {
 public:
  /// Sends what follows `after` and matches.
  Subscription(Tail& tail, core::Filter filter, std::int64_t after);

  /// Throws data_loss, naming the gap, if retention has removed what was not sent yet.
  std::optional<std::string> next() override;

 private:
  bool advance();
  bool matches(const core::events::Event& event) const;

  Tail& tail_;
  core::Filter filter_;
  std::int64_t position_;
  std::shared_ptr<const Tail::Batch> batch_;
  std::size_t next_ = 0;
};

}  // namespace ctrbox::runtime::daemon
