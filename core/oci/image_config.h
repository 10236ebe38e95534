// The image configuration: what to run, and the diff ids of the layers. Source: OCI image-spec, config.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/oci/digest.h"
#include "core/oci/platform.h"

namespace ctrbox::core {

inline constexpr std::size_t kMaxConfigBytes = 8 * 1024 * 1024;

struct ImageConfig {
  Platform platform;
  std::string user;
  std::vector<std::string> env;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::string working_dir;
  std::string stop_signal;
  std::map<std::string, std::string> labels;  // content, never policy: shown, not obeyed
  std::vector<Digest> diff_ids;               // base first
};

/// Throws invalid_argument.
ImageConfig parse_image_config(std::string_view json);

/// Chain id of the first `count` layers: the diff id itself for one, else sha256("<chain> <diff id>"). Source:
/// config.md, "Layer ChainID". Requires: 1 <= count <= diff_ids.size().
Digest chain_id(const std::vector<Digest>& diff_ids, std::size_t count);
/// Chain ids of all prefixes, base first.
std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids);

}  // namespace ctrbox::core
