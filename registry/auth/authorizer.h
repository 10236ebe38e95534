// Answers the 401s of one registry for one repository: anonymous or user tokens, or a user name and password.
//
// Credentials are bound to the origin it was made for. One token serves all requests; when several get a 401 at once,
// one fetches a new token and the others use it. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>

#include "registry/http/client.h"
#include "registry/http/secrets.h"
#include "registry/http/url.h"
#include "registry/remote/access.h"

namespace ctrbox::registry::auth {

struct Challenge;

class Authorizer {
 public:
  /// `client` must outlive it.
  Authorizer(http::Client& client, http::Origin origin, std::string scope, Access access);

  /// What to send with the next request.
  http::Credentials credentials() const;

  /// Takes a 401 to a request that was sent with `used` as its `attempt`th try (0 first). Returns when another try with
  /// credentials() makes sense. Throws unauthenticated otherwise.
  void answer(const http::Response& response, const http::Credentials& used, int attempt);

  const http::Secrets& secrets() const noexcept { return secrets_; }

 private:
  void answer_bearer(const Challenge& challenge);
  void answer_basic();

  http::Client& client_;
  http::Origin origin_;
  std::string scope_;
  Access access_;
  http::Secrets secrets_;
  mutable std::mutex mutex_;  // of current_
  std::mutex refresh_mutex_;  // held while a token is fetched; taken before mutex_
  http::Credentials current_;
};

}  // namespace ctrbox::registry::auth
