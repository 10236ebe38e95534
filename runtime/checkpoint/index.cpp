#include "runtime/checkpoint/index.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/oci/manifest.h"
#include "core/oci/media_type.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime {
namespace {

using core::Descriptor;
using Json = nlohmann::ordered_json;
namespace media_type = core::media_type;

constexpr const char* kImageName = "image.name";  // of 2017
constexpr const char* kRefName = "org.opencontainers.image.ref.name";
constexpr const char* kSnapshotter = "io.containerd.checkpoint.snapshotter";

Json to_json(const Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type}, {"digest", descriptor.digest.text()}, {"size", descriptor.size}};
  if (!descriptor.platform) return json;
  json["platform"] = {{"architecture", descriptor.platform->architecture}, {"os", descriptor.platform->os}};
  if (!descriptor.platform->variant.empty()) json["platform"]["variant"] = descriptor.platform->variant;
  return json;
}

std::string annotation(const core::Index& index, const char* name) {
  const auto found = index.annotations.find(name);
  return found == index.annotations.end() ? std::string() : found->second;
}

bool is_plain_layer(const std::string& type) {
  return type == media_type::kOciLayer || type == media_type::kOciLayerGzip || type == media_type::kOciLayerZstd ||
         type == media_type::kDockerLayer || type == media_type::kDockerLayerGzip;
}

}  // namespace

std::string to_json(const CheckpointIndex& index) {
  Json json = {{"schemaVersion", 2}, {"mediaType", std::string(media_type::kOciIndex)}, {"manifests", Json::array()}};
  json["manifests"].push_back(to_json(index.criu));
  json["manifests"].push_back(to_json(index.config));
  json["manifests"].push_back(to_json(index.image));
  if (index.rw) json["manifests"].push_back(to_json(*index.rw));
  json["annotations"] = {
      {kImageName, index.image_name}, {kSnapshotter, index.snapshotter}, {kRefName, index.image_name}};
  return json.dump();
}

CheckpointIndex parse_checkpoint_index(std::string_view json, const core::Digest& digest) {
  const core::Index index = core::parse_index(json, "");
  CheckpointIndex checkpoint;
  for (const Descriptor& entry : index.manifests) {
    const bool first_image = checkpoint.image.digest.empty();
    if (entry.media_type == media_type::kCheckpointCriu) {
      checkpoint.criu = entry;
    } else if (entry.media_type == media_type::kCheckpointConfig) {
      checkpoint.config = entry;
    } else if (first_image && (media_type::is_manifest(entry.media_type) || media_type::is_index(entry.media_type))) {
      checkpoint.image = entry;
    } else if (!checkpoint.rw && is_plain_layer(entry.media_type)) {
      checkpoint.rw = entry;
    } else {
      throw core::invalid_argument("unsupported checkpoint type " + core::quoted(entry.media_type));
    }
  }
  const auto require = [&](const Descriptor& entry, const char* what) {
    if (entry.digest.empty())
      throw core::failed_precondition(std::string(what) + " not found in index " + digest.text());
  };
  require(checkpoint.criu, "checkpoint");
  require(checkpoint.config, "checkpoint config");
  require(checkpoint.image, "checkpoint image");
  checkpoint.image_name = annotation(index, kImageName);
  checkpoint.snapshotter = annotation(index, kSnapshotter);
  return checkpoint;
}

std::string wrap_spec(const std::string& spec) {
  ctrbox::wire::Any any;
  any.set_type_url(wire::kSpecUrl);
  any.set_value(spec);
  return any.SerializeAsString();
}

std::string unwrap_spec(const std::string& blob) {
  ctrbox::wire::Any any;
  wire::parse(any, blob);
  if (any.type_url() != wire::kSpecUrl)
    throw core::invalid_argument("unsupported checkpoint config " + core::quoted(any.type_url()));
  return any.value();
}

}  // namespace ctrbox::runtime
