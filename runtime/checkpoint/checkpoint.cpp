#include "runtime/checkpoint/checkpoint.h"

#include <signal.h>

#include <optional>
#include <utility>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/content/content.h"
#include "core/content/store.h"
#include "core/diff/changes.h"
#include "core/images/images.h"
#include "core/images/measure.h"
#include "core/oci/media_type.h"
#include "core/oci/platform.h"
#include "core/oci/reference.h"
#include "core/snapshots/snapshots.h"
#include "core/sys/failpoint.h"
#include "core/sys/fd.h"
#include "runtime/checkpoint/blob.h"
#include "runtime/checkpoint/index.h"
#include "runtime/checkpoint/scratch.h"
#include "runtime/task/task.h"

namespace ctrbox::runtime {
namespace {

using core::Descriptor;

constexpr const char* kRefContent = "containerd.io/gc.ref.content.";

/// "20171125T221905.123456789Z": what may stand in a tag.
std::string tag_of(core::UnixNanos time) {
  std::string text = core::to_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string name_of(const CheckpointRequest& request) {
  if (request.image.empty()) return "containerd.io/checkpoint/" + request.id + ":" + tag_of(core::now_ns());
  const core::Reference reference = core::parse_reference(request.image);
  if (!reference.digest.empty()) throw core::invalid_argument("a checkpoint's name cannot hold a digest");
  return reference.text();
}

/// A name that leads to an ordinary image is not taken away from it.
void check_name(state::Database& database, const std::string& ns, const std::string& name) {
  const auto image = core::images::find(database, ns, name);
  if (image && image->labels.count(kCheckpointLabel) == 0)
    throw core::already_exists("image " + core::quoted(name) + " exists and is not a checkpoint");
}

/// While one lives, nothing of the task runs. A task that was paused before stays so.
class Pause {
 public:
  explicit Pause(Task& task) : task_(task), ours_(task.info().status != TaskStatus::paused) {
    if (ours_) task_.pause();
  }
  ~Pause() { end(); }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  void end() noexcept {
    if (!std::exchange(ours_, false)) return;
    try {
      task_.resume();
    } catch (...) {
      // It may have been killed meanwhile.
    }
  }

 private:
  Task& task_;
  bool ours_;
};

class Maker {
 public:
  Maker(state::Database& database, const core::Paths& paths, const CheckpointRequest& request)
      : database_(database),
        paths_(paths),
        request_(request),
        store_(paths),
        name_(name_of(request)),
        container_(core::containers::get(database, request.ns, request.id)) {
    if (container_.image.empty()) throw core::failed_precondition("cannot checkpoint image with empty name");
    check_name(database, request.ns, name_);
    index_.image = core::images::get(database, request.ns, container_.image).target;
    index_.image_name = container_.image;
    index_.snapshotter = container_.snapshotter;
  }

  Checkpoint make();

 private:
  void write_changes(BlobSink& sink);
  Descriptor write_document(std::string_view media_type, const std::string& bytes);
  Descriptor write_index();
  void record(const Descriptor& target);

  state::Database& database_;
  const core::Paths& paths_;
  const CheckpointRequest& request_;
  core::content::Store store_;
  std::string name_;
  core::containers::Container container_;
  CheckpointIndex index_;
};

void Maker::write_changes(BlobSink& sink) {
  core::snapshots::Snapshots snapshots(database_, paths_, request_.ns, container_.snapshotter);
  const core::Fd changes = snapshots.open_changes(container_.snapshot_key);
  core::with_context("the changes of " + core::quoted(container_.id),
                     [&] { core::diff::write_changes(changes.get(), sink); });
}

Descriptor Maker::write_document(std::string_view media_type, const std::string& bytes) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = core::Digest::of(bytes);
  descriptor.size = static_cast<std::int64_t>(bytes.size());
  store_.write(descriptor.digest, bytes);
  return descriptor;
}

Descriptor Maker::write_index() {
  const core::Platform host = core::host_platform();
  index_.criu.platform = index_.config.platform = host;
  if (index_.rw) index_.rw->platform = host;
  return write_document(core::media_type::kOciIndex, to_json(index_));
}

void Maker::record(const Descriptor& target) {
  std::vector<Descriptor> children{index_.criu, index_.config, index_.image};
  if (index_.rw) children.push_back(*index_.rw);
  core::Labels labels;
  for (std::size_t i = 0; i < children.size(); ++i) labels[kRefContent + std::to_string(i)] = children[i].digest.text();
  database_.write(state::Durability::full, [&](state::Transaction& tx) {
    check_name(tx.database(), request_.ns, name_);
    // What it refers to may have been removed meanwhile; a checkpoint without its image would be of no use.
    core::content::get(tx.database(), request_.ns, index_.image.digest);
    for (const Descriptor& child : children)
      if (child.digest != index_.image.digest) core::content::put(tx, request_.ns, child.digest, child.size, {});
    core::content::put(tx, request_.ns, target.digest, target.size, labels);
    core::images::put(tx, request_.ns, name_, target, {{kCheckpointLabel, "true"}});
    core::images::remember_measure(tx, store_, request_.ns, target);
    core::failpoint("checkpoint.before_commit");
  });
}

Checkpoint Maker::make() {
  Task task = Task::open(database_, paths_, request_.ns, request_.id);
  // The locks of these refs let one checkpoint of a container at a time get any further.
  const std::string ref = request_.ns + "/" + request_.id;
  BlobSink criu(store_, "checkpoint-criu-" + ref);
  std::optional<BlobSink> rw;
  if (request_.rw) rw.emplace(store_, "checkpoint-rw-" + ref);
  const Scratch scratch(paths_);

  Pause pause(task);
  core::failpoint("checkpoint.paused");
  if (rw) write_changes(*rw);
  task.checkpoint(scratch.path());
  if (!request_.exit) pause.end();

  core::diff::write_tree(scratch.fd(), criu);
  index_.criu = criu.place(core::media_type::kCheckpointCriu);
  if (rw) index_.rw = rw->place(core::media_type::kOciLayer);
  index_.config = write_document(core::media_type::kCheckpointConfig, wrap_spec(container_.spec));
  const Descriptor target = write_index();
  store_.sync_blobs();
  record(target);
  if (request_.exit) {
    // Only now is there something to go on from. Its processes have not run since.
    task.kill_all(SIGKILL);
    task.wait();
  }
  return {name_, target};
}

}  // namespace

Checkpoint make_checkpoint(state::Database& database, const core::Paths& paths, const CheckpointRequest& request) {
  return Maker(database, paths, request).make();
}

}  // namespace ctrbox::runtime
