#include "runtime/spec/rlimit.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(Rlimit, OneValueIsBothLimits) {
  EXPECT_EQ(parse_rlimit("nofile=1024"), (Rlimit{"RLIMIT_NOFILE", 1024, 1024}));
  EXPECT_EQ(parse_rlimit("RLIMIT_CORE=0:unlimited"), (Rlimit{"RLIMIT_CORE", 0, kUnlimited}));
  EXPECT_EQ(parse_rlimit("memlock=-1"), (Rlimit{"RLIMIT_MEMLOCK", kUnlimited, kUnlimited}));
}

TEST(Rlimit, EveryLimitOfLinuxHasAName) {
  for (const char* type : {"as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile",
                           "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"})
    EXPECT_NO_THROW(parse_rlimit(std::string(type) + "=1")) << type;
}

TEST(Rlimit, WhatIsNoneIsRefused) {
  for (const char* text : {"", "nofile", "nofile=", "nofile=x", "nofile=1:", "nofile=:1", "nofile=2:1",
                           "nofile=unlimited:5", "nofile=1:2:3", "speed=1", "=1", "nofile=18446744073709551616"})
    EXPECT_THROW(parse_rlimit(text), core::Error) << text;
}

}  // namespace
}  // namespace ctrbox::runtime
