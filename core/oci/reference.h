// An image reference: host, repository, tag and digest. A bare "redis" means docker.io/library/redis:latest; the full
// form is what is stored and printed. Source: distribution reference grammar.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/oci/digest.h"

namespace ctrbox::core {

struct Reference {
  std::string host;        // "docker.io", "127.0.0.1:5000"
  std::string repository;  // "library/redis"
  std::string tag;         // "" when only a digest is given
  Digest digest;           // empty when only a tag is given

  /// "docker.io/library/redis:latest", "…@sha256:…", "…:tag@sha256:…".
  std::string text() const;
  /// What to ask the registry for: the digest if there is one, else the tag.
  std::string object() const;
};

/// Throws invalid_argument with the reason.
Reference parse_reference(std::string_view text);

}  // namespace ctrbox::core
