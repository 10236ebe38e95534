#include "core/base/byte_size.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

TEST(ByteSize, NumbersAndUnitsInEitherCase) {
  EXPECT_EQ(parse_byte_size("0"), 0U);
  EXPECT_EQ(parse_byte_size("1000"), 1000U);
  EXPECT_EQ(parse_byte_size("7b"), 7U);
  for (const char* text : {"64m", "64M", "64mb", "64MiB"}) EXPECT_EQ(parse_byte_size(text), 64U << 20) << text;
  EXPECT_EQ(parse_byte_size("2k"), 2048U);
  EXPECT_EQ(parse_byte_size("3g"), std::uint64_t{3} << 30);
  EXPECT_EQ(parse_byte_size("1t"), std::uint64_t{1} << 40);
  EXPECT_EQ(parse_byte_size("1.5g"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_byte_size("0.25k"), 256U);
  EXPECT_EQ(parse_byte_size("9223372036854775807"), 9223372036854775807U);
}

TEST(ByteSize, WhatIsNoSizeIsRefused) {
  for (const char* text : {"", "m", "-1", "+1", " 1", "1 m", "1x", "1mm", "1.5", "1.5b", "1.", ".5m", "1.m", "0x10",
                           "1e9", "9223372036854775808", "8388608t", "18446744073709551616", "1.0000000000001g"})
    EXPECT_THROW(parse_byte_size(text), Error) << text;
}

}  // namespace
}  // namespace ctrbox::core
