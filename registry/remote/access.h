// How a registry is reached: what the command line and the configuration say about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ctrbox::registry {

struct Access {
  bool plain_http = false;  // implied for loopback hosts
  bool skip_verify = false;
  std::string username;  // credentials are bound to the reference's scheme, host and port
  std::string password;
};

}  // namespace ctrbox::registry
