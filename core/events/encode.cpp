// From our values to containerd's messages. One function an event; everything else is in payload().
//
// Map entries are written in order of their keys, so that equal events have equal bytes. Text that is not UTF-8 (a path
// may be anything) is made so, since no other reader would take the message.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "content_events.pb.h"
#include "core/base/utf8.h"
#include "core/containers/runtime_options.h"
#include "core/events/outbox.h"
#include "events.pb.h"
#include "image_events.pb.h"

namespace ctrbox::core::events {
namespace {

namespace pb = containerd::events;
namespace image_pb = containerd::services::images::v1;
namespace content_pb = containerd::services::content::v1;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

/// The messages' full names. GetTypeName() would say them too, but builds the descriptors of whole files for it: tens
/// of KiB that a shim would keep for good.
template <typename Message>
constexpr const char* kTypeName = nullptr;
template <>
constexpr const char* kTypeName<pb::NamespaceCreate> = "containerd.events.NamespaceCreate";
template <>
constexpr const char* kTypeName<pb::NamespaceUpdate> = "containerd.events.NamespaceUpdate";
template <>
constexpr const char* kTypeName<pb::NamespaceDelete> = "containerd.events.NamespaceDelete";
template <>
constexpr const char* kTypeName<pb::ContentDelete> = "containerd.events.ContentDelete";
template <>
constexpr const char* kTypeName<pb::SnapshotPrepare> = "containerd.events.SnapshotPrepare";
template <>
constexpr const char* kTypeName<pb::SnapshotCommit> = "containerd.events.SnapshotCommit";
template <>
constexpr const char* kTypeName<pb::SnapshotRemove> = "containerd.events.SnapshotRemove";
template <>
constexpr const char* kTypeName<pb::ContainerCreate> = "containerd.events.ContainerCreate";
template <>
constexpr const char* kTypeName<pb::ContainerUpdate> = "containerd.events.ContainerUpdate";
template <>
constexpr const char* kTypeName<pb::ContainerDelete> = "containerd.events.ContainerDelete";
template <>
constexpr const char* kTypeName<pb::TaskCreate> = "containerd.events.TaskCreate";
template <>
constexpr const char* kTypeName<pb::TaskStart> = "containerd.events.TaskStart";
template <>
constexpr const char* kTypeName<pb::TaskExit> = "containerd.events.TaskExit";
template <>
constexpr const char* kTypeName<pb::TaskDelete> = "containerd.events.TaskDelete";
template <>
constexpr const char* kTypeName<pb::TaskOOM> = "containerd.events.TaskOOM";
template <>
constexpr const char* kTypeName<pb::TaskExecAdded> = "containerd.events.TaskExecAdded";
template <>
constexpr const char* kTypeName<pb::TaskExecStarted> = "containerd.events.TaskExecStarted";
template <>
constexpr const char* kTypeName<pb::TaskPaused> = "containerd.events.TaskPaused";
template <>
constexpr const char* kTypeName<pb::TaskResumed> = "containerd.events.TaskResumed";
template <>
constexpr const char* kTypeName<pb::TaskCheckpointed> = "containerd.events.TaskCheckpointed";
template <>
constexpr const char* kTypeName<image_pb::ImageCreate> = "containerd.services.images.v1.ImageCreate";
template <>
constexpr const char* kTypeName<image_pb::ImageUpdate> = "containerd.services.images.v1.ImageUpdate";
template <>
constexpr const char* kTypeName<image_pb::ImageDelete> = "containerd.services.images.v1.ImageDelete";
template <>
constexpr const char* kTypeName<content_pb::Info> = "containerd.services.content.v1.Info";

template <typename Message>
Payload payload(const char* topic, const Message& message) {
  static_assert(kTypeName<Message> != nullptr);
  std::string value;
  {
    google::protobuf::io::StringOutputStream sink(&value);
    google::protobuf::io::CodedOutputStream out(&sink);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return {topic, kTypeName<Message>, std::move(value)};
}

template <typename Message>
void set_labels(Message& message, const Labels& labels) {
  for (const auto& [key, value] : labels) (*message.mutable_labels())[to_utf8(key)] = to_utf8(value);
}

template <typename Message>
void set_target(Message& message, const Descriptor& target) {
  if (target.digest.empty()) return;
  containerd::types::Descriptor& descriptor = *message.mutable_target();
  descriptor.set_media_type(to_utf8(target.media_type));
  descriptor.set_digest(target.digest.text());
  descriptor.set_size(target.size);
}

void set_time(google::protobuf::Timestamp& message, UnixNanos time) {
  std::int64_t fraction = time % kNanosPerSecond;
  if (fraction < 0) fraction += kNanosPerSecond;
  message.set_seconds((time - fraction) / kNanosPerSecond);
  message.set_nanos(static_cast<std::int32_t>(fraction));
}

/// The messages that name an object and its labels.
template <typename Message, typename Event>
Payload with_labels(const char* topic, const Event& event) {
  Message message;
  message.set_name(to_utf8(event.name));
  set_labels(message, event.labels);
  return payload(topic, message);
}

template <typename Message, typename Event>
Payload with_target(const char* topic, const Event& event) {
  Message message;
  message.set_name(to_utf8(event.name));
  set_labels(message, event.labels);
  set_target(message, event.target);
  return payload(topic, message);
}

/// SnapshotPrepare's fields, whichever kind of snapshot it is that begins.
template <typename Event>
Payload with_parent(const char* topic, const Event& event) {
  pb::SnapshotPrepare message;
  message.set_key(to_utf8(event.key));
  message.set_parent(to_utf8(event.parent));
  message.set_snapshotter(to_utf8(event.snapshotter));
  return payload(topic, message);
}

Payload content_record(const char* topic, const ContentCreate& event) {
  content_pb::Info message;
  message.set_digest(event.digest);
  message.set_size(event.size);
  set_time(*message.mutable_created_at(), event.created_at);
  set_time(*message.mutable_updated_at(), event.updated_at);
  set_labels(message, event.labels);
  return payload(topic, message);
}

template <typename Message>
Payload with_name(const char* topic, const std::string& name) {
  Message message;
  message.set_name(to_utf8(name));
  return payload(topic, message);
}

template <typename Message>
Payload with_container(const char* topic, const std::string& container_id) {
  Message message;
  message.set_container_id(to_utf8(container_id));
  return payload(topic, message);
}

}  // namespace

Payload encode(const NamespaceCreate& event) { return with_labels<pb::NamespaceCreate>("/namespaces/create", event); }
Payload encode(const NamespaceUpdate& event) { return with_labels<pb::NamespaceUpdate>("/namespaces/update", event); }
Payload encode(const NamespaceDelete& event) {
  return with_name<pb::NamespaceDelete>("/namespaces/delete", event.name);
}

Payload encode(const ImageCreate& event) { return with_target<image_pb::ImageCreate>("/images/create", event); }
Payload encode(const ImageUpdate& event) { return with_target<image_pb::ImageUpdate>("/images/update", event); }
Payload encode(const ImageDelete& event) { return with_name<image_pb::ImageDelete>("/images/delete", event.name); }

Payload encode(const ContentCreate& event) { return content_record("/content/create", event); }
Payload encode(const ContentUpdate& event) { return content_record("/content/update", event); }

Payload encode(const ContentDelete& event) {
  pb::ContentDelete message;
  message.set_digest(event.digest);
  return payload("/content/delete", message);
}

Payload encode(const SnapshotPrepare& event) { return with_parent("/snapshot/prepare", event); }
Payload encode(const SnapshotView& event) { return with_parent("/snapshot/view", event); }

Payload encode(const SnapshotCommit& event) {
  pb::SnapshotCommit message;
  message.set_key(to_utf8(event.key));
  message.set_name(to_utf8(event.name));
  message.set_snapshotter(to_utf8(event.snapshotter));
  message.set_parent(to_utf8(event.parent));
  return payload("/snapshot/commit", message);
}

Payload encode(const SnapshotRemove& event) {
  pb::SnapshotRemove message;
  message.set_key(to_utf8(event.key));
  message.set_snapshotter(to_utf8(event.snapshotter));
  return payload("/snapshot/remove", message);
}

Payload encode(const ContainerCreate& event) {
  pb::ContainerCreate message;
  message.set_id(to_utf8(event.id));
  message.set_image(to_utf8(event.image));
  message.mutable_runtime()->set_name(to_utf8(event.runtime_name));
  if (!event.runtime_options.empty()) {
    message.mutable_runtime()->mutable_options()->set_type_url(containers::kRuntimeOptionsType);
    message.mutable_runtime()->mutable_options()->set_value(event.runtime_options);
  }
  set_labels(message, event.labels);
  message.set_snapshotter(to_utf8(event.snapshotter));
  message.set_snapshot_key(to_utf8(event.snapshot_key));
  return payload("/containers/create", message);
}

Payload encode(const ContainerUpdate& event) {
  pb::ContainerUpdate message;
  message.set_id(to_utf8(event.id));
  message.set_image(to_utf8(event.image));
  set_labels(message, event.labels);
  message.set_snapshot_key(to_utf8(event.snapshot_key));
  return payload("/containers/update", message);
}

Payload encode(const ContainerDelete& event) {
  pb::ContainerDelete message;
  message.set_id(to_utf8(event.id));
  return payload("/containers/delete", message);
}

Payload encode(const TaskCreate& event) {
  pb::TaskCreate message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_bundle(to_utf8(event.bundle));
  for (const Mount& mount : event.rootfs) {
    containerd::types::Mount& added = *message.add_rootfs();
    added.set_type(to_utf8(mount.type));
    added.set_source(to_utf8(mount.source));
    for (const std::string& option : mount.options) added.add_options(to_utf8(option));
  }
  pb::TaskIO& io = *message.mutable_io();
  io.set_stdin(to_utf8(event.io.stdin_path));
  io.set_stdout(to_utf8(event.io.stdout_path));
  io.set_stderr(to_utf8(event.io.stderr_path));
  io.set_terminal(event.io.terminal);
  message.set_pid(event.pid);
  return payload("/tasks/create", message);
}

Payload encode(const TaskStart& event) {
  pb::TaskStart message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_pid(event.pid);
  return payload("/tasks/start", message);
}

Payload encode(const TaskExit& event) {
  pb::TaskExit message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_id(to_utf8(event.id));
  message.set_pid(event.pid);
  message.set_exit_status(event.exit_status);
  set_time(*message.mutable_exited_at(), event.exited_at);
  return payload("/tasks/exit", message);
}

Payload encode(const TaskDelete& event) {
  pb::TaskDelete message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_pid(event.pid);
  message.set_exit_status(event.exit_status);
  set_time(*message.mutable_exited_at(), event.exited_at);
  message.set_id(to_utf8(event.id));
  return payload("/tasks/delete", message);
}

Payload encode(const TaskOom& event) { return with_container<pb::TaskOOM>("/tasks/oom", event.container_id); }

Payload encode(const TaskExecAdded& event) {
  pb::TaskExecAdded message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_exec_id(to_utf8(event.exec_id));
  return payload("/tasks/exec-added", message);
}

Payload encode(const TaskExecStarted& event) {
  pb::TaskExecStarted message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_exec_id(to_utf8(event.exec_id));
  message.set_pid(event.pid);
  return payload("/tasks/exec-started", message);
}

Payload encode(const TaskPaused& event) { return with_container<pb::TaskPaused>("/tasks/paused", event.container_id); }
Payload encode(const TaskResumed& event) {
  return with_container<pb::TaskResumed>("/tasks/resumed", event.container_id);
}

Payload encode(const TaskCheckpointed& event) {
  pb::TaskCheckpointed message;
  message.set_container_id(to_utf8(event.container_id));
  message.set_checkpoint(to_utf8(event.checkpoint));
  return payload("/tasks/checkpointed", message);
}

}  // namespace ctrbox::core::events
