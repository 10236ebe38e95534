#include "core/oci/image_config.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/oci/document.h"
#include "core/oci/manifest.h"

namespace ctrbox::core {
namespace {

using nlohmann::json;

void read_execution(const json& object, ImageConfig& config) {
  config.user = document::string_member(object, "User");
  config.env = document::strings_member(object, "Env");
  config.entrypoint = document::strings_member(object, "Entrypoint");
  config.cmd = document::strings_member(object, "Cmd");
  config.working_dir = document::string_member(object, "WorkingDir");
  config.stop_signal = document::string_member(object, "StopSignal");
  config.labels = document::string_map_member(object, "Labels");
}

std::vector<Digest> read_diff_ids(const json& document) {
  const json& rootfs = document::object_member(document, "rootfs");
  const std::string type = document::string_member(rootfs, "type");
  if (type != "layers") throw invalid_argument("\"rootfs.type\" must be \"layers\", not " + quoted(type));
  const json& array = document::array_member(rootfs, "diff_ids");
  if (array.size() > kMaxLayers)
    throw invalid_argument("\"diff_ids\" has more than " + std::to_string(kMaxLayers) + " entries");
  std::vector<Digest> diff_ids;
  diff_ids.reserve(array.size());
  for (const json& element : array) diff_ids.push_back(document::to_digest(element, "diff_ids"));
  return diff_ids;
}

}  // namespace

ImageConfig parse_image_config(std::string_view text) {
  const json document = document::parse_object(text, kMaxConfigBytes, "image config");
  return with_context("image config", [&] {
    ImageConfig config;
    config.platform = {.os = document::string_member(document, "os"),
                       .architecture = document::string_member(document, "architecture"),
                       .variant = document::string_member(document, "variant")};
    if (document::find_member(document, "config") != nullptr)
      with_context("config", [&] { read_execution(document::object_member(document, "config"), config); });
    config.diff_ids = read_diff_ids(document);
    return config;
  });
}

Digest chain_id(const std::vector<Digest>& diff_ids, std::size_t count) {
  if (count == 0 || count > diff_ids.size()) throw internal("no chain id of " + std::to_string(count) + " layers");
  Digest chain = diff_ids[0];
  for (std::size_t i = 1; i < count; ++i) chain = Digest::of(chain.text() + " " + diff_ids[i].text());
  return chain;
}

std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids) {
  std::vector<Digest> chains;
  chains.reserve(diff_ids.size());
  for (const Digest& diff_id : diff_ids)
    chains.push_back(chains.empty() ? diff_id : Digest::of(chains.back().text() + " " + diff_id.text()));
  return chains;
}

}  // namespace ctrbox::core
