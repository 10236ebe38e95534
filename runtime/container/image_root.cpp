#include "runtime/container/image_root.h"

#include "core/base/error.h"
#include "core/content/store.h"
#include "core/images/images.h"
#include "core/oci/manifest.h"
#include "core/oci/media_type.h"
#include "core/oci/platform.h"
#include "core/oci/reference.h"
#include "core/oci/select.h"
#include "core/snapshots/snapshots.h"

namespace ctrbox::runtime {
namespace {

using core::Descriptor;

// An index of an index of an index is nobody's honest work.
constexpr int kMaxIndexDepth = 3;

std::string full_name(const std::string& image) {
  try {
    return core::parse_reference(image).text();
  } catch (const core::Error&) {
    return image;  // no reference, but it may still be the name of an image
  }
}

core::images::Image find_image(state::Database& database, const std::string& ns, const std::string& image) {
  if (auto found = core::images::find(database, ns, image)) return *std::move(found);
  const std::string name = full_name(image);
  try {
    return core::images::get(database, ns, name);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;
    throw core::not_found(std::string(error.what()) + "; pull it first: ctr images pull " + name);
  }
}

const Descriptor& choose(const core::Index& index, const core::Platform& wanted) {
  if (const auto found = core::select_manifest(index, wanted)) return index.manifests[*found];
  throw core::not_found("nothing for platform " + core::to_string(wanted) + "; there is: " + core::platforms_of(index));
}

/// An image pulled for another machine may be here; its programs cannot run.
void check_platform(const core::Platform& offered, const core::Platform& wanted) {
  if (offered.os.empty() || offered.architecture.empty() || core::match_score(wanted, offered) > 0) return;
  throw core::failed_precondition("it is for " + core::to_string(offered) + ", and this host is " +
                                  core::to_string(wanted));
}

core::ImageConfig read_config(const core::content::Store& store, Descriptor target) {
  const core::Platform host = core::host_platform();
  for (int depth = 0; core::media_type::is_index(target.media_type); ++depth) {
    if (depth == kMaxIndexDepth) throw core::invalid_argument("indexes are nested too deeply");
    const auto index = core::parse_index(store.read(target.digest, core::kMaxManifestBytes), target.media_type);
    target = choose(index, host);
  }
  const auto manifest = core::parse_manifest(store.read(target.digest, core::kMaxManifestBytes), target.media_type);
  if (!core::media_type::is_config(manifest.config.media_type))
    throw core::invalid_argument("unknown image config media type " + manifest.config.media_type);
  core::ImageConfig config = core::parse_image_config(store.read(manifest.config.digest, core::kMaxConfigBytes));
  check_platform(config.platform, host);
  return config;
}

}  // namespace

ImageRoot find_image_root(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& image, const std::string& snapshotter) {
  core::snapshots::check_snapshotter(snapshotter);
  const core::images::Image record = find_image(database, ns, image);
  return find_image_root(database, paths, ns, record.name, record.target, snapshotter);
}

ImageRoot find_image_root(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& name, const Descriptor& target, const std::string& snapshotter) {
  core::snapshots::check_snapshotter(snapshotter);
  ImageRoot root{name, {}, {}};
  root.config = core::with_context("image " + core::quoted(name),
                                   [&] { return read_config(core::content::Store(paths), target); });
  const auto& layers = root.config.diff_ids;
  if (layers.empty()) return root;
  root.parent = core::chain_id(layers, layers.size()).text();
  if (!core::snapshots::Snapshots(database, paths, ns, snapshotter).find(root.parent)) {
    throw core::not_found("image " + core::quoted(name) + " is not unpacked for snapshotter " +
                          core::quoted(snapshotter) + "; pull it again: ctr images pull --snapshotter " + snapshotter +
                          " " + name);
  }
  return root;
}

}  // namespace ctrbox::runtime
