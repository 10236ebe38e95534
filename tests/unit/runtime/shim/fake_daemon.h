// A foreign daemon's ttrpc socket on the test's own event loop: remembers what it is told.
#pragma once

#include <fcntl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/events/event.h"
#include "core/sys/event_loop.h"
#include "core/sys/file.h"
#include "core/sys/unix_socket.h"
#include "events_service.pb.h"
#include "runtime/ttrpc/server.h"

namespace ctrbox::runtime::shim {

class FakeDaemon {
 public:
  FakeDaemon(core::EventLoop& loop, std::string path) : loop_(loop), path_(std::move(path)) {}
  ~FakeDaemon() { end(); }

  void begin() {
    server_.emplace(
        loop_, [this](const auto& request, const ttrpc::Reply& reply) { take(request, reply); }, [] {});
    server_->listen(core::listen_unix(AT_FDCWD, path_), ttrpc::Peers::same_user);
  }
  void end() {
    server_.reset();
    core::remove_file(AT_FDCWD, path_);
  }

  std::vector<core::events::Event> told;
  std::vector<std::string> methods;
  /// Asked for each request; an error is the answer.
  std::function<std::optional<core::Error>(const core::events::Event&)> refuse;
  bool silent = false;  // no answer at all

 private:
  void take(const ctrbox::wire::Request& request, const ttrpc::Reply& reply) {
    methods.push_back(request.service() + "/" + request.method());
    ctrbox::wire::ForwardRequest forward;
    wire::parse(forward, request.payload());
    core::events::Event event;
    event.timestamp = wire::to_time(forward.envelope().timestamp());
    event.ns = forward.envelope().namespace_();
    event.topic = forward.envelope().topic();
    event.type_url = forward.envelope().event().type_url();
    event.value = forward.envelope().event().value();
    if (silent) return;
    if (const auto error = refuse ? refuse(event) : std::nullopt) {
      reply.fail(*error);
      return;
    }
    told.push_back(event);
    reply.send(ctrbox::wire::Empty());
  }

  core::EventLoop& loop_;
  std::string path_;
  std::optional<ttrpc::Server> server_;
};

/// Turns the loop until `condition` holds. Returns false if it does not within ten seconds.
inline bool turn_until(core::EventLoop& loop, const std::function<bool()>& condition) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (!condition() && Clock::now() < deadline) loop.run_once(10);
  return condition();
}

}  // namespace ctrbox::runtime::shim
