#include <zstd.h>

#include <string>
#include <vector>

#include "core/archive/decoder.h"
#include "core/base/error.h"

namespace ctrbox::core::archive {
namespace {

/// 128 MiB: what `zstd -d` accepts without being asked, and all that a hostile frame can make us allocate.
constexpr int kMaxWindowLog = 27;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()), buffer_(kPlainBufferBytes) {
    if (!context_) throw resource_exhausted("out of memory");
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  void write(std::span<const std::byte> in, const Sink& out) override {
    ZSTD_inBuffer source{in.data(), in.size(), 0};
    bool full = false;
    while (source.pos < source.size || full) {
      ZSTD_outBuffer target{buffer_.data(), buffer_.size(), 0};
      const std::size_t code = ZSTD_decompressStream(context_.get(), &target, &source);
      if (ZSTD_isError(code)) {
        throw invalid_argument(std::string("zstd stream is damaged: ") + ZSTD_getErrorName(code));
      }
      between_frames_ = code == 0;
      full = target.pos == target.size && !between_frames_;
      if (target.pos > 0) out(std::span(buffer_.data(), target.pos));
    }
  }

  void finish() override {
    if (!between_frames_) throw invalid_argument("zstd stream ends too early");
  }

 private:
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::vector<std::byte> buffer_;
  bool between_frames_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace ctrbox::core::archive
