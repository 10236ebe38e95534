// A descriptor: what a piece of content is, its digest and its size. Source: OCI image-spec, descriptor.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/oci/digest.h"
#include "core/oci/platform.h"

namespace ctrbox::core {

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::int64_t size = 0;
  std::optional<Platform> platform;
  std::map<std::string, std::string> annotations;
};

}  // namespace ctrbox::core
