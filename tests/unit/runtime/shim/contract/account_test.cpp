#include "runtime/shim/contract/account.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/sys/file.h"
#include "support/temp_dir.h"

namespace ctrbox::runtime::shim::contract {
namespace {

class AccountTest : public testing::Test {
 protected:
  test::TempDir directory_;
  core::Fd bundle_ = core::open_at(AT_FDCWD, directory_.path(), O_RDONLY | O_DIRECTORY);
};

TEST_F(AccountTest, IsReadAsItWasWritten) {
  Account account;
  account.runtime = "/usr/bin/crun";
  account.runtime_root = "/run/r/n";
  account.flags.systemd_cgroup = true;
  account.init = {42, 123456789};
  write_account(bundle_.get(), account);
  auto read = find_account(bundle_.get());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->runtime, account.runtime);
  EXPECT_EQ(read->runtime_root, account.runtime_root);
  EXPECT_TRUE(read->flags.systemd_cgroup);
  EXPECT_EQ(read->init, account.init);
  EXPECT_FALSE(read->exit_status);

  account.exit_status = 3;
  account.exited_at = 99;
  write_account(bundle_.get(), account);
  read = find_account(bundle_.get());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->exit_status, 3U);
  EXPECT_EQ(read->exited_at, 99);
}

TEST_F(AccountTest, NoneAndTornOnesAreNone) {
  EXPECT_FALSE(find_account(bundle_.get()));
  for (const char* text : {"", "{", "[]", R"({"runtime":"runc"})", R"({"runtime":1})"}) {
    std::ofstream(directory_.path("ctrbox.json")) << text;
    EXPECT_FALSE(find_account(bundle_.get())) << text;
  }
}

}  // namespace
}  // namespace ctrbox::runtime::shim::contract
