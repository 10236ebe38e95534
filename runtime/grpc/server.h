// A gRPC server on unix sockets: many connections on one event loop, one thread, no queue that grows with what a peer
// does not read. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "core/sys/event_loop.h"
#include "core/sys/fd.h"
#include "runtime/grpc/call.h"
#include "runtime/grpc/session.h"

namespace ctrbox::runtime::grpc {

class Server {
 public:
  /// `on_change` is called whenever a connection has come or gone.
  Server(core::EventLoop& loop, Methods methods, std::function<void()> on_change);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves whoever connects; the socket's mode says who can. The descriptor is non-blocking.
  void listen(core::Fd listener);
  /// After a failure to accept, when there may be descriptors again. Does nothing otherwise.
  void resume_accepting();
  std::size_t connections() const noexcept { return sessions_.size(); }
  const Methods& methods() const noexcept { return methods_; }

  /// The sources of streaming calls may have something again.
  void wake();
  /// Ends streaming calls with `error`, answers no new ones, and closes connections as they become idle.
  void stop(const core::Error& error);

 private:
  friend class Reply;
  using Sessions = std::map<std::uint64_t, std::unique_ptr<Session>>;

  void accept();
  void serve(core::Fd connection);
  void on_call(std::uint64_t id, std::int32_t stream, const Request& request);
  void on_events(std::uint64_t id, std::uint32_t events);
  void answer(std::uint64_t id, std::int32_t stream, std::string_view message);
  void answer(std::uint64_t id, std::int32_t stream, const core::Error& error);
  /// Sends what can be sent; false if the connection is of no further use.
  bool flush(Session& session);
  /// Sends at the loop's next turn, together with what else is answered until then.
  void flush_later(Session& session);
  void drop(std::uint64_t id);

  core::EventLoop& loop_;
  Methods methods_;
  std::function<void()> on_change_;
  core::Fd listener_;
  Sessions sessions_;
  std::uint64_t next_session_ = 1;
  std::shared_ptr<Server*> self_;  // replies hold it weakly
};

}  // namespace ctrbox::runtime::grpc
