#include "registry/transfer/image_tree.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/oci/media_type.h"
#include "core/oci/select.h"
#include "registry/remote/fetcher.h"
#include "registry/remote/registry_error.h"

namespace ctrbox::registry::transfer {
namespace {

using core::Descriptor;
using core::ProgressState;

class TreeReader {
 public:
  TreeReader(remote::Repository& repository, const core::content::Store& store, const PullRequest& request,
             Report& report)
      : repository_(repository), store_(store), request_(request), report_(report) {
    wanted_ = request.platforms.empty() ? std::vector{core::host_platform()} : request.platforms;
  }

  ImageTree read(remote::Resolved resolved);

 private:
  enum class Source { manifests, blobs };
  struct Candidate {
    Image image;
    core::Platform platform;
  };

  std::optional<std::string> read_stored(const Descriptor& descriptor, std::size_t max_bytes);
  std::string load(const Descriptor& descriptor, Source source);
  std::string load_unnamed(const Descriptor& descriptor, Source source);
  std::string load_target(const Descriptor& target);
  void keep(const Descriptor& descriptor, std::string bytes, std::vector<Descriptor> children);
  void read_node(Descriptor descriptor, std::string bytes, int depth);
  void read_index(const Descriptor& descriptor, std::string bytes, int depth);
  std::vector<Descriptor> choose(const core::Index& index) const;
  void read_manifest(const Descriptor& descriptor, std::string bytes);
  void read_image(const core::Manifest& manifest, const std::string& config_bytes);
  void check_platform(const core::Platform& offered) const;
  void choose_image_to_unpack();

  remote::Repository& repository_;
  const core::content::Store& store_;
  const PullRequest& request_;
  Report& report_;
  std::vector<core::Platform> wanted_;
  ImageTree tree_;
  std::vector<Candidate> candidates_;
  std::set<core::Digest> seen_;
  std::size_t document_bytes_ = 0;
};

bool is_schema_1(std::string_view type) { return type.starts_with("application/vnd.docker.distribution.manifest.v1+"); }

/// "manifest sha256:…": how a document is called in messages.
std::string name_of(const Descriptor& descriptor) {
  std::string name = ref_key(descriptor);
  return name.replace(name.find('-'), 1, " ");
}

std::string media_type_of(const Descriptor& descriptor, const std::string& bytes) {
  return descriptor.media_type.empty() ? core::sniff_media_type(bytes) : descriptor.media_type;
}

std::optional<std::string> TreeReader::read_stored(const Descriptor& descriptor, std::size_t max_bytes) {
  try {
    if (!store_.has_file(descriptor.digest)) return std::nullopt;
    return store_.read(descriptor.digest, max_bytes);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::data_loss && error.code() != core::ErrorCode::not_found) throw;
    tree_.damaged.insert(descriptor.digest);  // fetched again and repaired
    return std::nullopt;
  }
}

std::string TreeReader::load(const Descriptor& descriptor, Source source) {
  return core::with_context(name_of(descriptor), [&] { return load_unnamed(descriptor, source); });
}

/// The registry has just said that the tag has this digest: not to have it now is a lie, and no "not found" of the
/// user's.
std::string TreeReader::load_target(const Descriptor& target) {
  try {
    return load(target, Source::manifests);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;
    throw core::data_loss("the registry says " + request_.reference.text() + " has the digest " + target.digest.text() +
                          ", and has no manifest of that digest");
  }
}

std::string TreeReader::load_unnamed(const Descriptor& descriptor, Source source) {
  const std::string key = ref_key(descriptor);
  const std::size_t max_bytes = source == Source::manifests ? core::kMaxManifestBytes : core::kMaxConfigBytes;
  if (auto bytes = read_stored(descriptor, max_bytes)) {
    const bool right_size = descriptor.size == 0 || static_cast<std::int64_t>(bytes->size()) == descriptor.size;
    if (!right_size) {
      throw core::data_loss("unexpected size: " + descriptor.digest.text() + " has " + std::to_string(bytes->size()) +
                            " bytes where the descriptor says " + std::to_string(descriptor.size));
    }
    report_.set(key, ProgressState::exists, 0, descriptor.size);
    return std::move(*bytes);
  }
  DownloadReport download(report_, key, descriptor.size);
  std::string bytes = source == Source::manifests ? remote::fetch_manifest(repository_, descriptor)
                                                  : remote::fetch_small_blob(repository_, descriptor, max_bytes);
  download.received(static_cast<std::int64_t>(bytes.size()));
  download.finished(ProgressState::done);
  return bytes;
}

void TreeReader::keep(const Descriptor& descriptor, std::string bytes, std::vector<Descriptor> children) {
  document_bytes_ += bytes.size();
  if (document_bytes_ > kMaxDocumentBytes)
    throw core::resource_exhausted("the image's manifests and configs are larger than 64 MiB");
  Descriptor exact = descriptor;
  exact.size = static_cast<std::int64_t>(bytes.size());
  tree_.documents.push_back({std::move(exact), std::move(bytes), std::move(children)});
}

void TreeReader::read_node(Descriptor descriptor, std::string bytes, int depth) {
  descriptor.media_type = media_type_of(descriptor, bytes);
  if (is_schema_1(descriptor.media_type)) {
    throw core::not_implemented(
        "the registry has this image only as a schema 1 manifest, a format of before 2017 that is "
        "not supported: push it again with a newer tool");
  }
  if (core::media_type::is_index(descriptor.media_type)) return read_index(descriptor, std::move(bytes), depth);
  if (core::media_type::is_manifest(descriptor.media_type)) return read_manifest(descriptor, std::move(bytes));
  throw core::invalid_argument("neither a manifest nor an index: media type " +
                               core::quoted(remote::bounded_text(descriptor.media_type)));
}

std::vector<Descriptor> TreeReader::choose(const core::Index& index) const {
  std::vector<Descriptor> nested;
  for (const Descriptor& child : index.manifests) {
    if (core::media_type::is_index(child.media_type) ||
        (request_.all_platforms && core::media_type::is_manifest(child.media_type)))
      nested.push_back(child);
  }
  if (request_.all_platforms) return nested;
  std::vector<Descriptor> chosen;
  for (const core::Platform& platform : wanted_) {
    if (const auto found = core::select_manifest(index, platform)) {
      chosen.push_back(index.manifests[*found]);
    } else if (nested.empty()) {
      throw core::not_found("no match for platform " + core::to_string(platform) + " in manifest; there is " +
                            core::platforms_of(index));
    }
  }
  return chosen.empty() ? nested : chosen;
}

void TreeReader::read_index(const Descriptor& descriptor, std::string bytes, int depth) {
  if (depth == kMaxIndexDepth)
    throw core::invalid_argument("indexes within indexes, more than " + std::to_string(kMaxIndexDepth) + " deep");
  const core::Index index =
      core::with_context(name_of(descriptor), [&] { return core::parse_index(bytes, descriptor.media_type); });
  const std::vector<Descriptor> chosen = choose(index);
  keep(descriptor, std::move(bytes), chosen);
  for (const Descriptor& child : chosen) {
    if (!seen_.count(child.digest)) report_.set(ref_key(child), ProgressState::waiting, 0, child.size);
  }
  for (const Descriptor& child : chosen) {
    if (!seen_.insert(child.digest).second) continue;
    read_node(child, load(child, Source::manifests), depth + 1);
  }
}

void TreeReader::read_manifest(const Descriptor& descriptor, std::string bytes) {
  const core::Manifest manifest =
      core::with_context(name_of(descriptor), [&] { return core::parse_manifest(bytes, descriptor.media_type); });
  std::vector<Descriptor> children{manifest.config};
  children.insert(children.end(), manifest.layers.begin(), manifest.layers.end());
  keep(descriptor, std::move(bytes), children);
  for (const Descriptor& child : children) {
    if (!seen_.count(child.digest)) report_.set(ref_key(child), ProgressState::waiting, 0, child.size);
  }
  if (seen_.insert(manifest.config.digest).second) {
    std::string config = load(manifest.config, Source::blobs);
    if (!core::is_attestation(descriptor)) read_image(manifest, config);
    keep(manifest.config, std::move(config), {});
  }
  for (const Descriptor& layer : manifest.layers) {
    if (seen_.insert(layer.digest).second) tree_.layers.push_back(layer);
  }
}

void TreeReader::check_platform(const core::Platform& offered) const {
  if (request_.all_platforms || offered.os.empty() || offered.architecture.empty()) return;
  for (const core::Platform& wanted : wanted_) {
    if (core::match_score(wanted, offered) > 0) return;
  }
  throw core::not_found("no match for platform " + core::to_string(wanted_.front()) + " in manifest; there is " +
                        core::to_string(offered));
}

/// Artifacts are content like any other and may be fetched; only what has an image's config and layers can be unpacked.
void TreeReader::read_image(const core::Manifest& manifest, const std::string& config_bytes) {
  if (!core::media_type::is_config(manifest.config.media_type)) {
    if (request_.unpack) {
      throw core::invalid_argument("not a container image: its config is of type " +
                                   core::quoted(remote::bounded_text(manifest.config.media_type)) +
                                   "; fetch it instead");
    }
    return;
  }
  const core::ImageConfig config =
      core::with_context(name_of(manifest.config), [&] { return core::parse_image_config(config_bytes); });
  check_platform(config.platform);
  if (!request_.unpack) return;
  for (const Descriptor& layer : manifest.layers) {
    if (core::media_type::is_layer(layer.media_type)) continue;
    throw core::invalid_argument("not a container image: a layer is of type " +
                                 core::quoted(remote::bounded_text(layer.media_type)) + "; fetch it instead");
  }
  if (config.diff_ids.size() != manifest.layers.size()) {
    throw core::invalid_argument(
        "mismatched image rootfs and manifest layers: " + std::to_string(config.diff_ids.size()) + " diff ids, " +
        std::to_string(manifest.layers.size()) + " layers");
  }
  candidates_.push_back({{manifest.config.digest, manifest.layers, config.diff_ids}, config.platform});
}

void TreeReader::choose_image_to_unpack() {
  if (candidates_.empty()) return;
  const bool single = !request_.all_platforms && wanted_.size() == 1;
  const core::Platform host = single ? wanted_.front() : core::host_platform();
  int best_score = 0;
  for (Candidate& candidate : candidates_) {
    const int score = single ? 1 : core::match_score(host, candidate.platform);
    if (score <= best_score) continue;
    best_score = score;
    tree_.to_unpack = candidate.image;
  }
}

ImageTree TreeReader::read(remote::Resolved resolved) {
  Descriptor& target = resolved.target;
  seen_.insert(target.digest);
  std::string bytes;
  if (resolved.manifest) {
    if (target.media_type.empty()) target.media_type = core::sniff_media_type(*resolved.manifest);
    const std::int64_t size = static_cast<std::int64_t>(resolved.manifest->size());
    report_.count(size);
    report_.set(ref_key(target), ProgressState::done, size, size);
    bytes = std::move(*resolved.manifest);
  } else {
    bytes = load_target(target);
  }
  read_node(target, std::move(bytes), 0);
  tree_.target = tree_.documents.front().descriptor;
  choose_image_to_unpack();
  return std::move(tree_);
}

}  // namespace

ImageTree read_image_tree(remote::Repository& repository, const core::content::Store& store, remote::Resolved resolved,
                          const PullRequest& request, Report& report) {
  return TreeReader(repository, store, request, report).read(std::move(resolved));
}

}  // namespace ctrbox::registry::transfer
