#include "commands/ctr/images/measure.h"

#include "core/content/content.h"
#include "core/oci/image_config.h"
#include "core/oci/manifest.h"
#include "core/oci/media_type.h"

namespace ctrbox::commands {
namespace {

constexpr int kMaxIndexDepth = 4;  // an index of indexes is legal, a deep one is an attack

bool is_known(const core::Platform& platform) { return platform.os != "unknown" && !platform.os.empty(); }

}  // namespace

void ImageMeasurer::measure(const core::Descriptor& target, Measure& measure) {
  std::set<core::Digest> seen;
  add(target, seen, measure, 0);
}

void ImageMeasurer::add(const core::Descriptor& descriptor, std::set<core::Digest>& seen, Measure& measure, int depth) {
  if (depth > kMaxIndexDepth || !core::content::find(database_, ns_, descriptor.digest)) return;
  if (core::media_type::is_manifest(descriptor.media_type)) return add_manifest(descriptor, seen, measure);
  if (!seen.insert(descriptor.digest).second) return;
  measure.size_bytes += descriptor.size;
  if (!core::media_type::is_index(descriptor.media_type)) return;
  const std::string document = store_.read(descriptor.digest, core::kMaxManifestBytes);
  for (const core::Descriptor& child : core::parse_index(document, descriptor.media_type).manifests)
    add(child, seen, measure, depth + 1);
}

void ImageMeasurer::add_manifest(const core::Descriptor& descriptor, std::set<core::Digest>& seen, Measure& measure) {
  if (!seen.insert(descriptor.digest).second) return;
  measure.size_bytes += descriptor.size;
  const std::string document = store_.read(descriptor.digest, core::kMaxManifestBytes);
  const core::Manifest manifest = core::parse_manifest(document, descriptor.media_type);
  for (const core::Descriptor& layer : manifest.layers)
    if (seen.insert(layer.digest).second) measure.size_bytes += layer.size;
  if (!seen.insert(manifest.config.digest).second) return;
  measure.size_bytes += manifest.config.size;
  core::Platform platform;
  if (descriptor.platform) {
    platform = *descriptor.platform;
  } else if (core::content::find(database_, ns_, manifest.config.digest)) {
    platform = core::parse_image_config(store_.read(manifest.config.digest, core::kMaxConfigBytes)).platform;
  }
  if (is_known(platform)) measure.platforms.insert(core::to_string(platform));
}

}  // namespace ctrbox::commands
