#include "core/images/measure.h"

#include <vector>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/content/content.h"
#include "core/oci/image_config.h"
#include "core/oci/manifest.h"
#include "core/oci/media_type.h"

namespace ctrbox::core::images {
namespace {

constexpr int kMaxIndexDepth = 4;  // an index of indexes is legal, a deep one is an attack

class Measurer {
 public:
  Measurer(state::Database& database, const content::Store& store, const std::string& ns, Measure& measure,
           std::set<Digest>& depends_on)
      : database_(database), store_(store), ns_(ns), measure_(measure), depends_on_(depends_on) {}

  void add(const Descriptor& descriptor, int depth);

 private:
  bool is_here(const Digest& digest);
  bool count(const Descriptor& descriptor);
  void add_manifest(const Descriptor& descriptor);
  void add_platform(const Descriptor& manifest, const Digest& config);

  state::Database& database_;
  const content::Store& store_;
  const std::string& ns_;
  Measure& measure_;
  std::set<Digest>& depends_on_;
  std::set<Digest> seen_;
};

bool Measurer::is_here(const Digest& digest) {
  depends_on_.insert(digest);
  return content::has(database_, ns_, digest);
}

/// False if it was counted before.
bool Measurer::count(const Descriptor& descriptor) {
  if (!seen_.insert(descriptor.digest).second) return false;
  measure_.size_bytes += descriptor.size;
  return true;
}

void Measurer::add(const Descriptor& descriptor, int depth) {
  if (depth > kMaxIndexDepth || !is_here(descriptor.digest) || !count(descriptor)) return;
  if (media_type::is_manifest(descriptor.media_type)) return add_manifest(descriptor);
  if (!media_type::is_index(descriptor.media_type)) return;
  const std::string document = store_.read(descriptor.digest, kMaxManifestBytes);
  for (const Descriptor& child : parse_index(document, descriptor.media_type).manifests) add(child, depth + 1);
}

void Measurer::add_manifest(const Descriptor& descriptor) {
  const std::string document = store_.read(descriptor.digest, kMaxManifestBytes);
  const Manifest manifest = parse_manifest(document, descriptor.media_type);
  for (const Descriptor& layer : manifest.layers) count(layer);
  if (count(manifest.config)) add_platform(descriptor, manifest.config.digest);
}

void Measurer::add_platform(const Descriptor& manifest, const Digest& config) {
  Platform platform;
  if (manifest.platform) {
    platform = *manifest.platform;
  } else if (is_here(config)) {
    platform = parse_image_config(store_.read(config, kMaxConfigBytes)).platform;
  }
  if (platform.os != "unknown" && !platform.os.empty()) measure_.platforms.insert(to_string(platform));
}

/// The images of that target that are not measured.
std::vector<std::int64_t> unmeasured(state::Transaction& tx, const std::string& ns, const Digest& target) {
  std::vector<std::int64_t> ids;
  state::Statement row = tx.query(
      "SELECT i.id FROM images i JOIN namespaces n ON n.id = i.namespace_id "
      "WHERE n.name = ? AND i.digest = ? AND i.measured_size IS NULL",
      ns, target.text());
  while (row.step()) ids.push_back(row.integer(0));
  return ids;
}

}  // namespace

std::string to_string(const std::set<std::string>& platforms) {
  std::string text;
  for (const std::string& platform : platforms) text += (text.empty() ? "" : ",") + platform;
  return text;
}

void measure(state::Database& database, const content::Store& store, const std::string& ns, const Descriptor& target,
             Measure& measure, std::set<Digest>& depends_on) {
  Measurer(database, store, ns, measure, depends_on).add(target, 0);
}

void remember_measure(state::Transaction& tx, const content::Store& store, const std::string& ns,
                      const Descriptor& target) {
  const std::vector<std::int64_t> ids = unmeasured(tx, ns, target.digest);
  if (ids.empty()) return;
  Measure found;
  std::set<Digest> depends_on;
  try {
    measure(tx.database(), store, ns, target, found, depends_on);
  } catch (const Error& error) {
    log::debug("not measured: " + std::string(error.what()));
    return;
  }
  for (const std::int64_t id : ids) {
    tx.execute("DELETE FROM image_dependencies WHERE image_id = ?", id);
    for (const Digest& digest : depends_on)
      tx.execute("INSERT INTO image_dependencies(digest, image_id) VALUES(?, ?)", digest.text(), id);
    tx.execute("UPDATE images SET measured_size = ?, measured_platforms = ? WHERE id = ?", found.size_bytes,
               to_string(found.platforms), id);
  }
}

}  // namespace ctrbox::core::images
