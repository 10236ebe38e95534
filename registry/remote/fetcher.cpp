#include "registry/remote/fetcher.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/oci/manifest.h"
#include "registry/remote/content_range.h"
#include "registry/remote/registry_error.h"

namespace ctrbox::registry::remote {

const char* const kAcceptManifests =
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*";

namespace {

/// A server that ignores ranges makes us read again what we have: this often, and no more.
constexpr std::int64_t kMaxBytesPerByte = 3;

void check_document(const std::string& bytes, const core::Descriptor& descriptor) {
  if (descriptor.size > 0 && static_cast<std::int64_t>(bytes.size()) != descriptor.size) {
    throw core::data_loss("unexpected size: " + std::to_string(bytes.size()) + " bytes where the descriptor says " +
                          std::to_string(descriptor.size));
  }
  core::Hasher hasher(descriptor.digest.algorithm());
  hasher.update(std::as_bytes(std::span(bytes)));
  const core::Digest digest = hasher.finish();
  if (digest != descriptor.digest)
    throw core::data_loss("unexpected digest: " + digest.text() + " instead of " + descriptor.digest.text());
}

std::string fetch_document(Repository& repository, const core::Descriptor& descriptor, const std::string& path,
                           const char* accept, std::size_t max_bytes) {
  if (descriptor.size < 0 || descriptor.size > static_cast<std::int64_t>(max_bytes))
    throw core::resource_exhausted(descriptor.digest.text() + " is larger than " + std::to_string(max_bytes >> 20) +
                                   " MiB");
  const std::size_t bound = descriptor.size > 0 ? static_cast<std::size_t>(descriptor.size) : max_bytes;
  http::Response response = repository.send("GET", path + descriptor.digest.text(), {accept}, bound);
  if (!response.ok()) throw error_of(response, "", repository.secrets());
  if (response.body_exceeded && descriptor.size > 0)
    throw core::data_loss("unexpected size: more bytes than the " + std::to_string(descriptor.size) +
                          " of the descriptor");
  if (response.body_exceeded)
    throw core::resource_exhausted(descriptor.digest.text() + " is larger than " + std::to_string(max_bytes >> 20) +
                                   " MiB");
  check_document(response.body, descriptor);
  return std::move(response.body);
}

/// The bytes of one blob over as many answers as it takes.
class BlobStream : public http::BodySink {
 public:
  BlobStream(const core::Descriptor& descriptor, const std::function<void(std::span<const std::byte>)>& deliver)
      : descriptor_(descriptor), deliver_(deliver) {}

  std::int64_t offset() const noexcept { return offset_; }
  bool complete() const noexcept { return offset_ == descriptor_.size; }

  void begin(const http::Response& response) override {
    skip_ = 0;
    if (response.status == 206) {
      const auto range = parse_content_range(response.headers.find("content-range").value_or(""));
      if (offset_ == 0 || !range || range->first != offset_ || (range->total && *range->total != descriptor_.size))
        throw core::data_loss("the registry answers with a range that was not asked for");
      return;
    }
    skip_ = offset_;
    if (const auto length = response.content_length(); length && *length > descriptor_.size) throw too_long();
  }

  void write(std::span<const std::byte> data) override {
    received_ += static_cast<std::int64_t>(data.size());
    if (received_ / kMaxBytesPerByte > descriptor_.size)
      throw core::data_loss("the registry ignores ranges and breaks off again and again");
    const auto known = static_cast<std::size_t>(std::min(skip_, static_cast<std::int64_t>(data.size())));
    skip_ -= static_cast<std::int64_t>(known);
    data = data.subspan(known);
    if (static_cast<std::int64_t>(data.size()) > descriptor_.size - offset_) throw too_long();
    offset_ += static_cast<std::int64_t>(data.size());
    if (!data.empty()) deliver_(data);
  }

 private:
  core::Error too_long() const {
    return core::data_loss("unexpected size: more bytes than the " + std::to_string(descriptor_.size) +
                           " of the descriptor");
  }

  const core::Descriptor& descriptor_;
  const std::function<void(std::span<const std::byte>)>& deliver_;
  std::int64_t offset_ = 0;    // delivered
  std::int64_t received_ = 0;  // over the network, in all tries
  std::int64_t skip_ = 0;      // of this answer, delivered before
};

core::Error too_short(const BlobStream& stream, const core::Descriptor& descriptor) {
  return core::data_loss("unexpected size: " + std::to_string(stream.offset()) + " bytes where the descriptor says " +
                         std::to_string(descriptor.size));
}

/// True if an answer that came to its end may only be a part because its connection was closed.
bool may_be_cut(const http::Response& response) {
  return !response.content_length() && !response.headers.find("transfer-encoding");
}

}  // namespace

std::string fetch_manifest(Repository& repository, const core::Descriptor& descriptor) {
  return fetch_document(repository, descriptor, "manifests/", kAcceptManifests, core::kMaxManifestBytes);
}

std::string fetch_small_blob(Repository& repository, const core::Descriptor& descriptor, std::size_t max_bytes) {
  return fetch_document(repository, descriptor, "blobs/", "Accept: */*", max_bytes);
}

void fetch_blob(Repository& repository, const core::Descriptor& descriptor,
                const std::function<void(std::span<const std::byte>)>& deliver,
                const std::function<bool()>& cancelled) {
  BlobStream stream(descriptor, deliver);
  http::Retry retry(cancelled);
  while (true) {
    std::vector<std::string> headers = {"Accept: */*"};
    if (stream.offset() > 0) headers.push_back("Range: bytes=" + std::to_string(stream.offset()) + "-");
    try {
      const http::Response response =
          repository.stream("blobs/" + descriptor.digest.text(), headers, stream, cancelled);
      if (response.ok()) {
        if (stream.complete()) return;
        if (!may_be_cut(response) || !retry.after_failure(false)) throw too_short(stream, descriptor);
      } else if (response.status == 416) {
        throw too_short(stream, descriptor);
      } else if (!http::is_transient(response.status) || !retry.after_response(response)) {
        throw error_of(response, "", repository.secrets());
      }
    } catch (const http::TransferError& error) {
      if (stream.complete()) return;
      if (!error.may_retry() || !retry.after_failure(error.stalled())) throw;
    }
    if (core::log::enabled(core::log::Level::debug))
      core::log::debug(descriptor.digest.text() + ": going on at byte " + std::to_string(stream.offset()));
  }
}

}  // namespace ctrbox::registry::remote
