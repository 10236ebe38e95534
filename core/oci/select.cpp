#include "core/oci/select.h"

#include <algorithm>

#include "core/oci/media_type.h"

namespace ctrbox::core {

bool is_attestation(const Descriptor& manifest) {
  return manifest.platform && manifest.platform->os == "unknown" && manifest.platform->architecture == "unknown";
}

std::optional<std::size_t> select_manifest(const Index& index, const Platform& wanted) {
  std::optional<std::size_t> best;
  std::optional<std::size_t> without_platform;
  int best_score = 0;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& manifest = index.manifests[i];
    if (!media_type::is_manifest(manifest.media_type) || is_attestation(manifest)) continue;
    if (!manifest.platform) {
      if (!without_platform) without_platform = i;
      continue;
    }
    if (const int score = match_score(wanted, *manifest.platform); score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best ? best : without_platform;
}

std::string platforms_of(const Index& index) {
  constexpr std::size_t kMaxShown = 30;
  std::vector<std::string> names;
  for (const Descriptor& manifest : index.manifests) {
    if (!manifest.platform || is_attestation(manifest)) continue;
    std::string name = to_string(*manifest.platform);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMaxShown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text.empty() ? "none" : text;
}

}  // namespace ctrbox::core
