#include "runtime/checkpoint/restore.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/content/content.h"
#include "core/content/store.h"
#include "core/images/images.h"
#include "core/oci/manifest.h"
#include "core/oci/media_type.h"
#include "core/oci/reference.h"
#include "runtime/checkpoint/blob.h"
#include "runtime/checkpoint/criu_image.h"
#include "runtime/checkpoint/index.h"
#include "runtime/container/image_root.h"
#include "runtime/spec/builder.h"
#include "runtime/spec/defaults.h"

namespace ctrbox::runtime {
namespace {

using core::Descriptor;
using core::Digest;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxSpecBytes = std::size_t{4} << 20;
constexpr const char* kCriuAnnotations = "org.criu.";  // runc takes a path of criu's configuration from one

/// What the user named: a digest that is content here, or an image.
Descriptor find_target(state::Database& database, const std::string& ns, const std::string& named) {
  if (Digest::is_valid(named)) {
    Descriptor target;
    target.digest = core::content::get(database, ns, Digest::parse(named)).digest;
    target.media_type = core::media_type::kOciIndex;
    return target;
  }
  if (auto image = core::images::find(database, ns, named)) return image->target;
  return core::images::get(database, ns, core::parse_reference(named).text()).target;
}

CheckpointIndex read_index(state::Database& database, const core::content::Store& store, const std::string& ns,
                           const std::string& named) {
  const Descriptor target = find_target(database, ns, named);
  if (!core::media_type::is_index(target.media_type))
    throw core::invalid_argument("unsupported checkpoint type " + core::quoted(target.media_type));
  const CheckpointIndex index =
      parse_checkpoint_index(store.read(target.digest, core::kMaxManifestBytes), target.digest);
  core::content::get(database, ns, index.criu.digest);
  core::content::get(database, ns, index.config.digest);
  if (index.rw) core::content::get(database, ns, index.rw->digest);
  return index;
}

Json parse_spec(const std::string& text) {
  Json spec = Json::parse(text, nullptr, false);
  const bool whole = spec.is_object() && spec.contains("process") && spec["process"].is_object() &&
                     spec.contains("linux") && spec["linux"].is_object();
  if (!whole) throw core::invalid_argument("the checkpoint's config is not a runtime spec");
  return spec;
}

std::string text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool has_terminal(const std::string& spec) {
  const Json json = parse_spec(spec);
  const auto found = json["process"].find("terminal");
  return found != json["process"].end() && found->is_boolean() && found->get<bool>();
}

void refuse_existing(state::Database& database, const std::string& ns, const std::string& id) {
  if (core::containers::find_row(database, ns, id))
    throw core::already_exists("container " + core::quoted(id) + ": already exists");
}

/// The name counts only if it is this image's here, too.
std::string own_name(state::Database& database, const std::string& ns, const CheckpointIndex& index) {
  const auto image = core::images::find(database, ns, index.image_name);
  return image && image->target.digest == index.image.digest ? image->name : std::string();
}

}  // namespace

std::string adapt_spec(const std::string& text, const std::string& ns, const std::string& id) {
  Json spec = parse_spec(text);
  if (const auto hooks = spec.find("hooks"); hooks != spec.end() && !hooks->empty())
    throw core::invalid_argument("the checkpoint's spec asks for hooks, programs that run on the host: refused");
  const std::string group = text_member(spec["linux"], "cgroupsPath");
  const std::string old_id = group.substr(group.rfind('/') + 1);
  if (!old_id.empty() && text_member(spec, "hostname") == host_name(old_id)) spec["hostname"] = host_name(id);
  spec["linux"]["cgroupsPath"] = cgroup_path(ns, id);
  if (!spec.contains("root") || !spec["root"].is_object()) spec["root"] = Json::object();
  spec["root"]["path"] = "rootfs";
  if (const auto annotations = spec.find("annotations"); annotations != spec.end() && annotations->is_object()) {
    Json kept = Json::object();
    for (const auto& [name, value] : annotations->items())
      if (!name.starts_with(kCriuAnnotations)) kept[name] = value;
    *annotations = std::move(kept);
  }
  return spec.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RestoredContainer restore_container(state::Database& database, const core::Paths& paths,
                                    const RestoreRequest& request) {
  core::check_identifier(request.id);
  refuse_existing(database, request.ns, request.id);
  const core::content::Store store(paths);
  const CheckpointIndex index = read_index(database, store, request.ns, request.checkpoint);
  const ImageRoot root =
      find_image_root(database, paths, request.ns, index.image_name, index.image, request.snapshotter);

  RestoredContainer restored{{}, false, Scratch(paths)};
  core::containers::Container& record = restored.container.record;
  record.id = request.id;
  record.labels = request.labels;
  record.image = own_name(database, request.ns, index);
  record.snapshotter = request.snapshotter;
  record.snapshot_key = request.id;
  record.spec = adapt_spec(unwrap_spec(store.read(index.config.digest, kMaxSpecBytes)), request.ns, request.id);
  restored.terminal = has_terminal(record.spec);

  BlobSource criu(store, index.criu);
  unpack_criu_image(criu, restored.image.fd());
  core::snapshots::Snapshots snapshots(database, paths, request.ns, request.snapshotter);
  std::optional<BlobSource> rw;
  if (index.rw) rw.emplace(store, *index.rw);
  auto prepared = rw ? snapshots.prepare_changed_files(record.snapshot_key, root.parent, *rw)
                     : snapshots.prepare_files(core::snapshots::Kind::active, record.snapshot_key, root.parent);
  if (request.durability == state::Durability::full) prepared.sync();
  database.write(request.durability, [&](state::Transaction& tx) {
    refuse_existing(tx.database(), request.ns, record.id);
    prepared.record(tx);
    core::containers::create(tx, request.ns, record);
  });
  prepared.keep();
  restored.container.rootfs = prepared.mounts();
  return restored;
}

}  // namespace ctrbox::runtime
