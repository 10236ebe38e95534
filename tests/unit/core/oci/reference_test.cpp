#include "core/oci/reference.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

const std::string kHex(64, 'a');

std::string reason_for(const std::string& text) {
  try {
    const Reference parsed = parse_reference(text);
    return "parsed as " + parsed.text();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
}

TEST(Reference, IsCompletedTheWayDockerDoes) {
  const std::string digest = "sha256:" + kHex;
  const std::pair<std::string, std::string> cases[] = {
      {"redis", "docker.io/library/redis:latest"},
      {"redis:7", "docker.io/library/redis:7"},
      {"bitnami/redis", "docker.io/bitnami/redis:latest"},
      {"docker.io/redis", "docker.io/library/redis:latest"},
      {"index.docker.io/redis", "docker.io/library/redis:latest"},
      {"docker.io/library/redis:alpine", "docker.io/library/redis:alpine"},
      {"localhost/x", "localhost/x:latest"},
      {"localhost:5000/x", "localhost:5000/x:latest"},
      {"127.0.0.1:5000/a/b/c:v1", "127.0.0.1:5000/a/b/c:v1"},
      {"[::1]:5000/x:y", "[::1]:5000/x:y"},
      {"[2001:DB8::1]/x", "[2001:db8::1]/x:latest"},
      {"Quay.IO/org/app", "quay.io/org/app:latest"},
      {"redis@" + digest, "docker.io/library/redis@" + digest},
      {"quay.io/a/b:tag@" + digest, "quay.io/a/b:tag@" + digest},
      {"a/b.c_d__e-f---g/h", "docker.io/a/b.c_d__e-f---g/h:latest"},
      {"redis:UPPER_.-9", "docker.io/library/redis:UPPER_.-9"},
  };
  for (const auto& [text, full] : cases) EXPECT_EQ(parse_reference(text).text(), full) << text;
}

TEST(Reference, AsksTheRegistryForTheDigestIfThereIsOne) {
  const Reference both = parse_reference("quay.io/a/b:tag@sha256:" + kHex);
  EXPECT_EQ(both.host, "quay.io");
  EXPECT_EQ(both.repository, "a/b");
  EXPECT_EQ(both.tag, "tag");
  EXPECT_EQ(both.digest.text(), "sha256:" + kHex);
  EXPECT_EQ(both.object(), "sha256:" + kHex);
  EXPECT_EQ(parse_reference("quay.io/a/b:tag").object(), "tag");
}

TEST(Reference, IsRefusedWithTheReason) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "it is empty"},
      {"https://quay.io/a/b", "it is a URL"},
      {"docker://redis", "it is a URL"},
      {"red is", "blanks or control characters"},
      {"redis\t", "blanks or control characters"},
      {"redis\x1b[31m", "blanks or control characters"},
      {"Redis", "must be in lower case"},
      {"Foo/bar", "must be in lower case"},
      {"redis:", "the tag is empty"},
      {"redis:-x", "starts with none of"},
      {"redis:a:b", "a tag is letters"},
      {"redis:" + std::string(129, 'a'), "longer than 128"},
      {"redis@", "has no algorithm"},
      {"redis@sha256:abc", "must have 64 hex digits, not 3"},
      {"redis@md5:" + kHex, "unknown algorithm"},
      {"redis@sha256:" + std::string(64, 'A'), "lower-case hex"},
      {"quay.io/", "the repository is missing"},
      {"quay.io//x", "an empty component"},
      {"a/../b", "repository component \"..\""},
      {"a/./b", "repository component \".\""},
      {"/x", "an empty component"},
      {"a/b/", "an empty component"},
      {"a___b", "repository component \"a___b\""},
      {"a..b/c", "is not a host name"},
      {"-a.b/c", "is not a host name"},
      {"quay.io:0/x", "port \"0\""},
      {"quay.io:65536/x", "port \"65536\""},
      {"quay.io:x/x", "port \"x\""},
      {"[::1/x", "is not closed"},
      {"[::1]x/x", "only a port may follow"},
      {"[::g]/x", "is not an IPv6 address"},
      {"quay.io/" + std::string(256, 'a'), "longer than 255"},
      {std::string(2000, 'a'), "longer than 1024"},
      {kHex, "looks like an image id"},
  };
  for (const auto& [text, reason] : cases)
    EXPECT_NE(reason_for(text).find(reason), std::string::npos) << reason_for(text);
}

TEST(Reference, TextOfWhatWasParsedParsesToTheSame) {
  std::mt19937 random(20170728);
  const std::string alphabet = "aZ0.:/@_-[]% \x01\xc3sha256:";
  const std::string seeds[] = {"redis", "localhost:5000/a/b:v1", "[::1]:80/x", "quay.io/a/b:t@sha256:" + kHex};
  int parsed_count = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (auto edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % (text.size() + 1);
      const char c = alphabet[random() % alphabet.size()];
      if (random() % 2 == 0)
        text.insert(at, 1, c);
      else if (at < text.size())
        text[at] = c;
    }
    try {
      const Reference reference = parse_reference(text);
      ++parsed_count;
      EXPECT_EQ(parse_reference(reference.text()).text(), reference.text()) << text;
      EXPECT_EQ(reference.repository.find(".."), std::string::npos) << text;
      EXPECT_FALSE(reference.host.empty() || reference.repository.empty() || reference.object().empty()) << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << text;
    }
  }
  EXPECT_GT(parsed_count, 500);
}

}  // namespace
}  // namespace ctrbox::core
