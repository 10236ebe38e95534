#include "runtime/shim/log_uri.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime::shim {
namespace {

using Kind = LogUri::Kind;

TEST(LogUri, APathIsAFifo) {
  EXPECT_EQ(parse_log_uri("/run/x").kind, Kind::fifo);
  EXPECT_EQ(parse_log_uri("/run/x").path, "/run/x");
  EXPECT_EQ(parse_log_uri("fifo:///run/x").path, "/run/x");
}

TEST(LogUri, NamesFilesAndPrograms) {
  EXPECT_EQ(parse_log_uri("file:///var/log/my%20log").kind, Kind::file);
  EXPECT_EQ(parse_log_uri("file:///var/log/my%20log").path, "/var/log/my log");
  const LogUri uri = parse_log_uri("binary:///bin/logger?--tag=a%26b&-v");
  EXPECT_EQ(uri.kind, Kind::binary);
  EXPECT_EQ(uri.path, "/bin/logger");
  EXPECT_EQ(uri.arguments, (std::vector<std::string>{"--tag", "a&b", "-v", ""}));
}

TEST(LogUri, RefusesWhatItCannotFollow) {
  for (const char* text : {"", "relative", "file://relative", "http://host/x", "file:///a%zz", "file:///a%2",
                           "file:///a%00b", "binary://"})
    EXPECT_THROW(parse_log_uri(text), core::Error) << text;
}

}  // namespace
}  // namespace ctrbox::runtime::shim
