#include "runtime/shim/forwarder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/fifo.h"
#include "core/sys/timer.h"
#include "core/sys/unix_socket.h"
#include "events_service.pb.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime::shim {
namespace {

using std::chrono::milliseconds;

constexpr const char* kService = "containerd.services.events.ttrpc.v1.Events";
constexpr std::size_t kReadBytes = 1024;
constexpr milliseconds kFirstDelay{50};
constexpr milliseconds kLongestDelay{10'000};

std::string encode(const core::events::Event& event) {
  ctrbox::wire::ForwardRequest forward;
  auto& envelope = *forward.mutable_envelope();
  wire::set_time(*envelope.mutable_timestamp(), event.timestamp);
  envelope.set_namespace_(event.ns);
  envelope.set_topic(event.topic);
  envelope.mutable_event()->set_type_url(event.type_url);
  envelope.mutable_event()->set_value(event.value);
  ctrbox::wire::Request request;
  request.set_service(kService);
  request.set_method("Forward");
  forward.SerializeToString(request.mutable_payload());
  return request.SerializeAsString();
}

}  // namespace

Forwarder::Forwarder(core::EventLoop& loop, std::string socket)
    : loop_(loop), socket_(std::move(socket)), delay_(kFirstDelay) {}

Forwarder::~Forwarder() {
  disconnect();
  stop_timer(retry_timer_);
  stop_timer(flush_timer_);
}

void Forwarder::push(const core::events::Event& event) {
  if (socket_.empty()) return;
  std::string request = encode(event);
  make_room(request.size());
  waiting_bytes_ += request.size();
  waiting_.push_back(std::move(request));
  advance();
}

void Forwarder::make_room(std::size_t bytes) {
  while (!waiting_.empty() && (waiting_.size() >= kMaxWaiting || waiting_bytes_ + bytes > kMaxWaitingBytes)) {
    if (dropped_++ == 0) core::log::warning("the daemon at " + socket_ + " does not answer: old events are dropped");
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
}

void Forwarder::advance() {
  if (asked_ || retry_timer_) return;
  if (!current_) {
    if (waiting_.empty()) {
      finish_flush();
      return;
    }
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= current_->size();
    refusals_ = 0;
  }
  if (connect()) {
    send_current();
  } else {
    retry_later();
  }
}

bool Forwarder::connect() {
  if (connection_) return true;
  try {
    auto connection = core::try_connect_unix(socket_);
    if (!connection) return false;
    connection_ = std::move(*connection);
  } catch (...) {
    core::log::debug("events: " + std::string(core::current_error().what()));
    return false;
  }
  stream_ = 1;
  decoder_ = {};
  outgoing_.clear();
  loop_.add(connection_.get(), EPOLLIN, [this](std::uint32_t events) { on_events(events); });
  return true;
}

void Forwarder::send_current() {
  wire::encode_frame(outgoing_, stream_, wire::FrameType::request, *current_);
  asked_ = true;
  on_events(EPOLLOUT);
}

void Forwarder::on_events(std::uint32_t events) {
  try {
    if ((events & EPOLLOUT) != 0) write();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  } catch (...) {
    core::log::debug("events: " + std::string(core::current_error().what()));
    disconnect();
    if (current_) retry_later();
  }
}

void Forwarder::write() {
  while (!outgoing_.empty()) {
    const auto count = core::try_write(connection_.get(), std::as_bytes(std::span(outgoing_)));
    if (!count) break;
    outgoing_.erase(0, *count);
  }
  loop_.change(connection_.get(), outgoing_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void Forwarder::receive() {
  std::array<std::byte, kReadBytes> buffer;
  const auto count = core::try_read(connection_.get(), buffer);
  if (!count) return;
  if (*count == 0) throw core::unavailable("the daemon has closed the connection");
  decoder_.append(std::span(buffer).first(*count));
  while (const auto frame = decoder_.next())
    if (asked_ && frame->type == wire::FrameType::response && frame->stream == stream_) on_answer(frame->payload);
}

void Forwarder::on_answer(const std::string& payload) {
  ctrbox::wire::Response response;
  wire::parse(response, payload);
  asked_ = false;
  stream_ += 2;
  if (response.status().code() != 0 && ++refusals_ < kMaxRefusals) {
    retry_later();
    return;
  }
  if (response.status().code() != 0)
    core::log::warning("an event is dropped: the daemon says " + response.status().message());
  if (dropped_ != 0) core::log::warning(std::to_string(std::exchange(dropped_, 0)) + " events were dropped");
  current_.reset();
  delay_ = kFirstDelay;
  advance();
}

void Forwarder::disconnect() {
  if (connection_) loop_.remove(connection_.get());
  connection_.reset();
  asked_ = false;
}

void Forwarder::retry_later() {
  retry_timer_ = core::make_timer(delay_);
  delay_ = std::min(delay_ * 2, kLongestDelay);
  loop_.add(retry_timer_.get(), EPOLLIN, [this](std::uint32_t) { retry_now(); });
}

void Forwarder::retry_now() {
  if (!retry_timer_) return;
  stop_timer(retry_timer_);
  advance();
}

void Forwarder::flush(milliseconds patience, std::function<void()> then) {
  on_flushed_ = std::move(then);
  flush_timer_ = core::make_timer(patience);
  loop_.add(flush_timer_.get(), EPOLLIN, [this](std::uint32_t) {
    core::log::warning(std::to_string(waiting_.size() + (current_ ? 1 : 0)) + " events were not told: the daemon at " +
                       socket_ + " does not answer");
    finish_flush();
  });
  if (idle()) finish_flush();
}

void Forwarder::finish_flush() {
  stop_timer(flush_timer_);
  if (on_flushed_) std::exchange(on_flushed_, nullptr)();
}

void Forwarder::stop_timer(core::Fd& timer) {
  if (timer) loop_.remove(timer.get());
  timer.reset();
}

}  // namespace ctrbox::runtime::shim
