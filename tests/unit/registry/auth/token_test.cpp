#include "registry/auth/token.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::registry::auth {
namespace {

Challenge with_realm(const std::string& realm) {
  Challenge challenge;
  challenge.scheme = "bearer";
  if (!realm.empty()) challenge.parameters["realm"] = realm;
  return challenge;
}

TEST(Token, PrefersAccessToken) {
  EXPECT_EQ(parse_token(R"({"token": "a"})"), "a");
  EXPECT_EQ(parse_token(R"({"token": "a", "access_token": "b"})"), "b");
  EXPECT_EQ(parse_token(R"({"token": "a", "access_token": ""})"), "a");
}

TEST(Token, AnswerWithoutAUsableTokenIsRefused) {
  for (const char* text : {"", "[]", "{}", "null", R"({"token": 5})", R"({"token": "a\r\nX-Evil: 1"})",
                           R"({"token": "a b"})", "{\"token\":"})
    EXPECT_THROW(parse_token(text), core::Error) << text;
}

TEST(Token, RealmMustBeProtected) {
  const http::Origin tls{"https", "registry.example.com", 443};
  const http::Origin plain{"http", "registry.example.com", 5000};
  EXPECT_EQ(check_realm(with_realm("https://auth.example.com/token"), tls), "https://auth.example.com/token");
  EXPECT_THROW(check_realm(with_realm("http://auth.example.com/token"), tls), core::Error);
  EXPECT_THROW(check_realm(with_realm("http://registry.example.com/token"), tls), core::Error);
  EXPECT_THROW(check_realm(with_realm("http://auth.example.com/token"), plain), core::Error);
  EXPECT_EQ(check_realm(with_realm("http://registry.example.com:5001/token"), plain),
            "http://registry.example.com:5001/token");
  EXPECT_EQ(check_realm(with_realm("http://localhost:5001/token"), {"http", "127.0.0.1", 5000}),
            "http://localhost:5001/token");
  for (const http::Origin& elsewhere : {tls, plain})
    EXPECT_THROW(check_realm(with_realm("http://127.0.0.1:5001/token"), elsewhere), core::Error);
  EXPECT_THROW(check_realm(with_realm("file:///etc/passwd"), plain), core::Error);
  EXPECT_THROW(check_realm(with_realm(""), tls), core::Error);
}

}  // namespace
}  // namespace ctrbox::registry::auth
