#include "registry/http/secrets.h"

#include <gtest/gtest.h>

namespace ctrbox::registry::http {
namespace {

TEST(Secrets, AreRedactedInEveryForm) {
  Secrets secrets;
  secrets.add_password("user", "hunter2");
  secrets.add("token-token");
  EXPECT_EQ(secrets.redact("got Basic dXNlcjpodW50ZXIy, hunter2hunter2 and token-token."),
            "got Basic ***, ****** and ***.");
}

TEST(Secrets, WithoutAnyTextStays) {
  Secrets secrets;
  secrets.add_password("user", "");
  EXPECT_EQ(secrets.redact("user"), "user");
}

}  // namespace
}  // namespace ctrbox::registry::http
