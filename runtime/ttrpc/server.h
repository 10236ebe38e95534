// A ttrpc socket: connections on the event loop. Answers may come at any time and in any order; one that comes after
// its connection has gone is dropped. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/sys/event_loop.h"
#include "core/sys/fd.h"
#include "runtime/wire/conversions.h"
#include "runtime/wire/frame.h"

namespace ctrbox::runtime::ttrpc {

class Server;

/// The way back of one request. Copyable; the first answer counts.
class Reply {
 public:
  void send(const google::protobuf::MessageLite& message) const;
  void fail(const core::Error& error) const;
  /// False once the connection has gone: nobody would read the answer.
  bool is_reachable() const noexcept;

 private:
  friend class Server;
  Reply(std::weak_ptr<Server*> server, std::uint64_t connection, std::uint32_t stream)
      : server_(std::move(server)), connection_(connection), stream_(stream) {}
  void respond(const ctrbox::wire::Response& response) const;

  std::weak_ptr<Server*> server_;
  std::uint64_t connection_;
  std::uint32_t stream_;
};

/// Who is served: only this process's own user, or everybody whom the socket's mode lets in.
enum class Peers { same_user, all };

class Server {
 public:
  using OnRequest = std::function<void(const ctrbox::wire::Request& request, const Reply& reply)>;

  /// `on_idle` is called whenever the last connection has gone.
  Server(core::EventLoop& loop, OnRequest on_request, std::function<void()> on_idle);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void listen(core::Fd listener, Peers peers);
  /// After a failure to accept, when there may be descriptors again. Does nothing otherwise.
  void resume_accepting();
  /// No new connections; those there are served on.
  void stop_listening();
  /// Takes a connection over.
  void serve(core::Fd connection);
  bool idle() const noexcept { return connections_.empty(); }

 private:
  friend class Reply;
  struct Connection {
    core::Fd fd;
    wire::FrameDecoder decoder;
    std::string outgoing;
  };

  void accept();
  bool is_welcome(int connection) const;
  void on_events(std::uint64_t id, std::uint32_t events);
  /// Both return false if the connection is of no further use.
  bool receive(std::uint64_t id, Connection& connection);
  bool flush(Connection& connection);
  void respond(std::uint64_t id, std::uint32_t stream, const ctrbox::wire::Response& response);
  void drop(std::uint64_t id);

  core::EventLoop& loop_;
  OnRequest on_request_;
  std::function<void()> on_idle_;
  core::Fd listener_;
  Peers peers_ = Peers::same_user;
  std::map<std::uint64_t, Connection> connections_;
  std::uint64_t next_connection_ = 1;
  std::shared_ptr<Server*> self_;  // replies hold it weakly
};

}  // namespace ctrbox::runtime::ttrpc
