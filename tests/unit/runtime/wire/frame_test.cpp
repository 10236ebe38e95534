#include "runtime/wire/frame.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime::wire {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(Frame, HeaderIsBigEndian) {
  std::string out;
  encode_frame(out, 0x01020305, FrameType::response, "abc");
  EXPECT_EQ(out, std::string("\0\0\0\3\1\2\3\5\2\0abc", 13));
}

TEST(Frame, TornAtEveryByteComesOutWhole) {
  std::string out;
  encode_frame(out, 1, FrameType::request, "hello");
  encode_frame(out, 3, FrameType::request, "");
  encode_frame(out, 5, FrameType::data, std::string(100, 'x'));
  FrameDecoder decoder;
  std::vector<Frame> frames;
  for (const char& c : out) {
    decoder.append(bytes_of({&c, 1}));
    while (auto frame = decoder.next()) frames.push_back(*frame);
  }
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0], (Frame{1, FrameType::request, 0, "hello"}));
  EXPECT_EQ(frames[1], (Frame{3, FrameType::request, 0, ""}));
  EXPECT_EQ(frames[2], (Frame{5, FrameType::data, 0, std::string(100, 'x')}));
  EXPECT_FALSE(decoder.in_frame());
}

TEST(Frame, SeveralInOneReadComeOutOneByOne) {
  std::string out;
  for (std::uint32_t stream = 1; stream < 20; stream += 2) encode_frame(out, stream, FrameType::request, "x");
  FrameDecoder decoder;
  decoder.append(bytes_of(out));
  for (std::uint32_t stream = 1; stream < 20; stream += 2) EXPECT_EQ(decoder.next()->stream, stream);
  EXPECT_FALSE(decoder.next());
}

TEST(Frame, LengthBeyondTheLimitIsRefusedFromTheHeaderAlone) {
  FrameDecoder decoder;
  decoder.append(bytes_of(std::string_view("\x00\x40\x00\x01\0\0\0\1\1\0", 10)));
  EXPECT_THROW(decoder.next(), core::Error);
  std::string out;
  EXPECT_THROW(encode_frame(out, 1, FrameType::request, std::string(kMaxFrameBytes + 1, 'x')), core::Error);
}

TEST(Frame, LargestFrameIsTaken) {
  std::string out;
  encode_frame(out, 1, FrameType::request, std::string(kMaxFrameBytes, 'x'));
  FrameDecoder decoder;
  decoder.append(bytes_of(out));
  EXPECT_EQ(decoder.next()->payload.size(), kMaxFrameBytes);
}

TEST(Frame, UnknownTypeIsRefused) {
  for (const char type : {'\0', '\4', '\xff'}) {
    FrameDecoder decoder;
    std::string header("\0\0\0\0\0\0\0\1", 8);
    header += type;
    header += '\0';
    decoder.append(bytes_of(header));
    EXPECT_THROW(decoder.next(), core::Error);
  }
}

}  // namespace
}  // namespace ctrbox::runtime::wire
