// Bearer tokens from an authorization server, anonymous or for a user, as Docker Hub and its kin want them.
// Source: distribution's token authentication specification.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "registry/auth/challenge.h"
#include "registry/http/client.h"
#include "registry/http/secrets.h"
#include "registry/http/url.h"
#include "registry/remote/access.h"

namespace ctrbox::registry::auth {

inline constexpr std::size_t kMaxTokenAnswerBytes = 1024 * 1024;

/// The token in an answer (`access_token` before `token`). Throws unauthenticated if there is none that could stand in
/// a header.
std::string parse_token(std::string_view json);

/// Where a challenge sends us for a token. Throws unauthenticated without a realm, or if the realm is plain http,
/// unless the registry is reached so too and has the realm's host, or both are this host.
std::string check_realm(const Challenge& challenge, const http::Origin& registry);

/// Asks the realm of `challenge` for a token. `default_scope` is used when the challenge names none.
/// Throws unauthenticated with the server's message, redacted.
std::string fetch_token(http::Client& client, const Challenge& challenge, const http::Origin& registry,
                        const std::string& default_scope, const Access& access, const http::Secrets& secrets);

}  // namespace ctrbox::registry::auth
