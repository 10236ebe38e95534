#include "runtime/spec/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/error.h"
#include "runtime/spec/defaults.h"

namespace ctrbox::runtime {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string_view>;

constexpr std::uint64_t kEverything = ~std::uint64_t{0};

bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(Capabilities, NamesWithAndWithoutPrefixInEitherCase) {
  for (const char* text : {"NET_ADMIN", "net_admin", "CAP_NET_ADMIN", "cap_net_admin"})
    EXPECT_EQ(parse_capability(text), "CAP_NET_ADMIN");
  EXPECT_EQ(parse_capability("all"), "ALL");
  for (const char* text : {"", "CAP_", "CAP_ALL", "CAP_CAP_CHOWN", "CHOWN ", "FLY"})
    EXPECT_THROW(parse_capability(text), core::Error) << text;
}

TEST(Capabilities, AddedOnesFollowTheDefaultSetOnce) {
  const auto names = chosen_capabilities({{"CAP_SYS_ADMIN", "CAP_CHOWN", "CAP_NET_ADMIN"}, {}}, false, kEverything);
  Names expected(default_capabilities().begin(), default_capabilities().end());
  expected.insert(expected.end(), {"CAP_NET_ADMIN", "CAP_SYS_ADMIN"});
  EXPECT_EQ(names, expected);
}

TEST(Capabilities, DropWinsOverAdd) {
  EXPECT_FALSE(has(chosen_capabilities({{"CAP_SYS_ADMIN"}, {"CAP_SYS_ADMIN"}}, false, kEverything), "CAP_SYS_ADMIN"));
  EXPECT_FALSE(has(chosen_capabilities({{"ALL"}, {"CAP_SYS_ADMIN"}}, false, kEverything), "CAP_SYS_ADMIN"));
  EXPECT_FALSE(has(chosen_capabilities({{}, {"CAP_CHOWN"}}, true, kEverything), "CAP_CHOWN"));
}

TEST(Capabilities, DroppingAllLeavesWhatIsAddedByName) {
  EXPECT_THAT(chosen_capabilities({{}, {"ALL"}}, false, kEverything), ElementsAre());
  EXPECT_THAT(chosen_capabilities({{"CAP_KILL"}, {"ALL"}}, false, kEverything), ElementsAre("CAP_KILL"));
}

TEST(Capabilities, AllIsWhatTheHostHas) {
  EXPECT_THAT(chosen_capabilities({{"ALL"}, {}}, false, 0b101), ElementsAre("CAP_CHOWN", "CAP_DAC_READ_SEARCH"));
  EXPECT_EQ(chosen_capabilities({}, true, kEverything).size(), 41U);
}

}  // namespace
}  // namespace ctrbox::runtime
