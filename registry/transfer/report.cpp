#include "registry/transfer/report.h"

#include <chrono>

#include "core/oci/media_type.h"

namespace ctrbox::registry::transfer {
namespace {

constexpr std::int64_t kShowEveryMs = 100;

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

std::string ref_key(const core::Descriptor& descriptor) {
  const std::string& type = descriptor.media_type;
  const char* prefix = "unknown-";
  if (core::media_type::is_manifest(type)) prefix = "manifest-";
  if (core::media_type::is_index(type)) prefix = "index-";
  if (core::media_type::is_config(type)) prefix = "config-";
  if (core::media_type::is_layer(type)) prefix = "layer-";
  return prefix + descriptor.digest.text();
}

DownloadReport::DownloadReport(Report& report, std::string key, std::int64_t total)
    : report_(report), key_(std::move(key)), total_(total) {
  report_.set(key_, core::ProgressState::downloading, 0, total_);
}

void DownloadReport::received(std::int64_t bytes) {
  offset_ += bytes;
  report_.count(bytes);
  if (const std::int64_t now = now_ms(); now - last_shown_ms_ >= kShowEveryMs) {
    last_shown_ms_ = now;
    report_.set(key_, core::ProgressState::downloading, offset_, total_);
  }
}

void DownloadReport::finished(core::ProgressState state) { report_.set(key_, state, offset_, total_); }

}  // namespace ctrbox::registry::transfer
