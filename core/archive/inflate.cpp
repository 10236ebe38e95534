#include "core/archive/inflate.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/archive/decoder.h"

namespace ctrbox::core {
namespace {

using archive::Decoder;

class PlainDecoder final : public Decoder {
 public:
  void write(std::span<const std::byte> in, const archive::Sink& out) override { out(in); }
  void finish() override {}
};

std::unique_ptr<Decoder> make_gzip_decoder() {
#ifdef CTRBOX_HAVE_ISAL
  return archive::make_gzip_decoder_isal();
#else
  return archive::make_gzip_decoder_zlib();
#endif
}

bool is_gzip(std::span<const std::uint8_t> head) {
  return head.size() >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 0x08;
}

bool is_zstd(std::span<const std::uint8_t> head) {
  if (head.size() < 4) return false;
  const bool frame = head[0] == 0x28 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd;
  const bool skippable = (head[0] & 0xf0) == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18;
  return frame || skippable;
}

std::unique_ptr<Decoder> choose(std::span<const std::uint8_t> head) {
  if (is_gzip(head)) return make_gzip_decoder();
  if (is_zstd(head)) return archive::make_zstd_decoder();
  return std::make_unique<PlainDecoder>();
}

}  // namespace

struct Inflater::State {
  archive::Sink out;
  std::unique_ptr<Decoder> decoder;  // null until the first four bytes are known
  std::array<std::uint8_t, 4> head{};
  std::size_t head_size = 0;

  void decide() {
    const std::span<const std::uint8_t> known(head.data(), head_size);
    decoder = choose(known);
    if (!known.empty()) decoder->write(std::as_bytes(known), out);
  }
};

Inflater::Inflater(std::function<void(std::span<const std::byte>)> out) : state_(std::make_unique<State>()) {
  state_->out = std::move(out);
}

Inflater::~Inflater() = default;

void Inflater::write(std::span<const std::byte> compressed) {
  State& state = *state_;
  if (!state.decoder) {
    const std::size_t taken = std::min(compressed.size(), state.head.size() - state.head_size);
    std::memcpy(state.head.data() + state.head_size, compressed.data(), taken);
    state.head_size += taken;
    compressed = compressed.subspan(taken);
    if (state.head_size < state.head.size()) return;
    state.decide();
  }
  if (!compressed.empty()) state.decoder->write(compressed, state.out);
}

void Inflater::finish() {
  if (!state_->decoder) state_->decide();
  state_->decoder->finish();
}

}  // namespace ctrbox::core
