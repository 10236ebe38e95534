#include "registry/http/client.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::registry::http {
namespace {

Request request_with_password(const std::string& url) {
  Request request;
  request.url = url;
  request.credentials = {Credentials::Kind::basic, "user", "password"};
  return request;
}

Response redirect_to(const std::string& location, int status = 307) {
  Response response;
  response.status = status;
  response.headers.add("Location: " + location + "\r\n");
  return response;
}

bool keeps_credentials(const std::string& from, const std::string& location) {
  return next_hop(request_with_password(from), redirect_to(location)).credentials.kind != Credentials::Kind::none;
}

TEST(Client, CredentialsStayWithTheirOrigin) {
  EXPECT_TRUE(keeps_credentials("https://a.example/v2/x", "/other"));
  EXPECT_TRUE(keeps_credentials("https://a.example/v2/x", "https://A.example:443/other"));
  EXPECT_FALSE(keeps_credentials("https://a.example/v2/x", "https://b.example/x"));
  EXPECT_FALSE(keeps_credentials("https://a.example/v2/x", "https://sub.a.example/x"));
  EXPECT_FALSE(keeps_credentials("https://a.example/v2/x", "https://a.example:8443/x"));
  EXPECT_FALSE(keeps_credentials("http://a.example/v2/x", "https://a.example/x"));
}

TEST(Client, CredentialsDoNotComeBackAfterADetour) {
  const Request away = next_hop(request_with_password("https://a.example/x"), redirect_to("https://b.example/"));
  const Request back = next_hop(away, redirect_to("https://a.example/x"));
  EXPECT_EQ(back.credentials.kind, Credentials::Kind::none);
}

TEST(Client, RedirectOutOfTlsIsRefused) {
  EXPECT_THROW(next_hop(request_with_password("https://a.example/x"), redirect_to("http://a.example/x")), core::Error);
  EXPECT_THROW(next_hop(request_with_password("https://a.example/x"), redirect_to("file:///etc/passwd")), core::Error);
}

TEST(Client, AFormIsNotSentTwice) {
  Request request = request_with_password("https://a.example/token");
  request.method = "POST";
  EXPECT_THROW(next_hop(request, redirect_to("/token2")), core::Error);
}

TEST(Client, OnlyRedirectsWithALocationAreFollowed) {
  EXPECT_TRUE(is_redirect(redirect_to("/", 302)));
  EXPECT_FALSE(is_redirect(redirect_to("/", 304)));
  EXPECT_FALSE(is_redirect(redirect_to("/", 200)));
  Response bare;
  bare.status = 302;
  EXPECT_FALSE(is_redirect(bare));
}

}  // namespace
}  // namespace ctrbox::registry::http
