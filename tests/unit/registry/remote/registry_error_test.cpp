#include "registry/remote/registry_error.h"

#include <gtest/gtest.h>

namespace ctrbox::registry::remote {
namespace {

http::Response answer(int status, const std::string& body, const std::string& type = "application/json") {
  http::Response response;
  response.status = status;
  response.url = "https://registry.example.com/v2/";
  response.headers.add("Content-Type: " + type);
  response.body = body;
  return response;
}

std::string text_of(const http::Response& response) { return error_text(response, http::Secrets()); }

TEST(RegistryError, ShowsCodesAndMessages) {
  EXPECT_EQ(
      text_of(answer(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"a":1}}]})")),
      "not found: MANIFEST_UNKNOWN: manifest unknown");
  EXPECT_EQ(text_of(answer(403, R"({"errors":[{"code":"DENIED"},{"message":"no"}]})")), "403 forbidden: DENIED; no");
  EXPECT_EQ(text_of(answer(401, R"({"details":"incorrect username or password"})")),
            "401 unauthorized: incorrect username or password");
}

TEST(RegistryError, OddBodiesAreHarmless) {
  for (const char* body :
       {"", "{", "[]", "null", R"({"errors":5})", R"({"errors":[1,null]})", R"({"errors":[{"code":5}]})"})
    EXPECT_EQ(text_of(answer(404, body)), "not found") << body;
  EXPECT_EQ(text_of(answer(500, "<html>", "text/html")), "500 internal server error");
  EXPECT_EQ(text_of(answer(400, "Client sent an HTTP request to an HTTPS server.\n", "text/plain")),
            "400 bad request: Client sent an HTTP request to an HTTPS server.");
}

TEST(RegistryError, LongTextsAreCut) {
  const std::string text = text_of(answer(400, R"({"message":")" + std::string(5000, 'x') + R"("})"));
  EXPECT_LT(text.size(), 400U);
}

TEST(RegistryError, SecretsAreNotRepeated) {
  http::Secrets secrets;
  secrets.add("topsecret");
  const core::Error error = error_of(answer(403, R"({"message":"bad token topsecret"})"), "x", secrets);
  EXPECT_EQ(error.code(), core::ErrorCode::permission_denied);
  EXPECT_STREQ(error.what(), "x: 403 forbidden: bad token ***");
}

TEST(RegistryError, ASecretAtTheCutIsNotHalfShown) {
  http::Secrets secrets;
  secrets.add("topsecret");
  for (const char* type : {"application/json", "text/plain"}) {
    for (std::size_t before = 285; before < 305; ++before) {
      std::string body = std::string(before, 'x') + "topsecret";
      if (std::string_view(type) == "application/json") body = R"({"message":")" + body + R"("})";
      const std::string text = error_text(answer(400, body, type), secrets);
      EXPECT_EQ(text.find("top"), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace ctrbox::registry::remote
