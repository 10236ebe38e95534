// A connection to a shim: ttrpc requests, and answers in whatever order they come. Blocking. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/sys/fd.h"
#include "runtime/wire/conversions.h"
#include "runtime/wire/frame.h"

namespace ctrbox::runtime {

class ShimClient {
 public:
  explicit ShimClient(core::Fd connection) : connection_(std::move(connection)) {}

  /// Puts a request behind those that wait to be sent; returns its stream, by which the answer is known. `service` is
  /// one of wire/conversions.h.
  std::uint32_t put(const std::string& method, const google::protobuf::MessageLite& request,
                    const char* service = wire::kTaskService);
  /// Sends them in one piece. Throws unavailable if the shim is gone.
  void flush();
  std::uint32_t send(const std::string& method, const google::protobuf::MessageLite& request) {
    const std::uint32_t stream = put(method, request);
    flush();
    return stream;
  }
  /// Waits for the answer. Throws what the shim answered; unavailable if the shim is gone; canceled if the user asks to
  /// stop (core/sys/interrupt.h) and there is no answer for another five seconds.
  void receive(std::uint32_t stream, google::protobuf::MessageLite& response);
  void call(const std::string& method, const google::protobuf::MessageLite& request,
            google::protobuf::MessageLite& response) {
    receive(send(method, request), response);
  }

  /// To be polled for reading while an answer is waited for.
  int fd() const noexcept { return connection_.get(); }
  /// Reads what is there (waiting for something if nothing is). Returns whether the answer of `stream` has come.
  bool pump(std::uint32_t stream);
  bool has(std::uint32_t stream) const { return answers_.count(stream) != 0; }

 private:
  core::Fd connection_;
  std::string outgoing_;
  wire::FrameDecoder decoder_;
  std::map<std::uint32_t, std::string> answers_;
  std::uint32_t next_stream_ = 1;  // a client's are odd
};

}  // namespace ctrbox::runtime
