// criu's image on its way out of content: a tar of plain files with plain names. Anything else in it is not criu's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/archive/byte_source.h"

namespace ctrbox::runtime {

/// Reads the stream to its end. Nothing is made outside of `directory`, which is empty, nor beneath anything in it.
/// Throws invalid_argument for links, devices, names with a slash, names that occur twice, sparse files;
/// resource_exhausted for too many.
void unpack_criu_image(core::ByteSource& tar, int directory);

}  // namespace ctrbox::runtime
