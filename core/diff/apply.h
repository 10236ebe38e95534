// Writes a layer's tar stream into an empty directory in overlay's form (staged_layer.h), without the layers below it.
//
// Nothing is ever made outside `root`: names are resolved component by component beneath it, symlinks of the layer
// count from `root` as "/", and every node is made with its parent's descriptor. 25 us a small file, most of it the
// kernel's. Thread: any; the calling thread gets a umask of its own. After a crash the directory is garbage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/archive/byte_source.h"
#include "core/diff/staged_layer.h"

namespace ctrbox::core::diff {

/// Reads the stream to its very end. Throws invalid_argument for what a layer may not hold, with the entry's name in
/// front.
StagedLayer apply_layer(ByteSource& plain_tar, int root);

}  // namespace ctrbox::core::diff
