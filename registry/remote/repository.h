// One repository of one registry: requests beneath /v2/<name>/ with authorization answered.
// Thread: any. The client and the token live as long as it does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/oci/reference.h"
#include "registry/auth/authorizer.h"
#include "registry/http/client.h"
#include "registry/remote/access.h"

namespace ctrbox::registry::remote {

class Repository {
 public:
  Repository(const core::Reference& reference, const Access& access, std::function<bool()> cancelled);

  /// `path` is beneath the repository ("manifests/latest"). Throws core::Error; a status other than 401 is returned.
  http::Response send(const std::string& method, const std::string& path, std::vector<std::string> headers,
                      std::size_t max_body);
  /// One try of a large GET.
  http::Response stream(const std::string& path, std::vector<std::string> headers, http::BodySink& sink,
                        const std::function<bool()>& cancelled);

  const http::Origin& origin() const noexcept { return origin_; }
  const http::Secrets& secrets() const noexcept { return authorizer_.secrets(); }

 private:
  http::Response authorized(http::Request request, const std::function<http::Response(const http::Request&)>& exchange);

  http::Origin origin_;
  std::string base_url_;
  http::Client client_;
  auth::Authorizer authorizer_;
};

}  // namespace ctrbox::registry::remote
