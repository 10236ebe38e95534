// Which task of which host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"

namespace ctrbox::runtime {

struct TaskName {
  core::Paths paths;
  std::string ns;
  std::string id;
};

}  // namespace ctrbox::runtime
