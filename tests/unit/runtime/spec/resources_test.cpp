#include "runtime/spec/resources.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(parse_swap_limit("-1"), -1);
  EXPECT_THROW(parse_memory_limit("0"), core::Error);
  EXPECT_THROW(parse_memory_limit("-1"), core::Error);
  EXPECT_THROW(parse_swap_limit("-2"), core::Error);
}

TEST(Resources, WholeNumbersWithinTheirBounds) {
  EXPECT_EQ(parse_whole("-5", -5, 7), -5);
  EXPECT_EQ(parse_whole("7", -5, 7), 7);
  for (const char* text : {"", "8", "-6", "1.0", "x", "9223372036854775808"})
    EXPECT_THROW(parse_whole(text, -5, 7), core::Error) << text;
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
  EXPECT_THROW(check(resources), core::Error);
  resources.memory_bytes = 101;
  EXPECT_THROW(check(resources), core::Error);
  resources.memory_bytes = 100;
  EXPECT_NO_THROW(check(resources));
  resources.memory_reservation_bytes = 101;
  EXPECT_THROW(check(resources), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
