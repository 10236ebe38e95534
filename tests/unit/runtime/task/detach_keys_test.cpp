#include "runtime/task/detach_keys.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(DetachKeys, NotationIsDockers) {
  EXPECT_EQ(parse_detach_keys("ctrl-p,ctrl-q"), "\x10\x11");
  EXPECT_EQ(parse_detach_keys("CTRL-P,Ctrl-Q"), "\x10\x11");
  EXPECT_EQ(parse_detach_keys("a"), "a");
  EXPECT_EQ(parse_detach_keys("a,B"), "aB");
  EXPECT_EQ(parse_detach_keys("ctrl-@"), std::string(1, '\0'));
  EXPECT_EQ(parse_detach_keys("ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_"), "\x1b\x1c\x1d\x1e\x1f");
  EXPECT_EQ(parse_detach_keys("del"), "\x7f");
  EXPECT_EQ(parse_detach_keys(""), "");
}

TEST(DetachKeys, WhatIsNoKeyIsRefused) {
  for (const char* text :
       {"ctrl-", "ctrl-1", "ctrl-aa", "ab", ",", "a,", ",a", "ctrl-p,,ctrl-q", " ", "\x01", "ctrl-é"})
    EXPECT_THROW(parse_detach_keys(text), core::Error) << text;
  EXPECT_NO_THROW(parse_detach_keys("a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"));
  EXPECT_THROW(parse_detach_keys("a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"), core::Error);
}

TEST(DetachKeys, AreFoundInOnePieceAndInSeveral) {
  DetachKeys whole("pq");
  EXPECT_EQ(whole.pass("ls\npqrest"), "ls\n");
  EXPECT_TRUE(whole.found());
  DetachKeys pieces("pq");
  EXPECT_EQ(pieces.pass("xp"), "x");
  EXPECT_FALSE(pieces.found());
  EXPECT_EQ(pieces.held(), 1U);
  EXPECT_EQ(pieces.pass("q"), "");
  EXPECT_TRUE(pieces.found());
}

TEST(DetachKeys, ABeginningThatWasNotMeantIsPassedOn) {
  DetachKeys keys("pq");
  EXPECT_EQ(keys.pass("p"), "");
  EXPECT_EQ(keys.pass("x"), "px");
  EXPECT_EQ(keys.pass("pp"), "p");
  EXPECT_EQ(keys.pass("q"), "");
  EXPECT_TRUE(keys.found());
}

TEST(DetachKeys, OverlappingBeginningsAreNotLost) {
  DetachKeys keys("aab");
  EXPECT_EQ(keys.pass("aaab"), "a");
  EXPECT_TRUE(keys.found());
  DetachKeys others("abac");
  EXPECT_EQ(others.pass("ababac"), "ab");
  EXPECT_TRUE(others.found());
}

TEST(DetachKeys, TheEndOfTheInputGivesBackWhatWasHeld) {
  DetachKeys keys("pq");
  EXPECT_EQ(keys.pass("ap"), "a");
  EXPECT_EQ(keys.end(), "p");
  EXPECT_EQ(keys.end(), "");
  DetachKeys found("pq");
  found.pass("pq");
  EXPECT_EQ(found.end(), "");
}

TEST(DetachKeys, WithoutKeysEverythingIsPassedOn) {
  DetachKeys keys("");
  EXPECT_EQ(keys.pass(std::string_view("a\0b\x10\x11", 5)), std::string("a\0b\x10\x11", 5));
  EXPECT_FALSE(keys.found());
}

}  // namespace
}  // namespace ctrbox::runtime
