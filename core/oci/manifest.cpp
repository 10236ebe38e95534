#include "core/oci/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/oci/document.h"
#include "core/oci/media_type.h"

namespace ctrbox::core {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema1Prefix = "application/vnd.docker.distribution.manifest.v1+";
constexpr const char* kSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
constexpr int kSchemaVersion = 2;
/// Members that decide what a document is. Readers that ignore case (Go's) would take "Layers" for "layers".
constexpr std::array<const char*, 6> kStructure = {"schemaVersion", "mediaType", "config",
                                                   "layers",        "manifests", "fsLayers"};

/// A media type as HTTP sends it, without its parameters.
std::string_view without_parameters(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
}

/// It may travel in an HTTP header later.
void check_media_type(std::string_view type, const char* name) {
  constexpr std::size_t kMaxBytes = 255;
  const bool printable = std::all_of(type.begin(), type.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (type.size() > kMaxBytes || !printable) throw invalid_argument(quoted(name) + " is not a media type");
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [&](char a, char b) { return lower(a) == lower(b); });
}

void refuse_ambiguous_names(const json& document) {
  for (const auto& [key, value] : document.items())
    for (const char* name : kStructure)
      if (key != name && equal_ignoring_case(key, name))
        throw invalid_argument("member " + quoted(key) + " is ambiguous: " + quoted(name) +
                               " is what it must be called");
}

Platform to_platform(const json& object) {
  return {.os = document::string_member(object, "os"),
          .architecture = document::string_member(object, "architecture"),
          .variant = document::string_member(object, "variant")};
}

Descriptor to_descriptor(const json& object) {
  if (!object.is_object()) throw invalid_argument("a descriptor must be an object");
  Descriptor descriptor;
  descriptor.media_type = document::string_member(object, "mediaType");
  check_media_type(descriptor.media_type, "mediaType");
  if (descriptor.media_type.empty()) throw invalid_argument("\"mediaType\" is missing");
  descriptor.digest = document::digest_member(object, "digest");
  descriptor.size = document::size_member(object, "size");
  if (document::find_member(object, "platform") != nullptr)
    descriptor.platform = to_platform(document::object_member(object, "platform"));
  descriptor.annotations = document::string_map_member(object, "annotations");
  return descriptor;
}

std::vector<Descriptor> to_descriptors(const json& array, const std::string& name, std::size_t max_count) {
  if (array.size() > max_count)
    throw invalid_argument(quoted(name) + " has more than " + std::to_string(max_count) + " entries");
  std::vector<Descriptor> descriptors;
  descriptors.reserve(array.size());
  for (const json& element : array)
    descriptors.push_back(
        with_context(name + "[" + std::to_string(descriptors.size()) + "]", [&] { return to_descriptor(element); }));
  return descriptors;
}

/// What the document is, agreed between what was said of it and what it says itself.
std::string agreed_media_type(const json& document, std::string_view said,
                              bool (*is_expected)(std::string_view) noexcept) {
  const std::string claimed = document::string_member(document, "mediaType");
  check_media_type(claimed, "mediaType");
  const std::string_view given = without_parameters(said);
  if (!claimed.empty() && !given.empty() && claimed != given)
    throw invalid_argument("it says it is " + quoted(claimed) + " but was offered as " + quoted(given));
  const std::string type = claimed.empty() ? std::string(given) : claimed;
  if (type.substr(0, kSchema1Prefix.size()) == kSchema1Prefix || document::has_member(document, "fsLayers"))
    throw invalid_argument(
        "the image is in Docker's schema 1, which is no longer supported: push it again with a current tool");
  if (!is_expected(type)) throw invalid_argument("media type " + quoted(type) + " is not one of those known here");
  return type;
}

void check_schema_version(const json& document) {
  const json* version = document::find_member(document, "schemaVersion");
  if (version != nullptr && *version != kSchemaVersion) throw invalid_argument("\"schemaVersion\" must be 2");
}

void refuse_members(const json& document, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (document::has_member(document, name))
      throw invalid_argument(quoted(name) + " does not belong there: the document could be read as something else");
}

}  // namespace

Manifest parse_manifest(std::string_view text, std::string_view media_type) {
  const json document = document::parse_object(text, kMaxManifestBytes, "manifest");
  return with_context("manifest", [&] {
    Manifest manifest;
    refuse_ambiguous_names(document);
    manifest.media_type = agreed_media_type(document, media_type, media_type::is_manifest);
    check_schema_version(document);
    refuse_members(document, {"manifests", "fsLayers"});
    manifest.config =
        with_context("config", [&] { return to_descriptor(document::object_member(document, "config")); });
    manifest.layers = to_descriptors(document::array_member(document, "layers"), "layers", kMaxLayers);
    manifest.annotations = document::string_map_member(document, "annotations");
    return manifest;
  });
}

Index parse_index(std::string_view text, std::string_view media_type) {
  const json document = document::parse_object(text, kMaxManifestBytes, "index");
  return with_context("index", [&] {
    Index index;
    refuse_ambiguous_names(document);
    index.media_type = agreed_media_type(document, media_type, media_type::is_index);
    check_schema_version(document);
    refuse_members(document, {"layers", "config", "fsLayers"});
    index.manifests = to_descriptors(document::array_member(document, "manifests"), "manifests", kMaxIndexManifests);
    index.annotations = document::string_map_member(document, "annotations");
    return index;
  });
}

std::string sniff_media_type(std::string_view text) {
  try {
    const json document = document::parse_object(text, kMaxManifestBytes, "document");
    std::string claimed = document::string_member(document, "mediaType");
    check_media_type(claimed, "mediaType");
    if (!claimed.empty()) return claimed;
    if (document::has_member(document, "fsLayers")) return kSchema1;
    if (document::has_member(document, "manifests")) return std::string(media_type::kOciIndex);
    const bool manifest = document::has_member(document, "config") && document::has_member(document, "layers");
    return manifest ? std::string(media_type::kOciManifest) : "";
  } catch (const Error&) {
    return "";  // what cannot be read claims nothing
  }
}

}  // namespace ctrbox::core
