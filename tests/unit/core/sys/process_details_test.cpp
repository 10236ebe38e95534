#include "core/sys/process_details.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace ctrbox::core {
namespace {

TEST(ProcessDetails, OwnProcessIsToldAsItIs) {
  const auto details = find_process_details(getpid());
  ASSERT_TRUE(details);
  EXPECT_EQ(details->identity, this_process());
  EXPECT_EQ(details->parent, getppid());
  EXPECT_EQ(details->uid, geteuid());
  EXPECT_NE(details->command.find("unit_core"), std::string::npos) << details->command;
}

TEST(ProcessDetails, ThereIsNoSuchProcess) {
  EXPECT_FALSE(find_process_details(0));
  EXPECT_FALSE(find_process_details(-1));
  EXPECT_FALSE(find_process_details(4194305));
}

TEST(ProcessDetails, ANameMayHoldAnything) {
  const auto fields = parse_process_stat("12 (a) R 1 (b) S 7 1 2 3 4 5 6 7 8 9 41 42 10 11 12 13 14 15 99 17 18");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->name, "a) R 1 (b");
  EXPECT_EQ(fields->state, 'S');
  EXPECT_EQ(fields->parent, 7);
  EXPECT_EQ(fields->user_ticks, 41U);
  EXPECT_EQ(fields->system_ticks, 42U);
  EXPECT_EQ(fields->start_time, 99U);
}

TEST(ProcessDetails, WhatIsNoStatIsRefused) {
  for (const char* text : {"", "1", "1 (a)", "1 (a) S 1 2", ") (", "1 () "})
    EXPECT_FALSE(parse_process_stat(text)) << text;
}

TEST(ProcessDetails, TheEffectiveUserIsTheSecond) {
  EXPECT_EQ(parse_effective_uid("Name:\tUid:\t5\nUid:\t1\t2\t3\t4\nGid:\t9\t9\t9\t9\n"), 2U);
  EXPECT_FALSE(parse_effective_uid("Name:\tx\n"));
}

}  // namespace
}  // namespace ctrbox::core
