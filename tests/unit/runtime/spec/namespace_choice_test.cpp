#include "runtime/spec/namespace_choice.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(JoinedNamespace, TypesByTheirSpecsAndTheirKernelsWord) {
  EXPECT_EQ(parse_joined_namespace("network:/run/netns/a:b"), (JoinedNamespace{"network", "/run/netns/a:b"}));
  EXPECT_EQ(parse_joined_namespace("net:/x").type, "network");
  EXPECT_EQ(parse_joined_namespace("mnt:/x").type, "mount");
  for (const char* text : {"", "net", "net:", "net:x", ":/x", "moon:/x"})
    EXPECT_THROW(parse_joined_namespace(text), core::Error) << text;
}

TEST(IdMapping, ThreeNumbersWithinTheKernelsIds) {
  EXPECT_EQ(parse_id_mapping("0:100000:65536"), (IdMapping{0, 100000, 65536}));
  EXPECT_EQ(parse_id_mapping("0:0:4294967295"), (IdMapping{0, 0, 4294967295U}));
  for (const char* text : {"", "0", "0:0", "0:0:0", "0:0:1:", "0:0:1:2", "a:0:1", "0::1", "-1:0:1", "1:0:4294967295",
                           "0:4294967295:1", "4294967296:0:1", "0 :0:1"})
    EXPECT_THROW(parse_id_mapping(text), core::Error) << text;
}

TEST(IdMapping, TheHostsRootIsInAMapOrNot) {
  EXPECT_FALSE(maps_host_root({}));
  EXPECT_FALSE(maps_host_root({{0, 1, 100}}));
  EXPECT_TRUE(maps_host_root({{0, 100000, 10}, {10, 0, 1}}));
}

TEST(IdMapping, RangesMayNotOverlapOnEitherSide) {
  EXPECT_NO_THROW(check_id_map({{0, 1000, 10}, {10, 2000, 10}}));
  EXPECT_THROW(check_id_map({{0, 1000, 10}, {9, 2000, 10}}), core::Error);
  EXPECT_THROW(check_id_map({{0, 1000, 10}, {10, 1009, 10}}), core::Error);
  std::vector<IdMapping> many;
  for (std::uint32_t id = 0; id <= kMaxIdMappings; ++id) many.push_back({id, id, 1});
  EXPECT_THROW(check_id_map(many), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
