#include "registry/http/retry.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::registry::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::time_t kNow = 1501280391;  // Fri, 28 Jul 2017 22:19:51 GMT

TEST(Retry, AfterIsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("0", kNow), seconds(0));
  EXPECT_EQ(parse_retry_after("120", kNow), seconds(120));
  EXPECT_EQ(parse_retry_after("Fri, 28 Jul 2017 22:20:01 GMT", kNow), seconds(10));
  EXPECT_EQ(parse_retry_after("Fri, 28 Jul 2017 22:00:00 GMT", kNow), seconds(0));
  EXPECT_GT(parse_retry_after("99999999999999999999999", kNow), seconds(86400));
}

TEST(Retry, AfterNonsenseIsIgnored) {
  for (const char* text : {"", "-5", "soon", "5 apples"})
    EXPECT_EQ(parse_retry_after(text, kNow), std::nullopt) << text;
}

TEST(Retry, PausesDoubleUpToABound) {
  EXPECT_EQ(backoff(1, 0), milliseconds(200));
  EXPECT_EQ(backoff(2, 0), milliseconds(400));
  EXPECT_EQ(backoff(3, 0.5), milliseconds(600));
  EXPECT_EQ(backoff(30, 0), milliseconds(5000));
}

TEST(Retry, ALongRetryAfterIsAnErrorThatTellsTheTime) {
  Response response;
  response.status = 429;
  response.url = "https://registry.example.com/v2/";
  response.headers.add("Retry-After: 3600");
  Retry retry({});
  try {
    retry.after_response(response);
    FAIL() << "waited";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::resource_exhausted);
    EXPECT_STREQ(error.what(), "registry.example.com answers 429 and asks to be tried again in 3600 s");
  }
}

TEST(Retry, CancellationEndsThePause) {
  Retry retry([] { return true; });
  EXPECT_THROW(retry.after_failure(false), core::Error);
}

TEST(Retry, TriesAreCounted) {
  Retry retry({});
  EXPECT_TRUE(retry.after_failure(true));
  EXPECT_TRUE(retry.after_failure(true));
  EXPECT_FALSE(retry.after_failure(true));
}

}  // namespace
}  // namespace ctrbox::registry::http
