// A gRPC call as its handler sees it: a request that has come in whole, and a way to answer it. A unary call is
// answered once, now or later; a streaming one by a source of messages that is asked as fast as the peer reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace google::protobuf {
class MessageLite;
}

namespace ctrbox::runtime::grpc {

struct Request {
  std::string path;                             // "/containerd.services.events.v1.Events/Publish"
  std::map<std::string, std::string> metadata;  // names in lower case; of a name given twice the first
  std::string message;

  /// "" if it is not there.
  std::string metadata_value(const std::string& name) const;
  /// Throws invalid_argument, naming what was expected, if the message is no such thing.
  void parse(google::protobuf::MessageLite& message) const;
};

/// What a streaming call sends. Its life is the call's: it goes when the call has ended, whoever ended it.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  /// The next message; std::nullopt if there is none now (Server::wake() says when to ask again). An exception ends the
  /// call with its error.
  virtual std::optional<std::string> next() = 0;
};

class Server;

/// The way back of a unary call. Copyable; the first answer counts, and none is sent to a peer that has gone.
class Reply {
 public:
  void send(const google::protobuf::MessageLite& message) const;
  void fail(const core::Error& error) const;

 private:
  friend class Server;
  Reply(std::weak_ptr<Server*> server, std::uint64_t session, std::int32_t stream)
      : server_(std::move(server)), session_(session), stream_(stream) {}

  std::weak_ptr<Server*> server_;
  std::uint64_t session_;
  std::int32_t stream_;
};

using UnaryHandler = std::function<void(const Request& request, const Reply& reply)>;
using StreamHandler = std::function<std::unique_ptr<MessageSource>(const Request& request)>;

/// The methods that a server has, by path.
class Methods {
 public:
  void add(const std::string& path, UnaryHandler handler) { unary_[path] = std::move(handler); }
  void add(const std::string& path, StreamHandler handler) { streams_[path] = std::move(handler); }

  const UnaryHandler* find_unary(const std::string& path) const;
  const StreamHandler* find_stream(const std::string& path) const;
  /// "unknown service …" or "unknown method … for service …", as gRPC's own servers say it.
  core::Error unknown(const std::string& path) const;
  /// Whether some method belongs to the service.
  bool has_service(std::string_view service) const;

 private:
  std::map<std::string, UnaryHandler> unary_;
  std::map<std::string, StreamHandler> streams_;
};

/// An error's text as the grpc-message header holds it: percent-encoded, and then at most `max_bytes`.
std::string encode_status_message(std::string_view text, std::size_t max_bytes);

}  // namespace ctrbox::runtime::grpc
