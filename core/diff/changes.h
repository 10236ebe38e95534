// Writing a directory as a tar stream: the layer that an overlay snapshot's own ("upper") directory is, or a plain
// tree.
//
// Deterministic: names in byte order, times as they are on disk. Nothing is followed: every node is reached by the
// descriptor of its directory. What a layer cannot say is refused, not left out: a moved directory (overlay's
// redirect), a file whose bytes are in a lower layer (metacopy), a name that reads as a whiteout. Sockets are left out:
// they mean nothing without their process. Requires: nobody writes to the tree meanwhile; a file that shrinks is
// data_loss. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/archive/byte_sink.h"

namespace ctrbox::core::diff {

/// `upper` as an OCI layer, its root's own metadata included: whiteouts are `.wh.<name>`, opaque directories hold
/// `.wh..wh..opq`; of the extended attributes those that apply_layer() takes. Throws core::Error with the path in
/// front.
void write_changes(int upper, ByteSink& sink);

/// What is in `root`, as it is; the root itself is no entry.
void write_tree(int root, ByteSink& sink);

}  // namespace ctrbox::core::diff
