#include "core/config/paths.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "support/temp_dir.h"

namespace ctrbox::core {
namespace {

/// A variable of the environment, put back afterwards.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }

 private:
  void set(const char* value) { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }

  const char* name_;
  std::optional<std::string> before_;
};

mode_t mode_of(const std::string& path) { return find_status(AT_FDCWD, path).value().st_mode & 07777; }

TEST(Paths, FlagsWinOverTheEnvironmentAndThisOverDefaults) {
  const Variable root("CTRBOX_ROOT", "/env/root");
  const Variable state("CTRBOX_STATE", nullptr);
  EXPECT_EQ(Paths::choose("", "").root, "/env/root");
  EXPECT_EQ(Paths::choose("", "").state, "/env/root/run");
  EXPECT_EQ(Paths::choose("/flag", "").root, "/flag");
  EXPECT_EQ(Paths::choose("/flag", "").state, "/flag/run");
  EXPECT_EQ(Paths::choose("/flag", "/s/").state, "/s");
  const Variable given_state("CTRBOX_STATE", "/env/state");
  EXPECT_EQ(Paths::choose("/flag", "").state, "/env/state");
  EXPECT_EQ(Paths::choose("/flag", "/s").state, "/s");
}

TEST(Paths, DefaultsAreTheSystemsOrTheUsers) {
  const Variable root("CTRBOX_ROOT", nullptr);
  const Variable state("CTRBOX_STATE", "");
  const Variable data("XDG_DATA_HOME", "/xdg/data");
  const Variable runtime("XDG_RUNTIME_DIR", "/xdg/run");
  const Paths paths = Paths::choose("", "");
  EXPECT_EQ(paths.root, geteuid() == 0 ? "/var/lib/ctrbox" : "/xdg/data/ctrbox");
  EXPECT_EQ(paths.state, geteuid() == 0 ? "/run/ctrbox" : "/xdg/run/ctrbox");
}

TEST(Paths, AreAbsolute) {
  const std::string here = std::filesystem::current_path().string();
  const Variable state("CTRBOX_STATE", nullptr);
  EXPECT_EQ(Paths::choose("x/../y/", "").root, here + "/y");
  EXPECT_EQ(Paths::choose("x", "").state, here + "/x/run");
}

TEST(Paths, BlobsLieByAlgorithm) {
  const Paths paths{.root = "/r", .state = "/s"};
  const std::string hex(64, 'a');
  EXPECT_EQ(paths.blob(Digest::parse("sha256:" + hex)), "/r/content/blobs/sha256/" + hex);
  EXPECT_EQ(paths.blob(Digest::parse("sha512:" + hex + hex)), "/r/content/blobs/sha512/" + hex + hex);
}

TEST(Paths, AreMadePrivateAndStayWhatTheyAre) {
  const test::TempDir temp;
  const Paths paths{.root = temp.path("root"), .state = temp.path("root/run")};
  paths.create();
  paths.create();
  for (const std::string& path : {paths.root, paths.state, paths.blobs(), paths.ingest(), paths.tasks()})
    EXPECT_EQ(mode_of(path), 0700U) << path;
}

TEST(Paths, WiderModesAreRepaired) {
  const test::TempDir temp;
  const Paths paths{.root = temp.path("root"), .state = temp.path("state")};
  paths.create();
  ASSERT_EQ(chmod(paths.root.c_str(), 0755), 0);
  ASSERT_EQ(chmod(paths.blobs().c_str(), 0777), 0);
  paths.create();
  EXPECT_EQ(mode_of(paths.root), 0700U);
  EXPECT_EQ(mode_of(paths.blobs()), 0700U);
}

TEST(Paths, ADirectorySharedByAllIsRefusedAndLeftAlone) {
  const test::TempDir temp;
  make_directory(AT_FDCWD, temp.path("tmp"), 01777);
  const Paths paths{.root = temp.path("tmp"), .state = temp.path("tmp/run")};
  EXPECT_THROW(paths.create(), Error);
  EXPECT_EQ(mode_of(temp.path("tmp")), 01777U);
  const Fd directory = open_at(AT_FDCWD, temp.path("tmp"), O_RDONLY | O_DIRECTORY);
  EXPECT_TRUE(list_directory(directory.get()).empty());
}

}  // namespace
}  // namespace ctrbox::core
