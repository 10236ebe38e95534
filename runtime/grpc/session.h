// One connection of a gRPC server: HTTP/2 by nghttp2, gRPC by us. Private to runtime/grpc.
//
// What is sent waits for the peer: a message of a streaming call is only asked for when both HTTP/2's window and the
// socket have room, so that a peer which does not read costs one buffer. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/sys/fd.h"
#include "runtime/grpc/call.h"
#include "runtime/grpc/message.h"

struct nghttp2_session;

namespace ctrbox::runtime::grpc {

class Session {
 public:
  /// Called with a request that has come in whole; it answers with answer() or stream().
  using OnCall = std::function<void(std::int32_t stream, const Request& request)>;

  /// Throws core::Error.
  Session(core::Fd fd, OnCall on_call);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int fd() const noexcept { return fd_.get(); }

  /// Reads and sends what can be read and sent now. Both return false if the connection is of no further use.
  bool receive();
  bool flush();
  /// Bytes as if they had been read from the connection. Returns false if they are not HTTP/2.
  bool feed(std::string_view bytes);
  /// True if flush() has not sent everything: it is to be called again when the connection takes more.
  bool has_more() const noexcept { return has_more_; }

  /// Each ends a unary call. Does nothing if it is gone or answered. flush() sends the answer.
  void answer(std::int32_t stream, std::string_view message);
  void answer(std::int32_t stream, const core::Error& error);
  /// Answers with messages of `source` until that throws.
  void stream(std::int32_t stream, std::unique_ptr<MessageSource> source);
  /// Every source that had nothing is asked again at the next flush().
  void wake();
  /// Ends the streaming calls with `error` and takes no new ones. What is being worked on is answered; flush() returns
  /// false once all is sent.
  void stop(const core::Error& error);

 private:
  struct Call;
  struct Callbacks;

  Call* find(std::int32_t stream);
  void dispatch(std::int32_t stream, Call& call);
  void submit_headers(std::int32_t stream, Call& call);
  std::size_t read_body(std::int32_t stream, Call& call, std::span<std::uint8_t> buffer, std::uint32_t& flags);
  bool refill(Call& call) noexcept;
  bool gather();

  core::Fd fd_;
  OnCall on_call_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, std::unique_ptr<Call>> calls_;
  std::string outgoing_;
  bool has_more_ = false;
  bool stopping_ = false;
};

}  // namespace ctrbox::runtime::grpc
