// Containers are records: what to run and from which snapshot. What runs is a task (runtime/task).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/labels/labels.h"
#include "state/transaction.h"

namespace ctrbox::core::containers {

inline constexpr const char* kDefaultRuntime = "io.containerd.runc.v2";

/// Labels of a container that containerd gives a meaning.
inline constexpr const char* kStopSignalLabel = "io.containerd.image.config.stop-signal";

struct Container {
  std::string id;
  Labels labels;
  std::string image;
  std::string runtime_name = kDefaultRuntime;
  std::string runtime_binary;  // the OCI runtime's program, a name in PATH or an absolute path; "" is the shim's choice
  std::string spec;            // OCI runtime spec, JSON
  std::string snapshotter;
  std::string snapshot_key;  // "" with --rootfs
  UnixNanos created_at = 0;
  UnixNanos updated_at = 0;
};

/// Throws already_exists, invalid_argument (id rule). Creates the namespace if needed.
void create(state::Transaction& tx, const std::string& ns, const Container& container);
std::optional<Container> find(state::Database& database, const std::string& ns, const std::string& id);
/// Throws not_found; the message names the other namespaces that have the id, if any.
Container get(state::Database& database, const std::string& ns, const std::string& id);
/// In byte order of ids, each without its spec, which is long; filters are ORed.
std::vector<Container> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters);
/// Makes fields of the record those of `container`, whose id says which it is. A field is "labels", "labels.<key>" (a
/// label that `container` does not have is removed), "image", "runtime", "spec" or "rootfs" (the snapshot's key); none
/// at all means everything but the time of creation. Where that changes nothing, nothing is told. Throws not_found;
/// invalid_argument for another field. Returns the record as it is then.
Container update(state::Transaction& tx, const std::string& ns, const Container& container,
                 const std::vector<std::string>& fields);
/// An id that no container of the namespace has: twelve hexadecimal digits.
std::string unused_id(state::Database& database, const std::string& ns);
/// Row id, for tables that hang on a container.
std::optional<std::int64_t> find_row(state::Database& database, const std::string& ns, const std::string& id);
/// Throws not_found; failed_precondition while it has a task.
void remove(state::Transaction& tx, const std::string& ns, const std::string& id);

}  // namespace ctrbox::core::containers
