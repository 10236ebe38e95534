// Image manifests and indexes, OCI and Docker schema 2. Parsers take bytes, check bounds and touch nothing.
// Source: OCI image-spec, manifest.md and image-index.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/oci/descriptor.h"

namespace ctrbox::core {

inline constexpr std::size_t kMaxManifestBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxLayers = 500;
inline constexpr std::size_t kMaxIndexManifests = 5000;
inline constexpr int kMaxJsonDepth = 64;

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // base first
  std::map<std::string, std::string> annotations;
};

struct Index {
  std::string media_type;
  std::vector<Descriptor> manifests;
  std::map<std::string, std::string> annotations;
};

/// `media_type` is what the descriptor or the response said; a mediaType in the document must agree. A document that
/// has both `manifests` and `layers` or `config` is refused. Throws invalid_argument.
Manifest parse_manifest(std::string_view json, std::string_view media_type);
Index parse_index(std::string_view json, std::string_view media_type);
/// The media type a document claims for itself, or what its members say it is; "" if neither (or if it is no JSON).
std::string sniff_media_type(std::string_view json);

}  // namespace ctrbox::core
