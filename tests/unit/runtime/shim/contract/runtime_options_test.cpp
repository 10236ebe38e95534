#include "runtime/shim/contract/runtime_options.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "runc_options.pb.h"

namespace ctrbox::runtime::shim::contract {
namespace {

ctrbox::wire::Any any(const std::string& type, const std::string& value) {
  ctrbox::wire::Any result;
  result.set_type_url(type);
  result.set_value(value);
  return result;
}

TEST(RuntimeOptions, NoneAreContainerdsDefaults) {
  for (const auto& none : {any("", ""), any("runtimeoptions.v1.Options", "\xff"), any("x/y", "garbage")}) {
    const auto options = read_options(none, "ns1");
    EXPECT_EQ(options.program, "runc");
    EXPECT_EQ(options.root, "/run/containerd/runc/ns1");
    EXPECT_FALSE(options.flags.systemd_cgroup || options.flags.no_pivot_root || options.flags.no_new_keyring);
    EXPECT_EQ(options.shim_cgroup, "");
  }
}

TEST(RuntimeOptions, AllAreRead) {
  ctrbox::wire::RuncOptions message;
  message.set_binary_name("/usr/bin/crun");
  message.set_root("/r");
  message.set_systemd_cgroup(true);
  message.set_no_pivot_root(true);
  message.set_no_new_keyring(true);
  message.set_shim_cgroup("/shims");
  for (const char* type : {"containerd.runc.v1.Options", "type.googleapis.com/containerd.runc.v1.Options"}) {
    const auto options = read_options(any(type, message.SerializeAsString()), "ns1");
    EXPECT_EQ(options.program, "/usr/bin/crun");
    EXPECT_EQ(options.root, "/r/ns1");
    EXPECT_TRUE(options.flags.systemd_cgroup && options.flags.no_pivot_root && options.flags.no_new_keyring);
    EXPECT_EQ(options.shim_cgroup, "/shims");
  }
}

TEST(RuntimeOptions, BytesThatAreNoneAndRelativeRootsAreRefused) {
  EXPECT_THROW(read_options(any("containerd.runc.v1.Options", "\xff\xff"), "n"), core::Error);
  ctrbox::wire::RuncOptions message;
  message.set_root("r");
  EXPECT_THROW(read_options(any("containerd.runc.v1.Options", message.SerializeAsString()), "n"), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime::shim::contract
