// The second half of unpacking a layer: what could not be known without the layers below it.
//
// - Directories that the layer only implies take owner, mode, times and attributes of the lower one. Where the lower
// layers
//   have a symlink (/bin -> usr/bin) the content moves to where it leads.
// - Links to lower files get those files, copied into this layer.
// - Whiteouts of what is not there below go: overlayfs would list them as broken names.
// After it the layer and the lower ones, mounted with overlayfs, are what unpacking them one over the other gives.
// Thread: any, one layer at a time, base first. After a crash the layer is garbage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diff/staged_layer.h"

namespace ctrbox::core::diff {

/// `root` is the layer's, `lower` the roots of the settled layers below it, top first (those that an opaque root hides
/// left out). `layer` is updated.
void settle_layer(StagedLayer& layer, int root, const std::vector<int>& lower);

/// Turns `tree`, a copy of what the lower layers show, into what they show with the layer on top. The layer is used up.
void flatten_layer(const StagedLayer& layer, int root, int tree);
/// Removes overlay's marks from a settled layer that is to stand alone.
void strip_overlay_form(const StagedLayer& layer, int tree);

}  // namespace ctrbox::core::diff
