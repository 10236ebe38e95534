// What a process that is killed while it gives a blob its name leaves behind, and that the next one gets along with it.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "core/content/store.h"
#include "core/sys/file.h"

namespace ctrbox::core::content {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDirectoryVariable = "CTRBOX_TEST_INGEST_CRASH";

void place_hello(const Store& store) {
  Ingest ingest = store.begin("r");
  ingest.write(std::as_bytes(std::span("hello", 5)));
  sync_file(ingest.fd(), "data");
  ingest.place(Digest::of("hello"));
  store.sync_blobs();
}

/// Runs in this program started once more, since failpoints are read once; the directory is passed on to it.
void expect_killed_at(const char* failpoint, bool is_there_afterwards) {
#ifndef CTRBOX_FAILPOINTS
  GTEST_SKIP() << "built without failpoints";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  char pattern[] = "/tmp/ctrbox-ingest-XXXXXX";
  const char* given = getenv(kDirectoryVariable);
  const std::string directory = given != nullptr ? given : mkdtemp(pattern);
  const Paths paths{directory + "/root", directory + "/state"};
  paths.create();
  const Store store(paths);
  setenv(kDirectoryVariable, directory.c_str(), 1);
  EXPECT_EXIT(
      {
        setenv("FAILPOINT", (std::string(failpoint) + "=kill").c_str(), 1);
        place_hello(store);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  unsetenv(kDirectoryVariable);

  EXPECT_EQ(store.has_file(Digest::of("hello")), is_there_afterwards);
  if (is_there_afterwards) {
    EXPECT_EQ(store.read(Digest::of("hello"), 5), "hello");
  }
  place_hello(store);
  EXPECT_EQ(store.read(Digest::of("hello"), 5), "hello");
  store.sweep_ingests();
  EXPECT_TRUE(fs::is_empty(paths.ingest()));
  fs::remove_all(directory);
}

TEST(IngestCrash, BeforeTheRenameThereIsNoBlob) { expect_killed_at("content.place.before_rename", false); }
TEST(IngestCrash, AfterTheRenameTheBlobIsWhole) { expect_killed_at("content.place.after_rename", true); }

}  // namespace
}  // namespace ctrbox::core::content
