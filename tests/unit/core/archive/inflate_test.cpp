#include "core/archive/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "core/archive/decoder.h"
#include "core/base/error.h"

namespace ctrbox::core {
namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(plain.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

std::string text_of(std::size_t size) {
  std::string text;
  for (unsigned n = 1; text.size() < size; n = n * 1103515245U + 12345U) text += std::to_string(n % 9999);
  text.resize(size);
  return text;
}

std::string inflate(const std::string& bytes, std::size_t piece) {
  std::string plain;
  Inflater inflater(
      [&](std::span<const std::byte> data) { plain.append(reinterpret_cast<const char*>(data.data()), data.size()); });
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    inflater.write(std::as_bytes(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at))));
  }
  inflater.finish();
  return plain;
}

std::string inflate_zlib(const std::string& bytes, std::size_t piece) {
  std::string plain;
  const archive::Sink out = [&](std::span<const std::byte> data) {
    plain.append(reinterpret_cast<const char*>(data.data()), data.size());
  };
  const auto decoder = archive::make_gzip_decoder_zlib();
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder->write(std::as_bytes(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at))), out);
  }
  decoder->finish();
  return plain;
}

TEST(Inflate, AnyFormatInPiecesOfAnySize) {
  const std::string plain = text_of(200000);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
    EXPECT_EQ(inflate(gzip(plain), piece), plain) << piece;
    EXPECT_EQ(inflate_zlib(gzip(plain), piece), plain) << piece;
    EXPECT_EQ(inflate(zstd(plain), piece), plain) << piece;
    EXPECT_EQ(inflate(plain, piece), plain) << piece;
  }
}

TEST(Inflate, MembersFollowEachOtherWhereverTheStreamIsCut) {
  const std::string a = text_of(3000);
  const std::string stream = gzip(a) + gzip("") + gzip("b") + gzip(a);
  for (std::size_t piece = 1; piece < 80; ++piece) {
    ASSERT_EQ(inflate(stream, piece), a + "b" + a) << piece;
    ASSERT_EQ(inflate_zlib(stream, piece), a + "b" + a) << piece;
  }
  const std::string frames = zstd(a) + zstd("b");
  EXPECT_EQ(inflate(frames, 1), a + "b");
  EXPECT_EQ(inflate(frames, frames.size()), a + "b");
}

TEST(Inflate, ZerosMayFollowAGzipStreamAndNothingElse) {
  const std::string stream = gzip("hello");
  EXPECT_EQ(inflate(stream + std::string(1024, '\0'), 100), "hello");
  EXPECT_THROW(inflate(stream + "rubbish", 1000), Error);
  EXPECT_THROW(inflate(stream + std::string(10, '\0') + "x", 3), Error);
}

TEST(Inflate, EveryTruncationIsAnError) {
  const std::string plain = text_of(5000);
  for (const std::string& stream : {gzip(plain), zstd(plain)}) {
    for (std::size_t size = 4; size < stream.size(); size += 13) {
      EXPECT_THROW(inflate(stream.substr(0, size), 64), Error) << size;
    }
    EXPECT_THROW(inflate(stream.substr(0, stream.size() - 1), 64), Error);
  }
  const std::string stream = gzip(plain);
  EXPECT_THROW(inflate_zlib(stream.substr(0, stream.size() - 1), 64), Error);
}

TEST(Inflate, AWrongChecksumIsAnError) {
  std::string stream = gzip(text_of(5000));
  stream[stream.size() - 6] = static_cast<char>(stream[stream.size() - 6] ^ 1);
  EXPECT_THROW(inflate(stream, 4096), Error);
  EXPECT_THROW(inflate_zlib(stream, 4096), Error);
}

TEST(Inflate, AZstdWindowAbove128MiBIsRefused) {
  // A frame header that asks for a window of 2^31: magic, descriptor without content size, window byte.
  const std::string frame("\x28\xb5\x2f\xfd\x00\xa8", 6);
  EXPECT_THROW(inflate(frame + std::string(100, '\0'), 4096), Error);
}

TEST(Inflate, NothingIsNothing) { EXPECT_EQ(inflate("", 1), ""); }

}  // namespace
}  // namespace ctrbox::core
