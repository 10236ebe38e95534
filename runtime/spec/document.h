// JSON documents that users hand in: a whole config.json, a seccomp profile. Bounded in size and depth before anything
// looks at them. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

inline constexpr std::size_t kMaxDocumentBytes = 1 << 20;
inline constexpr int kMaxDocumentDepth = 64;

/// Returns the object that `text` is. Throws invalid_argument, beginning with `what` ("the seccomp profile").
nlohmann::ordered_json parse_document(std::string_view text, const std::string& what);

/// Runs `read`, which takes values out of a document; one that is missing or of another type becomes invalid_argument.
nlohmann::ordered_json read_document(const std::string& what, const std::function<nlohmann::ordered_json()>& read);

}  // namespace ctrbox::runtime
