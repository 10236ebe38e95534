// From the host of a reference to the server that is asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "registry/http/url.h"
#include "registry/remote/access.h"

namespace ctrbox::registry::remote {

/// docker.io is registry-1.docker.io, always by TLS; loopback hosts are spoken to in plain http, others only when told.
/// Throws invalid_argument if `host` is none.
http::Origin choose_endpoint(const std::string& host, const Access& access);

}  // namespace ctrbox::registry::remote
