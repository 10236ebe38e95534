// The files of a container's root, read as a process inside would find them: links lead nowhere else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/fd.h"
#include "runtime/spec/user.h"

namespace ctrbox::runtime {

/// A reader of regular files beneath `root`, a directory that is held open as long as the reader is.
RootFileReader reader_beneath(core::Fd root);

}  // namespace ctrbox::runtime
