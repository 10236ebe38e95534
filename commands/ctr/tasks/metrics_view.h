// How metrics are shown: as a list, as a row, as JSON. The names in list and JSON are the same. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/ui/table.h"
#include "core/base/clock.h"
#include "runtime/metrics/metrics.h"

namespace ctrbox::commands {

/// Metrics of one container at one moment.
struct Sample {
  std::string id;
  core::UnixNanos at = 0;
  std::int64_t steady_ns = 0;  // the same moment on a clock that is never set
  runtime::Metrics metrics;
};

/// "METRIC VALUE", for people.
Table metrics_list(const runtime::Metrics& metrics);
/// "METRIC VALUE" with the kernel's names and bare numbers.
Table kernel_figures(const runtime::Metrics& metrics);

/// The header of rows.
std::vector<std::string> metrics_header();
/// `before` is an earlier sample of the same container, or nullptr: then there is no CPU %.
std::vector<std::string> metrics_row(const Sample& sample, const Sample* before);

/// One line, without its end.
std::string metrics_json(const Sample& sample);

}  // namespace ctrbox::commands
