#include "registry/auth/token.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "registry/remote/registry_error.h"

namespace ctrbox::registry::auth {
namespace {

constexpr std::size_t kMaxTokenBytes = 64 * 1024;
constexpr const char* kClientId = "ctrbox";

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool can_stand_in_header(const std::string& token) {
  if (token.empty() || token.size() > kMaxTokenBytes) return false;
  for (const char c : token) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

Pairs service_and_scope(const Challenge& challenge, const std::string& default_scope) {
  Pairs pairs;
  if (const std::string service = challenge.parameter("service"); !service.empty())
    pairs.emplace_back("service", service);
  const std::string scope = challenge.parameter("scope");
  pairs.emplace_back("scope", scope.empty() ? default_scope : scope);
  return pairs;
}

http::Request get_request(const std::string& realm, Pairs pairs, const Access& access) {
  http::Request request;
  if (!access.username.empty()) {
    pairs.emplace_back("account", access.username);
    request.credentials = {http::Credentials::Kind::basic, access.username, access.password};
  }
  request.url = http::with_query(realm, pairs);
  request.headers = {"Accept: application/json"};
  request.max_body = kMaxTokenAnswerBytes;
  return request;
}

/// OAuth2's way, for servers that know only it.
http::Request post_request(const std::string& realm, Pairs pairs, const Access& access) {
  pairs.insert(pairs.end(), {{"client_id", kClientId},
                             {"grant_type", "password"},
                             {"username", access.username},
                             {"password", access.password}});
  http::Request request;
  request.method = "POST";
  request.url = realm;
  request.headers = {"Accept: application/json", "Content-Type: application/x-www-form-urlencoded"};
  request.form = http::encode_form(pairs);
  request.max_body = kMaxTokenAnswerBytes;
  return request;
}

std::string refusal(const http::Response& response, const std::string& realm, const Access& access,
                    const http::Secrets& secrets) {
  const std::string who = access.username.empty() ? "an anonymous user" : "user " + core::quoted(access.username);
  const std::string said = remote::error_text(response, secrets);
  return "authorization failed: " + http::origin_of(realm).host + " gives no token to " + who + ": " + said;
}

}  // namespace

std::string parse_token(std::string_view json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  for (const char* name : {"access_token", "token"}) {
    if (!document.is_object()) break;
    const auto found = document.find(name);
    if (found == document.end() || !found->is_string()) continue;
    std::string token = found->get<std::string>();
    if (can_stand_in_header(token)) return token;
  }
  throw core::unauthenticated("authorization server did not include a token in the response");
}

std::string check_realm(const Challenge& challenge, const http::Origin& registry) {
  const std::string realm = challenge.parameter("realm");
  if (realm.empty()) throw core::unauthenticated("no realm specified for token auth challenge");
  const http::Origin origin = http::origin_of(realm);
  // A registry of this host may have its token server here too; one of elsewhere has no business with our own ports.
  const bool both_here = http::is_loopback(origin.host) && http::is_loopback(registry.host);
  const bool same_plain_host = registry.scheme == "http" && origin.host == registry.host;
  if (origin.scheme != "https" && !same_plain_host && !both_here) {
    throw core::unauthenticated("the registry asks to fetch a token from " + http::printable_url(realm) +
                                ", which is not protected by TLS: refused");
  }
  return realm;
}

std::string fetch_token(http::Client& client, const Challenge& challenge, const http::Origin& registry,
                        const std::string& default_scope, const Access& access, const http::Secrets& secrets) {
  const std::string realm = check_realm(challenge, registry);
  const Pairs pairs = service_and_scope(challenge, default_scope);
  http::Response response = client.send(get_request(realm, pairs, access));
  if (!access.username.empty() && (response.status == 404 || response.status == 405))
    response = client.send(post_request(realm, pairs, access));
  if (!response.ok()) throw core::unauthenticated(refusal(response, realm, access, secrets));
  if (response.body_exceeded)
    throw core::resource_exhausted("the answer of the authorization server is longer than 1 MiB");
  return parse_token(response.body);
}

}  // namespace ctrbox::registry::auth
