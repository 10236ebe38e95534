// containerd.services.events.v1.Events (Publish, Forward, Subscribe) and the ttrpc Forward of shims. Rules and texts
// are containerd's. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/daemon/publisher.h"
#include "runtime/daemon/subscription.h"
#include "runtime/grpc/call.h"
#include "runtime/ttrpc/server.h"

namespace ctrbox::runtime::daemon {

/// The metadata by which a subscriber asks for what follows a sequence (Envelope.sequence), instead of what is new.
inline constexpr const char* kAfterSequence = "ctrbox-after-sequence";

class EventsService {
 public:
  EventsService(state::Database& database, Publisher& publisher);

  void add_methods(grpc::Methods& methods);
  /// A request on the ttrpc socket. What it throws is to be answered.
  void call(const ctrbox::wire::Request& request, const ttrpc::Reply& reply);
  /// There may be new events.
  void refresh() noexcept { tail_.refresh(); }
  /// Readable when subscriptions are to be asked again although nothing is new.
  int postponed_fd() const noexcept { return tail_.postponed_fd(); }
  void answer_postponed() noexcept { tail_.answer_postponed(); }

 private:
  void publish(const grpc::Request& request, const grpc::Reply& reply);
  std::unique_ptr<grpc::MessageSource> subscribe(const grpc::Request& request);
  template <typename Reply>
  void forward(const std::string& message, const Reply& reply);

  state::Database& database_;
  Publisher& publisher_;
  Tail tail_;
};

}  // namespace ctrbox::runtime::daemon
