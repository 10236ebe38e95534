// What a pull tells its progress sink, and the count of bytes that came over the network. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "core/base/progress.h"
#include "core/oci/descriptor.h"

namespace ctrbox::registry::transfer {

/// "manifest-sha256:…", "index-…", "config-…", "layer-…", "unknown-…": how a blob is called on the progress screen and
/// as an ingest.
std::string ref_key(const core::Descriptor& descriptor);

class Report {
 public:
  explicit Report(core::ProgressSink& sink) : sink_(sink) {}

  void set(const std::string& key, core::ProgressState state, std::int64_t offset = 0, std::int64_t total = 0) {
    sink_.update({key, state, offset, total});
  }
  void count(std::int64_t bytes) { bytes_moved_ += bytes; }
  std::int64_t bytes_moved() const { return bytes_moved_; }

 private:
  core::ProgressSink& sink_;
  std::atomic<std::int64_t> bytes_moved_ = 0;
};

/// Reports the download of one blob, at most every 100 ms. Thread: one.
class DownloadReport {
 public:
  DownloadReport(Report& report, std::string key, std::int64_t total);
  void received(std::int64_t bytes);
  /// Everything is here.
  void finished(core::ProgressState state);

 private:
  Report& report_;
  std::string key_;
  std::int64_t total_;
  std::int64_t offset_ = 0;
  std::int64_t last_shown_ms_ = 0;
};

}  // namespace ctrbox::registry::transfer
