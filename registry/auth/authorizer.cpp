#include "registry/auth/authorizer.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "registry/auth/challenge.h"
#include "registry/auth/token.h"
#include "registry/remote/registry_error.h"

namespace ctrbox::registry::auth {
namespace {

using Kind = http::Credentials::Kind;

std::vector<Challenge> challenges_of(const http::Response& response) {
  std::vector<Challenge> all;
  for (const std::string& value : response.headers.all("www-authenticate")) {
    for (Challenge& challenge : parse_challenges(value)) {
      if (all.size() < kMaxChallenges) all.push_back(std::move(challenge));
    }
  }
  return all;
}

const Challenge* find_scheme(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found =
      std::find_if(challenges.begin(), challenges.end(), [&](const Challenge& c) { return c.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

}  // namespace

Authorizer::Authorizer(http::Client& client, http::Origin origin, std::string scope, Access access)
    : client_(client), origin_(std::move(origin)), scope_(std::move(scope)), access_(std::move(access)) {
  secrets_.add_password(access_.username, access_.password);
}

http::Credentials Authorizer::credentials() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Authorizer::answer(const http::Response& response, const http::Credentials& used, int attempt) {
  if (http::origin_of(response.url) != origin_) {
    throw core::unauthenticated(http::origin_of(response.url).text() + ", to which " + origin_.text() +
                                " redirects, wants credentials; they are only sent to the registry itself");
  }
  const std::lock_guard refresh(refresh_mutex_);
  if (credentials() != used && attempt == 0) return;  // somebody was faster
  const std::vector<Challenge> challenges = challenges_of(response);
  const Challenge* bearer = find_scheme(challenges, "bearer");
  const Challenge* basic = find_scheme(challenges, "basic");
  if (attempt > 0 || used.kind == Kind::basic) {
    std::string said = remote::error_text(response, secrets_);
    if (bearer != nullptr && !bearer->parameter("error").empty())
      said = remote::bounded_text(secrets_.redact(bearer->parameter("error"))) + ": " + said;
    throw core::unauthenticated("authorization failed: server message: " + said);
  }
  if (bearer != nullptr) return answer_bearer(*bearer);
  if (basic != nullptr) return answer_basic();
  throw core::unauthenticated(origin_.text() + " wants credentials in a way that is not supported" +
                              (challenges.empty() ? "" : ": " + remote::bounded_text(challenges.front().scheme)));
}

void Authorizer::answer_bearer(const Challenge& challenge) {
  std::string token = fetch_token(client_, challenge, origin_, scope_, access_, secrets_);
  secrets_.add(token);
  const std::lock_guard lock(mutex_);
  current_ = {Kind::bearer, "", std::move(token)};
}

void Authorizer::answer_basic() {
  if (access_.username.empty()) {
    throw core::unauthenticated("authorization failed: " + origin_.text() +
                                " wants a user name and a password: give them with --user");
  }
  const std::lock_guard lock(mutex_);
  current_ = {Kind::basic, access_.username, access_.password};
}

}  // namespace ctrbox::registry::auth
