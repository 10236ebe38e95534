// A fast client of the events service, containerd's or ours: HTTP/2 by nghttp2 and as much of gRPC and protobuf as it
// takes. Nothing of the product is in it. Thread: one at a time for a connection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct nghttp2_session;

namespace events_load {

using Clock = std::chrono::steady_clock;

/// Numbers of events by which subscribers show that they are there; the second is that of the last one of that kind.
inline constexpr std::uint32_t kWarm = 0xffff0000;
inline constexpr std::uint32_t kMarker = 0xffff0001;

/// Throws std::runtime_error, also for a call that ends with an error.
class Connection {
 public:
  explicit Connection(const std::string& socket);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  pollfd wanted() const;
  /// Begins a call; flush() sends it.
  void call(std::string_view method, std::string_view message);
  void flush();
  void receive();

 protected:
  virtual void on_data(std::string_view bytes) = 0;
  virtual void on_end() = 0;

 private:
  struct Call;
  struct Callbacks;

  int fd_;
  nghttp2_session* session_ = nullptr;
  std::string outgoing_;
  std::string fault_;  // found in a callback, which must not throw
  std::vector<std::unique_ptr<Call>> unused_;
};

/// Waits for any of them and does what can be done.
void pump(const std::vector<Connection*>& connections, int timeout_ms);

class Publisher : public Connection {
 public:
  using Connection::Connection;

  /// Begins to publish a TaskExit that bears the number.
  void publish(std::uint32_t number);
  void ask_version();
  std::size_t in_flight() const { return in_flight_; }

 protected:
  void on_data(std::string_view) override {}
  void on_end() override { --in_flight_; }

 private:
  std::size_t in_flight_ = 0;
};

class Subscriber : public Connection {
 public:
  explicit Subscriber(const std::string& socket);

  /// From here on `events` numbered ones are expected, each once.
  void expect(std::uint32_t events);
  std::uint32_t count() const { return count_; }
  std::uint32_t last() const { return last_; }
  Clock::time_point last_at() const { return last_at_; }
  /// Equal for those that saw the same events in the same order.
  std::uint64_t order() const { return order_; }
  /// Of each event: nanoseconds between the server's stamp and us.
  const std::vector<std::int64_t>& late() const { return late_; }

 protected:
  void on_data(std::string_view bytes) override;
  void on_end() override;

 private:
  void on_event(std::string_view envelope);

  std::string buffer_;
  std::uint32_t count_ = 0;
  std::uint32_t last_ = 0;
  Clock::time_point last_at_;
  std::uint64_t order_ = 0;
  std::vector<bool> seen_;
  std::vector<std::int64_t> late_;
};

}  // namespace events_load
