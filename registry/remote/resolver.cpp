#include "registry/remote/resolver.h"

#include "core/base/error.h"
#include "core/oci/manifest.h"
#include "registry/remote/fetcher.h"
#include "registry/remote/registry_error.h"

namespace ctrbox::registry::remote {
namespace {

/// The type without its parameters ("; charset=utf-8"); "" for those that tell nothing.
std::string media_type_of(const http::Response& response) {
  std::string type = response.headers.find("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  if (type == "application/json" || type == "text/plain" || type == "application/octet-stream") return "";
  return type;
}

std::optional<core::Digest> digest_of(const http::Response& response) {
  const auto header = response.headers.find("docker-content-digest");
  if (!header) return std::nullopt;
  if (!core::Digest::is_valid(*header))
    throw core::invalid_argument(core::quoted(bounded_text(*header)) + " in header not a valid digest");
  return core::Digest::parse(*header);
}

void check_digest(const core::Digest& wanted, const core::Digest& got) {
  if (wanted != got)
    throw core::data_loss("unexpected digest: the registry has " + got.text() + " under the name of " + wanted.text());
}

Resolved resolve_by_get(Repository& repository, const core::Reference& reference) {
  http::Response response =
      repository.send("GET", "manifests/" + reference.object(), {kAcceptManifests}, core::kMaxManifestBytes);
  if (!response.ok()) throw error_of(response, "", repository.secrets());
  if (response.body_exceeded) throw core::resource_exhausted("the manifest is larger than 4 MiB");
  Resolved resolved;
  // Only sha256 can be computed for a tag; a reference with another algorithm says itself which digest must come out.
  core::Hasher hasher(reference.digest.empty() ? "sha256" : reference.digest.algorithm());
  hasher.update(std::as_bytes(std::span(response.body)));
  resolved.target.digest = hasher.finish();
  if (!reference.digest.empty()) check_digest(reference.digest, resolved.target.digest);
  if (const auto claimed = digest_of(response); claimed && claimed->algorithm() == resolved.target.digest.algorithm())
    check_digest(*claimed, resolved.target.digest);
  resolved.target.media_type = media_type_of(response);
  resolved.target.size = static_cast<std::int64_t>(response.body.size());
  resolved.manifest = std::move(response.body);
  return resolved;
}

}  // namespace

Resolved resolve(Repository& repository, const core::Reference& reference) {
  const http::Response response =
      repository.send("HEAD", "manifests/" + reference.object(), {kAcceptManifests}, http::kMaxErrorBytes);
  if (response.status == 405 || response.status == 501) return resolve_by_get(repository, reference);
  if (!response.ok()) throw error_of(response, "", repository.secrets());
  const auto digest = digest_of(response);
  if (!digest) return resolve_by_get(repository, reference);
  if (!reference.digest.empty()) check_digest(reference.digest, *digest);
  Resolved resolved;
  resolved.target.media_type = media_type_of(response);
  resolved.target.digest = *digest;
  resolved.target.size = response.content_length().value_or(0);
  if (resolved.target.size > static_cast<std::int64_t>(core::kMaxManifestBytes))
    throw core::resource_exhausted("the manifest is larger than 4 MiB");
  return resolved;
}

}  // namespace ctrbox::registry::remote
