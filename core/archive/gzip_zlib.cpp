// Inflate by zlib: for machines that have no ISA-L.
#include <zlib.h>

#include <vector>

#include "core/archive/gzip_members.h"
#include "core/base/error.h"

namespace ctrbox::core::archive {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

class ZlibDecoder final : public GzipMembers {
 public:
  ZlibDecoder() : buffer_(kPlainBufferBytes) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw resource_exhausted("out of memory");
  }
  ~ZlibDecoder() override { inflateEnd(&stream_); }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

 protected:
  void begin() override { inflateReset(&stream_); }

  Step inflate(std::span<const std::byte> in, const Sink& out) override {
    // The library's pointer is not const, but it only reads.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      code = ::inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        throw invalid_argument(std::string("gzip stream is damaged: ") + (stream_.msg ? stream_.msg : zError(code)));
      }
      const std::size_t made = buffer_.size() - stream_.avail_out;
      if (made > 0) out(std::span(buffer_.data(), made));
    } while (code != Z_STREAM_END && (stream_.avail_in > 0 || stream_.avail_out == 0));
    return {in.size() - stream_.avail_in, code == Z_STREAM_END};
  }

 private:
  z_stream stream_{};
  std::vector<std::byte> buffer_;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder_zlib() { return std::make_unique<ZlibDecoder>(); }

}  // namespace ctrbox::core::archive
