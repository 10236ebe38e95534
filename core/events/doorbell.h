// How whoever follows the events learns that there may be new ones, although their writer never spoke to it.
//
// A writer rings after its commit: it opens and closes a file beside the database. A follower watches the directory. A
// writer that is killed between commit and ring lets go of the database itself, which rings as well. So there is no
// polling, no timer, and no moment at which a committed event can stay unnoticed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/paths.h"
#include "core/sys/directory_watch.h"
#include "state/database.h"

namespace ctrbox::core::events {

/// Wakes all followers of this database. Throws core::Error.
void ring(const state::Database& database);

class Doorbell {
 public:
  /// Make it before looking at the log for the first time: nothing is missed in between. Throws core::Error.
  explicit Doorbell(const Paths& paths) : watch_(paths.root) {}

  /// Readable once somebody has rung.
  int fd() const noexcept { return watch_.fd(); }
  /// Call before looking at the log.
  void answer() { watch_.drain(); }

 private:
  DirectoryWatch watch_;
};

}  // namespace ctrbox::core::events
