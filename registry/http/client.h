// The HTTP client of a pull: redirects followed by hand, transient failures tried again, connections reused.
//
// Credentials go to the origin of the request's URL and nowhere else: a hop to another scheme, host or port drops them
// for good. TLS is verified unless told otherwise. Proxies are taken from the environment as curl does.
// Thread: any; each request in flight has a connection of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "registry/http/exchange.h"
#include "registry/http/message.h"
#include "registry/http/retry.h"

namespace ctrbox::registry::http {

/// The request that follows a redirect: a new URL, credentials only if the origin is the same, HEAD and GET kept.
/// Throws invalid_argument for a bad Location, and for a step from https down to http.
Request next_hop(const Request& request, const Response& redirect);
bool is_redirect(const Response& response);

class Client {
 public:
  explicit Client(ExchangeOptions options) : options_(std::move(options)) {}

  /// A small answer, whole: at most request.max_body bytes are read. Tried again when that may help.
  /// Throws TransferError when there was no answer; any status is an answer, also a transient one after the last try.
  Response send(const Request& request);
  /// A large answer, as it comes. One try: only the caller knows how to go on in the middle. `cancelled` stands in for
  /// the client's own.
  Response stream(const Request& request, BodySink& sink, const std::function<bool()>& cancelled);

 private:
  Response follow(Request request, BodySink* sink, const ExchangeOptions& options);

  ExchangeOptions options_;
  std::mutex mutex_;
  std::vector<Lane> idle_;  // guarded by mutex_
};

}  // namespace ctrbox::registry::http
