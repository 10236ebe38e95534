// What is quoted of criu's log, and where the log goes.
#include "runtime/shim/criu_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>

#include "core/sys/file.h"
#include "support/temp_dir.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr const char* kLog =
    "(00.000100) Version: 4.2.1 (gitid 0)\n"
    "(00.138001) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted\n"
    "(00.376693) Error (criu/files-reg.c:1790): Can't lookup mount=27 for fd=1 path=/tmp/p\n"
    "(00.376700) Warn  (criu/files.c:1): harmless\n"
    "(00.376714) Error (criu/cr-dump.c:1545): Dump files (pid: 19757) failed with -1\n"
    "(00.380537) Error (criu/cr-dump.c:1975): Dumping FAILED.";

TEST(CriuLog, TheLastErrorsThatSaySomethingAreQuoted) {
  EXPECT_EQ(last_criu_errors(kLog),
            "Can't lookup mount=27 for fd=1 path=/tmp/p; Dump files (pid: 19757) failed with -1");
  EXPECT_EQ(last_criu_errors("Error (a.c:1): one\n"), "one");
  EXPECT_EQ(last_criu_errors("(0.1) all is well\n"), "");
  EXPECT_EQ(last_criu_errors(""), "");
}

TEST(CriuLog, ALineWithoutEndIsCut) {
  EXPECT_LE(last_criu_errors("Error (a.c:1): " + std::string(100000, 'x')).size(), 300U);
}

TEST(CriuLog, TheLogIsMovedAndNamedInTheError) {
  const test::TempDir directory;
  core::write_file_atomically(AT_FDCWD, directory.path("dump.log"), kLog, 0600);
  const core::Error said =
      core::unknown("OCI runtime checkpoint failed: criu failed: type NOTIFY errno 0\nlog file: x/dump.log");
  const core::Error error = criu_failure(said, directory.path("dump.log"), directory.path("kept/here.log"));
  EXPECT_EQ(
      std::string(error.what()),
      "OCI runtime checkpoint failed: criu failed: type NOTIFY errno 0: criu says: Can't lookup mount=27 for fd=1 "
      "path=/tmp/p; Dump files (pid: 19757) failed with -1 (log: " +
          directory.path("kept/here.log") + ")");
  EXPECT_EQ(core::read_file(AT_FDCWD, directory.path("kept/here.log"), 10000), kLog);
  EXPECT_FALSE(core::find_status(AT_FDCWD, directory.path("dump.log")));
}

TEST(CriuLog, WithoutALogTheRuntimesWordsStand) {
  const test::TempDir directory;
  const core::Error error = criu_failure(core::unknown("no"), directory.path("dump.log"), directory.path("kept"));
  EXPECT_STREQ(error.what(), "no");
}

}  // namespace
}  // namespace ctrbox::runtime::shim
