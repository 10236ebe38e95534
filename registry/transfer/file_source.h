// Reads a file as the receiving stage of a pipeline: a blob that is here already.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/sys/fd.h"
#include "registry/transfer/layer_pipeline.h"

namespace ctrbox::registry::transfer {

/// Delivers the file from its start to its end. `cancelled` is asked before each piece. Throws core::Error.
void read_file_into(const core::Fd& file, const Deliver& deliver, const std::function<bool()>& cancelled);

/// A second descriptor on the open file `fd`, for reading, with a position of its own.
core::Fd reopen(int fd);

}  // namespace ctrbox::registry::transfer
