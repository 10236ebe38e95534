// Where the last lines of a log begin, found from its end: what is before them is not read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/logs/files.h"
#include "runtime/logs/line.h"

namespace ctrbox::runtime::logs {

struct Position {
  std::size_t file = 0;  // index
  off_t offset = 0;
  bool operator==(const Position&) const = default;
};

/// The beginning of the last `lines` whole lines of which `counts` is true (those of other times are not). Bounded
/// memory, however long the lines are.
Position find_tail(const std::vector<LogFile>& files, std::uint64_t lines,
                   const std::function<bool(const Piece&)>& counts);

}  // namespace ctrbox::runtime::logs
