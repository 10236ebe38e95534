// What of an image is here: its size and the platforms whose manifests are present. Reads small blobs only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "core/config/paths.h"
#include "core/content/store.h"
#include "core/oci/descriptor.h"
#include "state/database.h"

namespace ctrbox::commands {

struct Measure {
  std::int64_t size_bytes = 0;      // manifests, configurations and layers of what is here, each digest once
  std::set<std::string> platforms;  // "linux/amd64"
};

class ImageMeasurer {
 public:
  ImageMeasurer(state::Database& database, const core::Paths& paths, std::string ns)
      : database_(database), store_(paths), ns_(std::move(ns)) {}

  /// Throws core::Error when a document that should be here cannot be read or is damaged; what was counted until then
  /// is in `measure`.
  void measure(const core::Descriptor& target, Measure& measure);

 private:
  void add(const core::Descriptor& descriptor, std::set<core::Digest>& seen, Measure& measure, int depth);
  void add_manifest(const core::Descriptor& descriptor, std::set<core::Digest>& seen, Measure& measure);

  state::Database& database_;
  core::content::Store store_;
  std::string ns_;
};

}  // namespace ctrbox::commands
