#include "commands/errors.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>

namespace ctrbox::commands {
namespace {

TEST(Errors, TheClassIsNamedOnce) {
  EXPECT_EQ(describe(core::failed_precondition("namespace \"a\" must be empty")),
            "namespace \"a\" must be empty: failed precondition");
  EXPECT_EQ(describe(core::not_found("image \"x\": not found")), "image \"x\": not found");
  EXPECT_EQ(describe(core::not_found("image \"x\": not found; namespace foo has it")),
            "image \"x\": not found; namespace foo has it");
}

TEST(Errors, SystemErrorsAndUnknownOnesSpeakForThemselves) {
  EXPECT_EQ(describe(core::system_error("/x", ENOENT)), "/x: no such file or directory");
  EXPECT_EQ(describe(core::unknown("odd")), "odd");
  EXPECT_EQ(describe(core::internal("odd")), "odd");
}

TEST(Errors, TextFromOutsideIsOneHarmlessLine) {
  EXPECT_EQ(describe(core::unknown("a\nb\x1b[31m")), "a\\x0ab\\x1b[31m");
}

TEST(Errors, AUsageErrorShowsWhereHelpIs) {
  std::ostringstream err;
  int status = 0;
  try {
    throw UsageError("unknown flag --x", "ctr images ls --help");
  } catch (...) {
    status = report_current_error("ctr", err);
  }
  EXPECT_EQ(status, 1);
  EXPECT_EQ(err.str(), "ctr: unknown flag --x (see 'ctr images ls --help')\n");
}

}  // namespace
}  // namespace ctrbox::commands
