// What the daemon says of itself: version, introspection, health. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/grpc/call.h"
#include "state/database.h"

namespace ctrbox::runtime::daemon {

/// What this build is.
struct Build {
  std::string version;
  std::string revision;
};

/// A UUID, the same for the life of the state, whatever daemon serves it. Written when first asked for.
std::string host_id(state::Database& database);

/// containerd.services.version.v1.Version, containerd.services.introspection.v1.Introspection, grpc.health.v1.Health.
/// `methods` is asked which services there are: it must have them all by the first call, and live as long as them.
class AboutService {
 public:
  AboutService(std::string host_id, Build build) : host_id_(std::move(host_id)), build_(std::move(build)) {}

  void add_methods(grpc::Methods& methods);
  /// The services that are served, for health checks.
  void set_services(const grpc::Methods& methods) noexcept { services_ = &methods; }

 private:
  void version(const grpc::Reply& reply) const;
  void server(const grpc::Reply& reply) const;
  void plugins(const grpc::Request& request, const grpc::Reply& reply) const;
  /// Whether the service that a health check is about is here; "" is all of us.
  bool is_served(const grpc::Request& request) const;
  void check_health(const grpc::Request& request, const grpc::Reply& reply) const;

  std::string host_id_;
  Build build_;
  const grpc::Methods* services_ = nullptr;
};

}  // namespace ctrbox::runtime::daemon
