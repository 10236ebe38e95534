// Resource limits of this process, which what it starts cannot exceed. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ctrbox::core {

/// RLIMIT_NOFILE's hard limit; the largest number when there is none.
std::uint64_t hard_limit_of_open_files() noexcept;
/// Raises RLIMIT_NOFILE's soft limit to the hard one, for work that holds many files at once. Nothing happens if it
/// cannot.
void raise_limit_of_open_files() noexcept;

}  // namespace ctrbox::core
