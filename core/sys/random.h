// Random bytes from the kernel (getrandom): good for names nobody may guess, and for keys. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace ctrbox::core {

/// Fills all of `buffer`. Throws core::Error.
void fill_random(std::span<std::byte> buffer);

}  // namespace ctrbox::core
