#include "registry/remote/content_range.h"

#include <gtest/gtest.h>

namespace ctrbox::registry::remote {
namespace {

TEST(ContentRange, ReadsBothForms) {
  const auto whole = parse_content_range("bytes 5-9/10");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->first, 5);
  EXPECT_EQ(whole->last, 9);
  EXPECT_EQ(whole->total, 10);
  const auto open = parse_content_range("bytes 0-0/*");
  ASSERT_TRUE(open);
  EXPECT_FALSE(open->total);
}

TEST(ContentRange, OtherTextIsRefused) {
  for (const char* text : {"", "bytes", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10", "bytes -5-9/10", "bytes */10",
                           "items 5-9/10", "bytes 5-9/10x", "bytes 5-99999999999999999999/*", "bytes 5-9/"})
    EXPECT_FALSE(parse_content_range(text)) << text;
}

}  // namespace
}  // namespace ctrbox::registry::remote
