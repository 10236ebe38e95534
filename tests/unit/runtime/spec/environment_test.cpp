#include "runtime/spec/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using ::testing::ElementsAre;

std::optional<std::string> caller(const std::string& name) {
  if (name == "MINE") return "caller's";
  return std::nullopt;
}

TEST(EnvFile, AssignmentsAreTakenVerbatim) {
  EXPECT_THAT(parse_env_file("A=1\n  B= x \"y\" # z\r\n\n# C=3\n\t#D=4\nE=\nA=2", caller),
              ElementsAre("A=1", "B= x \"y\" # z", "E=", "A=2"));
  EXPECT_THAT(parse_env_file("\xEF\xBB\xBF"
                             "A=1",
                             caller),
              ElementsAre("A=1"));
  EXPECT_THAT(parse_env_file("", caller), ElementsAre());
}

TEST(EnvFile, ABareNameTakesTheCallersValueIfThereIsOne) {
  EXPECT_THAT(parse_env_file("MINE\nABSENT\n", caller), ElementsAre("MINE=caller's"));
}

TEST(EnvFile, TheLineThatIsNoVariableIsNamed) {
  for (const std::string& text :
       {std::string("=1"), std::string("A B=1"), std::string("A B"), std::string("A=\xff"), std::string("A=x\0y", 5)}) {
    try {
      parse_env_file("OK=1\n" + text, caller);
      ADD_FAILURE() << text;
    } catch (const core::Error& error) {
      EXPECT_EQ(std::string(error.what()).find("line 2 is no variable: "), 0U) << error.what();
    }
  }
}

}  // namespace
}  // namespace ctrbox::runtime
