// Unpacking an image's layers into committed snapshots, several layers at once.
//
// Life: make it with the diff ids; ask missing(); give each missing layer its plain tar in apply(); finish(); sync the
// file system; place(); record() in the pull's transaction; keep(). Until record() commits nothing is visible; an
// object that is dropped removes what it staged, and what a killed process staged is swept by the next one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/archive/byte_source.h"
#include "core/config/paths.h"
#include "core/oci/digest.h"
#include "core/sys/mount.h"
#include "state/transaction.h"

namespace ctrbox::core::snapshots {

class Unpack {
 public:
  /// `diff_ids` base first. Reads which layers are there already, whatever namespace unpacked them.
  Unpack(state::Database& database, Paths paths, std::string ns, std::string snapshotter, std::vector<Digest> diff_ids);
  ~Unpack();
  Unpack(Unpack&&) noexcept;

  /// Indexes of the layers that must be applied.
  const std::vector<std::size_t>& missing() const;
  /// Reads the whole stream of one missing layer into a staging directory nobody else sees. The stream is read to its
  /// very end. The caller compares the digest of the plain bytes with the diff id and does not go on when it differs.
  /// Thread: any; different layers at once and in any order.
  void apply(std::size_t layer, ByteSource& plain_tar);
  /// What needs the layers below: implied directories, whiteouts, links into lower layers. After the last apply().
  void finish();
  /// A descriptor on the file system of the staging directories, for syncfs.
  int filesystem() const;
  /// Renames the staged directories to their places and syncs their parent. Requires: all data synced.
  void place();
  /// Rows and events of all layers of the image, the new and the shared ones. A layer that another process recorded
  /// meanwhile is used and ours dropped.
  void record(state::Transaction& tx);
  /// After the commit: nothing is to be removed any more (but what record() dropped).
  void keep();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Removes staging directories whose process is gone. Cheap when there are none.
void sweep_staging(const Paths& paths);

}  // namespace ctrbox::core::snapshots
