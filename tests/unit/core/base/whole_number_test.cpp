#include "core/base/whole_number.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

TEST(WholeNumber, IsReadWithinItsBounds) {
  EXPECT_EQ(parse_whole_number("-5", -5, 7), -5);
  EXPECT_EQ(parse_whole_number("7", -5, 7), 7);
  for (const char* text : {"", "8", "-6", "1.0", "x", "9223372036854775808"})
    EXPECT_THROW(parse_whole_number(text, -5, 7), Error) << text;
}

}  // namespace
}  // namespace ctrbox::core
