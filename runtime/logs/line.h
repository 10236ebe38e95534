// One line of a container's log, as Kubernetes' CRI has it: `2016-10-06T00:17:09.669794202Z stdout F text`.
//
// The tag is F for a piece that ends a line of the container's and P for one that does not: its line goes on in the
// next piece of the same stream. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace ctrbox::runtime::logs {

enum class Stream { out, err };

struct Piece {
  core::UnixNanos time = 0;
  Stream stream = Stream::out;
  bool ends_line = true;
  std::string text;  // of the container: anything but a newline
  bool operator==(const Piece&) const = default;
};

/// `line` is without its newline. std::nullopt if it is none: what a writer that was killed left behind, for example.
std::optional<Piece> parse_line(std::string_view line);

}  // namespace ctrbox::runtime::logs
