// Between the values of ctrbox and the messages on the wire.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/sys/mount.h"
#include "task_service.pb.h"
#include "ttrpc.pb.h"

namespace ctrbox::runtime::wire {

inline constexpr const char* kTaskService = "containerd.task.v2.Task";
inline constexpr const char* kShimService = "ctrbox.shim.v1.Shim";  // ours, beside the other
inline constexpr const char* kOwnedTaskUrl = "types.ctrbox/ctrbox.wire.OwnedTask";

inline constexpr const char* kProcessDetailsUrl = "containerd.runc.v1.ProcessDetails";
inline constexpr const char* kCheckpointOptionsUrl = "containerd.runc.v1.CheckpointOptions";
inline constexpr const char* kSpecUrl = "types.containerd.io/opencontainers/runtime-spec/1/Spec";
inline constexpr const char* kProcessSpecUrl = "types.containerd.io/opencontainers/runtime-spec/1/Process";

void set_time(ctrbox::wire::Timestamp& message, core::UnixNanos time);
core::UnixNanos to_time(const ctrbox::wire::Timestamp& message);

void set_mount(ctrbox::wire::Mount& message, const core::Mount& mount);
core::Mount to_mount(const ctrbox::wire::Mount& message);

void set_status(ctrbox::wire::Status& message, const core::Error& error);
/// A number that is no code of ours becomes `unknown`.
core::Error to_error(const ctrbox::wire::Status& message);

/// Throws invalid_argument, naming what was expected, if `bytes` are no such message.
void parse(google::protobuf::MessageLite& message, const std::string& bytes);

}  // namespace ctrbox::runtime::wire
