// SPDX-License-Identifier: Apache-2.0
#include "core/base/size.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

TEST(Size, UnitsArePowersOf1024InAnyCase) {
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_size("1048576"), 1 << 20);
  EXPECT_EQ(parse_size("17b"), 17);
  for (const char* text : {"64m", "64M", "64mb", "64MiB", "65536k"}) EXPECT_EQ(parse_size(text), 64 << 20) << text;
  EXPECT_EQ(parse_size("1.5g"), std::int64_t{3} << 29);
  EXPECT_EQ(parse_size("2T"), std::int64_t{2} << 40);
}

TEST(Size, BytesAreExactUpTo63Bits) {
  EXPECT_EQ(parse_size("9223372036854775807"), 9223372036854775807);
  EXPECT_EQ(parse_size("9007199254740993"), 9007199254740993);
}

TEST(Size, EverythingElseIsRefused) {
  for (const char* text :
       {"", "m", "-1", "+1", ".5g", "1x", "1bb", "1 m", "1mm", "9223372036854775808", "8192p", "nan", "0x10"})
    EXPECT_THROW(parse_size(text), Error) << text;
}

}  // namespace
}  // namespace ctrbox::core
