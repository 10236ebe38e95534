#include "runtime/grpc/message.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime::grpc {
namespace {

std::string framed(const std::string& message) {
  std::string bytes;
  append_message(bytes, message);
  return bytes;
}

core::ErrorCode fault_of(const std::string& bytes) {
  try {
    MessageDecoder().append(bytes);
  } catch (const core::Error& error) {
    return error.code();
  }
  return core::ErrorCode{};
}

TEST(GrpcMessage, HasAFlagAndALengthInFront) { EXPECT_EQ(framed("abc"), std::string("\0\0\0\0\3abc", 8)); }

TEST(GrpcMessage, IsPutTogetherHoweverItIsTorn) {
  const std::string large(70'000, 'x');
  const std::string bytes = framed("abc") + framed("") + framed(large);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, bytes.size()}) {
    MessageDecoder decoder;
    std::vector<std::string> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      decoder.append(std::string_view(bytes).substr(at, piece));
      for (std::string& message : decoder.take()) all.push_back(std::move(message));
    }
    EXPECT_FALSE(decoder.in_message());
    EXPECT_EQ(all, (std::vector<std::string>{"abc", "", large})) << piece;
  }
}

TEST(GrpcMessage, AnUnfinishedOneIsKnown) {
  MessageDecoder decoder;
  decoder.append(framed("abc").substr(0, 6));
  EXPECT_TRUE(decoder.in_message());
  EXPECT_TRUE(decoder.take().empty());
}

TEST(GrpcMessage, TooLargeIsRefusedWithItsLength) {
  EXPECT_EQ(fault_of(std::string("\0\xff\xff\xff\xff", 5)), core::ErrorCode::resource_exhausted);
  EXPECT_EQ(fault_of(std::string("\1\0\0\0\0", 5)), core::ErrorCode::not_implemented);
  EXPECT_EQ(fault_of(std::string("\0\0", 2)), core::ErrorCode{});
}

}  // namespace
}  // namespace ctrbox::runtime::grpc
