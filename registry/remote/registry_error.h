// What a registry says when it refuses: the OCI error document as one short line, and the error it becomes.
// Source: OCI distribution-spec, "Error Codes".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "registry/http/message.h"
#include "registry/http/secrets.h"

namespace ctrbox::registry::remote {

/// At most a few hundred bytes of a text from outside, on one line.
std::string bounded_text(std::string_view text);

/// "not found: MANIFEST_UNKNOWN: manifest unknown", from status and body. Bounded, without secrets: those go before the
/// text is cut, since half a secret is one still.
std::string error_text(const http::Response& response, const http::Secrets& secrets);

/// The error for an answer that is no success. `what` was wanted, "" when the
/// context says so.
core::Error error_of(const http::Response& response, const std::string& what, const http::Secrets& secrets);

}  // namespace ctrbox::registry::remote
