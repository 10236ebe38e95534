#include "runtime/spec/resources.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(Resources, ProcessorsAreAQuotaOfATenthOfASecond) {
  EXPECT_EQ(parse_cpus("1"), 100000);
  EXPECT_EQ(parse_cpus("0.5"), 50000);
  EXPECT_EQ(parse_cpus("0.01"), 1000);
  EXPECT_EQ(parse_cpus("8192"), 819200000);
  for (const char* text : {"", "0", "0.001", "-1", "nan", "inf", "1e3", "1x", " 1", "8193", "1,5"})
    EXPECT_THROW(parse_cpus(text), core::Error) << text;
}

TEST(Resources, MemoryIsASizeFromOne) {
  EXPECT_EQ(parse_memory_limit("64m"), 64 << 20);
  EXPECT_EQ(parse_memory_limit("-1"), -1);
  EXPECT_THROW(parse_memory_limit("0"), core::Error);
  EXPECT_THROW(parse_memory_limit("-2"), core::Error);
}

TEST(Resources, SetsOfProcessors) {
  for (const char* text : {"0", "0-3", "0-2,5,7-7", "65535"}) EXPECT_EQ(parse_cpuset(text), text);
  for (const char* text : {"", "a", "1-", "-1", "3-1", "1,,2", "1,", "65536", "1 ,2"})
    EXPECT_THROW(parse_cpuset(text), core::Error) << text;
}

TEST(Resources, LimitsThatContradictEachOtherAreRefused) {
  Resources resources;
  EXPECT_NO_THROW(check(resources));
  resources.memory_swap_bytes = 100;
  EXPECT_NO_THROW(check(resources)) << "the limit of memory is one it has already";
  resources.memory_bytes = -1;
  EXPECT_THROW(check(resources), core::Error);
  resources.memory_bytes = 101;
  EXPECT_THROW(check(resources), core::Error);
  resources.memory_bytes = 100;
  EXPECT_NO_THROW(check(resources));
  resources.memory_reservation_bytes = 101;
  EXPECT_THROW(check(resources), core::Error);
}

TEST(Resources, LaidOverASpecTheyLeaveWhatTheyDoNotMention) {
  auto spec = nlohmann::ordered_json::parse(R"({"devices":[{"allow":false}],"cpu":{"shares":2,"quota":1000}})");
  Resources limits;
  limits.cpu_shares = 512;
  spec.merge_patch(to_json(limits));
  EXPECT_EQ(spec.dump(), R"({"devices":[{"allow":false}],"cpu":{"shares":512,"quota":1000}})");
}

TEST(Resources, ASpecKeepsEverythingElse) {
  const std::string spec = R"({"ociVersion":"1.0.2","linux":{"cgroupsPath":"/a/b","resources":{"pids":{"limit":3}}}})";
  Resources limits;
  limits.memory_bytes = 1 << 20;
  EXPECT_EQ(with_resources(spec, to_json(limits)), R"({"ociVersion":"1.0.2","linux":{"cgroupsPath":"/a/b",)"
                                                   R"("resources":{"pids":{"limit":3},"memory":{"limit":1048576}}}})");
  EXPECT_EQ(with_resources("{}", to_json(limits)), R"({"linux":{"resources":{"memory":{"limit":1048576}}}})");
  EXPECT_THROW(with_resources("nonsense", to_json(limits)), core::Error);
}

TEST(Resources, OnlyAnObjectOfReasonableSizeIsRead) {
  EXPECT_EQ(parse_resources(R"({"pids":{"limit":5}})").dump(), R"({"pids":{"limit":5}})");
  EXPECT_EQ(parse_resources(R"({"cpu":null,"pids":{"limit":5},"memory":null})").dump(), R"({"pids":{"limit":5}})");
  for (const std::string text : {"", "[]", "5", "{", "null"}) EXPECT_THROW(parse_resources(text), core::Error) << text;
  EXPECT_THROW(parse_resources(R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"), core::Error);
  EXPECT_THROW(parse_resources("{" + std::string(2 << 20, ' ') + "}"), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
