#include "runtime/spec/device.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(DeviceOption, SourceDestinationAndAccess) {
  EXPECT_EQ(parse_device("/dev/fuse"), (DeviceRequest{"/dev/fuse", "/dev/fuse", "rwm"}));
  EXPECT_EQ(parse_device("/dev/fuse:rw"), (DeviceRequest{"/dev/fuse", "/dev/fuse", "rw"}));
  EXPECT_EQ(parse_device("/dev/sda:/dev/xvda"), (DeviceRequest{"/dev/sda", "/dev/xvda", "rwm"}));
  EXPECT_EQ(parse_device("/dev/sda:/dev/xvda:r"), (DeviceRequest{"/dev/sda", "/dev/xvda", "r"}));
  for (const char* text :
       {"", "dev", "/dev/x:", "/dev/x:rx", "/dev/x:rr", "/dev/x:/y:", "/dev/x:/y:r:w", "/dev/x:y", ":/y"})
    EXPECT_THROW(parse_device(text), core::Error) << text;
}

TEST(DeviceOption, TheHostsDeviceIsFound) {
  const auto devices = find_devices({"/dev/null", "/dev/nothing", "rw"});
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices[0].path, "/dev/nothing");
  EXPECT_EQ(devices[0].type, 'c');
  EXPECT_EQ(devices[0].major, 1U);
  EXPECT_EQ(devices[0].minor, 3U);
  EXPECT_EQ(devices[0].access, "rw");
}

TEST(DeviceOption, WhatIsNoDeviceIsRefused) {
  for (const char* path : {"/proc/self/exe", "/proc/self/fdinfo", "/no/such/device"})
    EXPECT_THROW(find_devices({path, path, "rwm"}), core::Error) << path;
}

TEST(DeviceOption, OfTheHostsDevicesThoseEveryContainerHasOfItsOwnAreLeftOut) {
  for (const SpecDevice& device : find_host_devices()) {
    EXPECT_NE(device.path.substr(0, 9), "/dev/pts/");
    EXPECT_NE(device.path, "/dev/console");
    EXPECT_NE(device.path, "/dev/ptmx");
  }
}

}  // namespace
}  // namespace ctrbox::runtime
