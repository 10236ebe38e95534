#include "runtime/container/container.h"

#include <fcntl.h>

#include <filesystem>
#include <optional>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/staging.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "runtime/container/image_root.h"
#include "runtime/spec/root_files.h"

namespace ctrbox::runtime {
namespace {

using core::snapshots::Snapshots;

void refuse_existing(state::Database& database, const std::string& ns, const std::string& id) {
  if (core::containers::find_row(database, ns, id))
    throw core::already_exists("container " + core::quoted(id) + ": already exists");
}

std::string absolute_directory(const std::string& path) {
  std::error_code error;
  const auto root = std::filesystem::canonical(path, error);
  if (error) throw core::system_error("root directory " + path, error.value());
  if (!std::filesystem::is_directory(root, error))
    throw core::invalid_argument("root " + core::quoted(path) + " is not a directory");
  return root;
}

core::containers::Container new_record(const ContainerRequest& request) {
  core::containers::Container record;
  record.id = request.spec.id;
  record.labels = request.labels;
  record.runtime_binary = request.runtime_binary;
  return record;
}

NewContainer create_from_config(state::Database& database, const ContainerRequest& request) {
  NewContainer made{new_record(request), {}};
  made.record.spec = request.config;
  database.write(request.durability,
                 [&](state::Transaction& tx) { core::containers::create(tx, request.spec.ns, made.record); });
  return made;
}

NewContainer create_from_directory(state::Database& database, const ContainerRequest& request) {
  NewContainer made{new_record(request), {}};
  SpecOptions options = request.spec;
  options.rootfs = absolute_directory(request.image);
  made.record.spec = build_spec(options, {}, read_host_facts(),
                                reader_beneath(core::open_at(AT_FDCWD, options.rootfs, O_PATH | O_DIRECTORY)));
  database.write(request.durability,
                 [&](state::Transaction& tx) { core::containers::create(tx, options.ns, made.record); });
  return made;
}

// The files of an image, and the directories above its root, are the host's root's: to a user namespace that does not
// know that one they are nobody's.
void check_id_maps(const SpecOptions& options) {
  if (options.uid_map.empty() || options.gid_map.empty()) return;  // one alone is refused with the spec
  if (maps_host_root(options.uid_map) && maps_host_root(options.gid_map)) return;
  throw core::failed_precondition(
      "the files of an image belong to the host's id 0, which the mapping leaves out: map it too, or use a directory "
      "of files that belong to mapped ids (--rootfs)");
}

NewContainer create_from_image(state::Database& database, const core::Paths& paths, const ContainerRequest& request) {
  check_id_maps(request.spec);
  const std::string& ns = request.spec.ns;
  NewContainer made{new_record(request), {}};
  core::containers::Container& record = made.record;
  record.snapshotter = request.snapshotter;
  record.snapshot_key = record.id;
  const ImageRoot image = find_image_root(database, paths, ns, request.image, record.snapshotter);
  record.image = image.name;
  if (!image.config.stop_signal.empty())
    record.labels.try_emplace(core::containers::kStopSignalLabel, image.config.stop_signal);

  Snapshots snapshots(database, paths, ns, record.snapshotter);
  const auto read_file = [&](const std::string& path) -> std::optional<std::string> {
    if (image.parent.empty()) return std::nullopt;
    return snapshots.read_file(image.parent, path, kMaxUserFileBytes);
  };
  record.spec = build_spec(request.spec, image.config, read_host_facts(), read_file);

  auto prepared = snapshots.prepare_files(core::snapshots::Kind::active, record.snapshot_key, image.parent);
  if (request.durability == state::Durability::full) prepared.sync();
  database.write(request.durability, [&](state::Transaction& tx) {
    refuse_existing(tx.database(), ns, record.id);
    prepared.record(tx);
    core::containers::create(tx, ns, record);
  });
  prepared.keep();
  made.rootfs = prepared.mounts();
  return made;
}

}  // namespace

NewContainer create_container(state::Database& database, const core::Paths& paths, const ContainerRequest& request) {
  core::check_identifier(request.spec.id);
  refuse_existing(database, request.spec.ns, request.spec.id);
  // What is there was written by another of this name, whose removal was cut short.
  core::remove_tree(AT_FDCWD, paths.logs(request.spec.ns, request.spec.id));
  if (!request.config.empty()) return create_from_config(database, request);
  if (request.from_directory) return create_from_directory(database, request);
  return create_from_image(database, paths, request);
}

void remove_container(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id,
                      SnapshotFate fate) {
  const auto record = core::containers::get(database, ns, id);
  std::optional<Snapshots> snapshots;
  if (fate == SnapshotFate::remove && !record.snapshot_key.empty())
    snapshots.emplace(database, paths, ns, record.snapshotter);
  std::vector<std::string> directories;
  database.write(state::Durability::full, [&](state::Transaction& tx) {
    directories.clear();
    core::containers::remove(tx, ns, id);
    if (snapshots && snapshots->find(record.snapshot_key)) directories = snapshots->remove_row(tx, record.snapshot_key);
  });
  core::failpoint("container.remove.after_record");
  core::remove_tree(AT_FDCWD, paths.logs(ns, id));
  if (!directories.empty()) snapshots->remove_files(directories);
  // What a run that was killed had made before it wrote the row.
  if (snapshots) core::snapshots::sweep_unowned(database, paths, record.snapshotter);
}

}  // namespace ctrbox::runtime
