#include "registry/transfer/layer_pipeline.h"

#include <thread>
#include <utility>

#include "core/archive/inflate.h"

namespace ctrbox::registry::transfer {
namespace {

constexpr std::size_t kCompressedBuffers = 4;  // between the first and the second stage
constexpr std::size_t kPlainBuffers = 6;       // between the second and the third

/// The plain bytes as the tar reader wants them, hashed on the way.
class QueueSource : public core::ByteSource {
 public:
  QueueSource(BufferQueue& queue, BufferPool& pool) : queue_(queue), pool_(pool) {}
  ~QueueSource() override { recycle(); }

  std::span<const std::byte> next() override {
    recycle();
    current_ = queue_.pop();
    if (!current_) return {};
    hasher_.update(current_->bytes());
    return current_->bytes();
  }

  /// The digest of all there was, also of what nobody read.
  core::Digest finish() {
    while (!next().empty()) {
    }
    return hasher_.finish();
  }

 private:
  void recycle() {
    if (current_) pool_.give_back(std::move(*current_));
    current_.reset();
  }

  BufferQueue& queue_;
  BufferPool& pool_;
  core::Hasher hasher_;
  std::optional<Buffer> current_;
};

/// Errors that wrong bytes can cause. If the bytes are not the right ones at all, that is what should be said.
bool may_come_from_wrong_bytes(const core::Error& error) {
  return error.code() == core::ErrorCode::invalid_argument || error.code() == core::ErrorCode::data_loss ||
         error.code() == core::ErrorCode::not_implemented;
}

bool is_root(const std::optional<core::Error>& error) noexcept {
  return error && error->code() != core::ErrorCode::canceled;
}

}  // namespace

LayerPipeline::LayerPipeline(LayerJob job, BufferPool& pool, std::stop_token stop)
    : job_(std::move(job)),
      pool_(pool),
      stop_(std::move(stop)),
      compressed_(kCompressedBuffers),
      plain_(kPlainBuffers) {}

bool LayerPipeline::source_is_bad() const noexcept { return is_root(receive_error_) || wrong_digest_; }

void LayerPipeline::stop_queues() noexcept {
  compressed_.stop();
  plain_.stop();
}

void LayerPipeline::guard(std::optional<core::Error>& slot, void (LayerPipeline::*stage)()) {
  try {
    (this->*stage)();
  } catch (...) {
    slot = core::current_error();
    stop_queues();
  }
}

void LayerPipeline::run() {
  {
    const std::stop_callback on_stop(stop_, [this] { stop_queues(); });
    std::jthread store([this] { guard(store_error_, &LayerPipeline::store_and_inflate); });
    std::jthread unpack_thread;
    if (job_.apply) unpack_thread = std::jthread([this] { guard(unpack_error_, &LayerPipeline::unpack); });
    guard(receive_error_, &LayerPipeline::receive);
  }
  rethrow_root_error();
}

void LayerPipeline::receive() {
  BufferWriter writer(pool_, compressed_);
  job_.receive([&](std::span<const std::byte> data) { writer.write(data); });
  writer.finish();
}

void LayerPipeline::store_and_inflate() {
  core::Hasher hasher(job_.descriptor.digest.algorithm());
  BufferWriter writer(pool_, plain_);
  core::Inflater inflater([&](std::span<const std::byte> plain) { writer.write(plain); });
  std::optional<core::Error> inflate_error;
  while (std::optional<Buffer> buffer = compressed_.pop()) {
    hasher.update(buffer->bytes());
    if (job_.ingest != nullptr) job_.ingest->write(buffer->bytes());
    if (job_.apply && !inflate_error && !plain_.ignored()) {
      try {
        inflater.write(buffer->bytes());
      } catch (const core::Error& error) {
        if (!may_come_from_wrong_bytes(error)) throw;
        inflate_error = error;
      }
    }
    pool_.give_back(std::move(*buffer));
  }
  if (const core::Digest digest = hasher.finish(); digest != job_.descriptor.digest) {
    wrong_digest_ = true;
    throw core::data_loss("unexpected digest: " + digest.text() + " instead of " + job_.descriptor.digest.text());
  }
  if (inflate_error) throw *inflate_error;
  if (!job_.apply || plain_.ignored()) return;
  inflater.finish();
  writer.finish();
}

void LayerPipeline::unpack() {
  try {
    QueueSource source(plain_, pool_);
    job_.apply(source);
    if (const core::Digest digest = source.finish(); digest != job_.diff_id)
      throw core::data_loss("wrong diff id calculated on extraction " + core::quoted(digest.text()));
  } catch (const core::Error& error) {
    if (!may_come_from_wrong_bytes(error)) throw;
    unpack_error_ = error;
    plain_.ignore();  // the second stage goes on to see whether these are the right bytes at all
  }
}

void LayerPipeline::rethrow_root_error() const {
  if (wrong_digest_ && !is_root(receive_error_)) throw *store_error_;
  for (const auto* error : {&receive_error_, &unpack_error_, &store_error_}) {
    if (is_root(*error)) throw **error;
  }
  for (const auto* error : {&receive_error_, &unpack_error_, &store_error_}) {
    if (*error) throw **error;
  }
}

}  // namespace ctrbox::registry::transfer
