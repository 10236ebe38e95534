#include "registry/remote/endpoint.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::registry::remote {
namespace {

std::string endpoint(const std::string& host, bool plain_http = false) {
  Access access;
  access.plain_http = plain_http;
  return choose_endpoint(host, access).text();
}

TEST(Endpoint, DockerHubIsAlwaysTls) {
  EXPECT_EQ(endpoint("docker.io"), "https://registry-1.docker.io");
  EXPECT_EQ(endpoint("docker.io", true), "https://registry-1.docker.io");
}

TEST(Endpoint, PlainHttpIsForLoopbackOrOnRequest) {
  EXPECT_EQ(endpoint("127.0.0.1:5000"), "http://127.0.0.1:5000");
  EXPECT_EQ(endpoint("localhost"), "http://localhost");
  EXPECT_EQ(endpoint("registry.example.com"), "https://registry.example.com");
  EXPECT_EQ(endpoint("registry.example.com:5000", true), "http://registry.example.com:5000");
}

}  // namespace
}  // namespace ctrbox::registry::remote
