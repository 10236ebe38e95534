// Every name on disk, in one file. Default root /var/lib/ctrbox, state /run/ctrbox; XDG directories when not root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/oci/digest.h"

namespace ctrbox::core {

struct Paths {
  std::string root;   // what lasts
  std::string state;  // what a reboot may forget

  /// Flags win over CTRBOX_ROOT and CTRBOX_STATE, these over the defaults. With a root given and no state, the state is
  /// "<root>/run". Results are absolute.
  static Paths choose(const std::string& root_flag, const std::string& state_flag);

  std::string database() const { return root + "/state.db"; }
  /// Where the containerd personality listens unless told otherwise, and where it writes when it is in the background.
  std::string socket() const { return state + "/containerd.sock"; }
  std::string daemon_log() const { return state + "/containerd.log"; }
  std::string blobs() const { return root + "/content/blobs/sha256"; }
  std::string blob(const Digest& digest) const;
  std::string ingest() const { return root + "/content/ingest"; }
  std::string snapshots(const std::string& snapshotter) const { return root + "/snapshots/" + snapshotter; }
  std::string tasks() const { return state + "/tasks"; }
  std::string task(const std::string& ns, const std::string& id) const { return tasks() + "/" + ns + "/" + id; }
  /// What the container has written (runtime/logs); kept until it is removed.
  std::string logs(const std::string& ns, const std::string& id) const { return root + "/logs/" + ns + "/" + id; }
  /// criu's log of the last restore of a task that failed.
  std::string criu_log(const std::string& ns, const std::string& id) const {
    return state + "/criu/" + ns + "/" + id + "/restore.log";
  }
  /// Images of memory on their way, a directory each, locked by whoever works on it.
  std::string checkpoints() const { return root + "/checkpoints"; }
  std::string runc_root(const std::string& ns) const { return state + "/runc/" + ns; }

  /// Makes root, state and the directories above, 0700, repairing wider modes. Throws core::Error.
  void create() const;
};

/// The file beside a database that is opened and closed after a change (core/events/doorbell.h). It stays empty.
std::string doorbell_beside(const std::string& database);
/// The ttrpc socket that belongs to a gRPC socket.
std::string ttrpc_beside(const std::string& socket);
/// Held by the one process that serves a socket.
std::string lock_beside(const std::string& socket);

}  // namespace ctrbox::core
