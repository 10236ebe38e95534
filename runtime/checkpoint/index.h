// A checkpoint as content: an OCI index whose entries are, in this order, criu's image as a tar, the container's spec,
// the image it was made from, and (with --rw) what it changed of it, a layer. docs/formats/checkpoint.md. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/oci/descriptor.h"

namespace ctrbox::runtime {

struct CheckpointIndex {
  core::Descriptor criu;
  core::Descriptor config;
  core::Descriptor image;
  std::optional<core::Descriptor> rw;
  std::string image_name;   // a hint for people: what it is called here is for this host to say
  std::string snapshotter;  // likewise
};

/// The document. The same values give the same bytes.
std::string to_json(const CheckpointIndex& index);

/// `digest` is for messages. Throws failed_precondition `checkpoint not found in index <digest>` (or what else is
/// missing), invalid_argument `unsupported checkpoint type "<type>"`, and what parse_index() throws.
CheckpointIndex parse_checkpoint_index(std::string_view json, const core::Digest& digest);

/// The config blob: a protobuf Any with the spec. Throws invalid_argument for anything else.
std::string wrap_spec(const std::string& spec);
std::string unwrap_spec(const std::string& blob);

}  // namespace ctrbox::runtime
