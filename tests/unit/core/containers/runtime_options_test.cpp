#include "core/containers/runtime_options.h"

#include <gtest/gtest.h>

namespace ctrbox::core::containers {
namespace {

TEST(RuntimeOptions, BinaryIsFieldSix) {
  EXPECT_EQ(encode_runtime_options("crun"),
            "\x32\x04"
            "crun");
  EXPECT_EQ(encode_runtime_options(""), "");
}

TEST(RuntimeOptions, WhatIsWrittenIsRead) {
  const std::string path = "/" + std::string(300, 'x');
  EXPECT_EQ(binary_in(encode_runtime_options(path)), path);
  EXPECT_EQ(binary_in(""), "");
}

TEST(RuntimeOptions, OtherFieldsArePassedOver) {
  const std::string no_pivot_root("\x08\x01", 2);
  EXPECT_EQ(binary_in(no_pivot_root + encode_runtime_options("crun") + std::string("\x3a\x01r", 3)), "crun");
}

TEST(RuntimeOptions, BytesThatAreNoMessageGiveNone) {
  for (const std::string& bytes :
       {std::string("\x32"), std::string("\x32\x05"), std::string("\x32\xff\xff\xff\xff\xff"), std::string("\x35zzzz"),
        std::string(20, '\xff')})
    EXPECT_EQ(binary_in(bytes), "");
}

}  // namespace
}  // namespace ctrbox::core::containers
