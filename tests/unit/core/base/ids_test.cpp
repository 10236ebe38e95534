#include "core/base/ids.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

TEST(Identifier, ContainerdsOwnExamplesAreAccepted) {
  for (const std::string& text :
       {std::string("default"), std::string("Default"), std::string("0912341234"), std::string("task.0.0123456789"),
        std::string("underscores_are_allowed"), std::string("containerd.io"), std::string("a-b"), std::string("a"),
        std::string(76, 'a')})
    EXPECT_NO_THROW(check_identifier(text)) << text;
}

TEST(Identifier, IsRefusedInContainerdsWords) {
  const std::string pattern = " must match ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$";
  const std::pair<std::string, std::string> cases[] = {
      {"", "identifier must not be empty"},
      {std::string(77, 'a'), "identifier \"" + std::string(77, 'a') + "\" greater than maximum length (76 characters)"},
      {".a", "identifier \".a\"" + pattern},
      {"a.", "identifier \"a.\"" + pattern},
      {"a..b", "identifier \"a..b\"" + pattern},
      {"a-_b", "identifier \"a-_b\"" + pattern},
      {"a/b", "identifier \"a/b\"" + pattern},
      {"..", "identifier \"..\"" + pattern},
      {"a b", "identifier \"a b\"" + pattern},
      {"a\n", "identifier \"a\n\"" + pattern},
      {"é", "identifier \"é\"" + pattern},
  };
  for (const auto& [text, message] : cases) {
    try {
      check_identifier(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_EQ(error.what(), message);
    }
  }
}

TEST(RandomHex, HasTheLengthAndDiffers) {
  const std::string first = random_hex(8);
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(first, random_hex(8));
  EXPECT_EQ(random_hex(0), "");
}

}  // namespace
}  // namespace ctrbox::core
