#include "registry/http/url.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::registry::http {
namespace {

TEST(Url, OriginIsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("https://Example.COM/x"), (Origin{"https", "example.com", 443}));
  EXPECT_EQ(origin_of("http://[::1]:5000/v2/"), (Origin{"http", "[::1]", 5000}));
  EXPECT_NE(origin_of("https://example.com/"), origin_of("https://example.com:444/"));
  EXPECT_NE(origin_of("https://example.com/"), origin_of("http://example.com/"));
  EXPECT_EQ(origin_of("https://example.com:443/").text(), "https://example.com");
  EXPECT_EQ(origin_of("http://127.0.0.1:5000/").text(), "http://127.0.0.1:5000");
}

TEST(Url, OtherSchemesAndUsersAreRefused) {
  for (const char* url :
       {"file:///etc/passwd", "ftp://x/", "gopher://x/", "https://user:pw@example.com/", "", "http://"})
    EXPECT_THROW(origin_of(url), core::Error) << url;
}

TEST(Url, LocationMayBeRelative) {
  EXPECT_EQ(resolve_location("https://a.example/v2/x?k=1", "/blobs/y"), "https://a.example/blobs/y");
  EXPECT_EQ(resolve_location("https://a.example/v2/x", "//b.example/y"), "https://b.example/y");
  EXPECT_EQ(resolve_location("https://a.example/v2/x", "http://c.example:81/"), "http://c.example:81/");
  EXPECT_THROW(resolve_location("https://a.example/v2/x", "file:///etc/passwd"), core::Error);
}

TEST(Url, QueryIsEncoded) {
  EXPECT_EQ(with_query("https://a.example/token?x=1", {{"scope", "repository:a/b:pull,push"}, {"service", "a b&c"}}),
            "https://a.example/token?x=1&scope=repository%3aa%2fb%3apull%2cpush&service=a+b%26c");
  EXPECT_EQ(encode_form({{"password", "p&=%"}}), "password=p%26%3d%25");
}

TEST(Url, PrintableFormHidesSecrets) {
  EXPECT_EQ(printable_url("https://cdn.example/blob?X-Signature=secret#f"), "https://cdn.example/blob");
  EXPECT_EQ(printable_url("https://user:secret@cdn.example/blob"), "https://cdn.example/blob");
}

TEST(Url, LoopbackIsNotWhatMerelyLooksLikeIt) {
  for (const char* host : {"localhost", "localhost:5000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"localhost.example.com", "127.0.0.1.example.com", "127.example.com:5000", "128.0.0.1", "[::11]", "", "127."})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace ctrbox::registry::http
