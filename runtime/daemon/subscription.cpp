#include "runtime/daemon/subscription.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/events/describe.h"
#include "events_service.pb.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime::daemon {
namespace {

constexpr std::size_t kKeptBatches = 4;
// A filter that lets little through must not keep the loop from the other subscribers.
constexpr std::size_t kPassedOverAtOnce = 1 << 20;  // bytes of payload
constexpr std::size_t kEventBytes = 2048;           // what looking at an event costs at least, in bytes

std::string encode(const core::events::Event& event) {
  ctrbox::wire::Envelope envelope;
  wire::set_time(*envelope.mutable_timestamp(), event.timestamp);
  envelope.set_namespace_(event.ns);
  envelope.set_topic(event.topic);
  envelope.mutable_event()->set_type_url(event.type_url);
  envelope.mutable_event()->set_value(event.value);
  envelope.set_sequence(event.sequence);
  return envelope.SerializeAsString();
}

}  // namespace

std::shared_ptr<const Tail::Batch> Tail::after(std::int64_t sequence) {
  static const auto nothing = std::make_shared<const Batch>();
  if (sequence == end_) return nothing;
  for (const Kept& kept : kept_)
    if (kept.after == sequence) return kept.batch;

  core::events::Batch read = core::events::read_after(database_, sequence);
  if (!read.may_go_on) end_ = read.events.empty() ? sequence : read.events.back().sequence;
  if (read.events.empty()) return nothing;
  auto batch = std::make_shared<Batch>();
  batch->gap = read.gap;
  for (core::events::Event& event : read.events) {
    std::string envelope = encode(event);
    batch->entries.push_back({std::move(event), std::move(envelope)});
  }
  kept_.push_back({sequence, batch});
  if (kept_.size() > kKeptBatches) kept_.pop_front();
  return batch;
}

Subscription::Subscription(Tail& tail, core::Filter filter, std::int64_t after)
    : tail_(tail), filter_(std::move(filter)), position_(after) {}

bool Subscription::advance() {
  next_ = 0;
  batch_ = tail_.after(position_);
  if (batch_->entries.empty()) {
    batch_.reset();
    return false;
  }
  if (batch_->gap) throw core::data_loss("subscription fell behind: " + to_string(*batch_->gap));
  return true;
}

bool Subscription::matches(const core::events::Event& event) const {
  if (filter_.matches_everything()) return true;
  core::events::EventFields fields(event);
  return filter_.matches([&](const std::vector<std::string>& path) { return fields.find(path); });
}

std::optional<std::string> Subscription::next() {
  for (std::size_t passed_over = 0; passed_over < kPassedOverAtOnce;) {
    if (batch_ == nullptr || next_ == batch_->entries.size()) {
      if (!advance()) return std::nullopt;
    }
    const Tail::Entry& entry = batch_->entries[next_++];
    position_ = entry.event.sequence;
    if (matches(entry.event)) return entry.envelope;
    passed_over += kEventBytes + entry.event.value.size();
  }
  tail_.postpone();
  return std::nullopt;
}

}  // namespace ctrbox::runtime::daemon
