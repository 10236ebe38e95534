// The events of ctrbox as values. Topics, messages and field numbers are containerd's (package containerd.events); what
// those leave out and the state has stands last in each (docs/formats/events.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/labels/labels.h"
#include "core/oci/descriptor.h"
#include "core/sys/mount.h"

namespace ctrbox::core::events {

struct NamespaceCreate {
  std::string name;
  Labels labels;
};
struct NamespaceUpdate {
  std::string name;
  Labels labels;
};
struct NamespaceDelete {
  std::string name;
};
struct ImageCreate {
  std::string name;
  Labels labels;
  Descriptor target;
};
struct ImageUpdate {
  std::string name;
  Labels labels;
  Descriptor target;
};
struct ImageDelete {
  std::string name;
};
/// A content record as it is afterwards.
struct ContentCreate {
  std::string digest;
  std::int64_t size = 0;
  UnixNanos created_at = 0;
  UnixNanos updated_at = 0;
  Labels labels;
};
struct ContentUpdate : ContentCreate {};
struct ContentDelete {
  std::string digest;
};
struct SnapshotPrepare {
  std::string key;
  std::string parent;
  std::string snapshotter;
};
/// A read-only snapshot, of which containerd tells nothing.
struct SnapshotView {
  std::string key;
  std::string parent;
  std::string snapshotter;
};
struct SnapshotCommit {
  std::string key;
  std::string name;
  std::string snapshotter;
  std::string parent;  // only where the key was not told of before
};
struct SnapshotRemove {
  std::string key;
  std::string snapshotter;
};
struct ContainerCreate {
  std::string id;
  std::string image;
  std::string runtime_name;
  Labels labels;
  std::string snapshotter;
  std::string snapshot_key;
  std::string runtime_options{};  // a containerd.runc.v1.Options; "" is none
};
struct ContainerUpdate {
  std::string id;
  std::string image;
  Labels labels;
  std::string snapshot_key;
};
struct ContainerDelete {
  std::string id;
};
struct TaskIo {
  std::string stdin_path;
  std::string stdout_path;
  std::string stderr_path;
  bool terminal = false;
};
struct TaskCreate {
  std::string container_id;
  std::string bundle;
  std::vector<Mount> rootfs;
  TaskIo io;
  std::uint32_t pid = 0;
};
struct TaskStart {
  std::string container_id;
  std::uint32_t pid = 0;
};
struct TaskExit {
  std::string container_id;
  std::string id;
  std::uint32_t pid = 0;
  std::uint32_t exit_status = 0;
  UnixNanos exited_at = 0;
};
struct TaskDelete {
  std::string container_id;
  std::uint32_t pid = 0;
  std::uint32_t exit_status = 0;
  UnixNanos exited_at = 0;
  std::string id;
};
struct TaskOom {
  std::string container_id;
};
struct TaskExecAdded {
  std::string container_id;
  std::string exec_id;
};
struct TaskExecStarted {
  std::string container_id;
  std::string exec_id;
  std::uint32_t pid = 0;
};
struct TaskPaused {
  std::string container_id;
};
struct TaskResumed {
  std::string container_id;
};
struct TaskCheckpointed {
  std::string container_id;
  std::string checkpoint;
};

}  // namespace ctrbox::core::events
