#include "runtime/checkpoint/blob.h"

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;

}  // namespace

BlobSink::~BlobSink() {
  try {
    if (!placed_) ingest_.discard();
  } catch (...) {
    // A sweep finds what is left.
  }
}

void BlobSink::write(std::span<const std::byte> bytes) {
  ingest_.write(bytes);
  hasher_.update(bytes);
}

core::Descriptor BlobSink::place(std::string_view media_type) {
  core::Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.size = ingest_.offset();
  descriptor.digest = hasher_.finish();
  core::sync_file(ingest_.fd(), ingest_.ref());
  ingest_.place_and_hold(descriptor.digest);
  return descriptor;
}

BlobSource::BlobSource(const core::content::Store& store, const core::Descriptor& descriptor)
    : descriptor_(descriptor),
      file_(store.open(descriptor.digest)),
      hasher_(descriptor.digest.algorithm()),
      inflater_([this](std::span<const std::byte> bytes) { plain_.insert(plain_.end(), bytes.begin(), bytes.end()); }),
      read_(kReadBytes) {}

std::span<const std::byte> BlobSource::next() {
  plain_.clear();
  while (plain_.empty() && !ended_) {
    const std::size_t size = core::read_some(file_.get(), read_);
    const auto bytes = std::span(read_).first(size);
    if (size == 0) {
      ended_ = true;
      if (hasher_.finish() != descriptor_.digest)
        throw core::data_loss("content " + descriptor_.digest.text() + " is damaged");
      inflater_.finish();
    } else {
      hasher_.update(bytes);
      inflater_.write(bytes);
    }
  }
  return plain_;
}

}  // namespace ctrbox::runtime
