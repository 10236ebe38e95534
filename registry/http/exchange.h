// One HTTP request on one connection: no redirect, no retry, no 401 answered. Bounds what it keeps and what it waits
// for. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "registry/http/message.h"

namespace ctrbox::registry::http {

/// The request got no whole answer.
class TransferError : public core::Error {
 public:
  TransferError(core::Error error, bool may_retry, bool stalled)
      : core::Error(std::move(error)), may_retry_(may_retry), stalled_(stalled) {}
  bool may_retry() const noexcept { return may_retry_; }
  bool stalled() const noexcept { return stalled_; }

 private:
  bool may_retry_;
  bool stalled_;
};

struct ExchangeOptions {
  bool skip_verify = false;
  std::function<bool()> cancelled;
};

/// A transfer handle with the connections it keeps open. Thread: one at a time.
class Lane {
 public:
  Lane();
  ~Lane();
  Lane(Lane&&) noexcept;

  /// The body of a 2xx answer goes to `sink`, or into the response when there is none.
  /// Throws TransferError; canceled; whatever the sink throws.
  Response exchange(const Request& request, BodySink* sink, const ExchangeOptions& options);

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace ctrbox::registry::http
