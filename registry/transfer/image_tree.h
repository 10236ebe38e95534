// What a reference stands for, read before any layer moves: index, manifests, configs, and the layers they name.
// Documents come from the content store if they are there and whole, else from the registry, verified either way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/content/store.h"
#include "core/oci/image_config.h"
#include "core/oci/manifest.h"
#include "registry/remote/resolver.h"
#include "registry/transfer/pull.h"
#include "registry/transfer/report.h"

namespace ctrbox::registry::transfer {

/// Bytes of all documents of one pull together: they are kept in memory.
inline constexpr std::size_t kMaxDocumentBytes = 64 * 1024 * 1024;
inline constexpr int kMaxIndexDepth = 4;

struct Document {
  core::Descriptor descriptor;
  std::string bytes;
  std::vector<core::Descriptor> children;  // fetched too; they must live as long as this
};

/// An image that can be unpacked.
struct Image {
  core::Digest config;
  std::vector<core::Descriptor> layers;  // base first; a blob may stand here twice
  std::vector<core::Digest> diff_ids;    // as many
};

struct ImageTree {
  core::Descriptor target;
  std::vector<Document> documents;       // parents first, each digest once
  std::vector<core::Descriptor> layers;  // of all images, each digest once
  std::optional<Image> to_unpack;
  std::set<core::Digest> damaged;  // documents whose files in the store were not what they should be
};

/// Throws not_found (no manifest for the platform; the message lists those there are), invalid_argument (a bad
/// document, no container image, `mismatched image rootfs and manifest layers`), not_implemented (schema 1), and as the
/// registry answers.
ImageTree read_image_tree(remote::Repository& repository, const core::content::Store& store, remote::Resolved resolved,
                          const PullRequest& request, Report& report);

}  // namespace ctrbox::registry::transfer
