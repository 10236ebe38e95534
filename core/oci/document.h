// A JSON document from outside, and the members one may take from it. All of core/oci's parsers read through here, so
// that bounds and refusals are the same everywhere: size, depth, duplicate members, types, numbers. Private to
// core/oci. Thread: any. Every function throws invalid_argument and says which member is wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/oci/digest.h"

namespace ctrbox::core::document {

/// Parses an object of at most `max_bytes` and kMaxJsonDepth levels in which no member occurs twice. `what`
/// ("manifest") begins every message.
nlohmann::json parse_object(std::string_view text, std::size_t max_bytes, const std::string& what);

/// The member, or nullptr when it is absent or null (which Go's writers put for absent).
const nlohmann::json* find_member(const nlohmann::json& object, const char* name);
/// Whether a member is there, whatever it is.
bool has_member(const nlohmann::json& object, const char* name);

/// Members by type; absent gives the empty value. Strings never hold NUL, which the kernel would take for their end.
std::string string_member(const nlohmann::json& object, const char* name);
std::vector<std::string> strings_member(const nlohmann::json& object, const char* name);
std::map<std::string, std::string> string_map_member(const nlohmann::json& object, const char* name);

/// As above, but absence is refused.
const nlohmann::json& object_member(const nlohmann::json& object, const char* name);
const nlohmann::json& array_member(const nlohmann::json& object, const char* name);
Digest digest_member(const nlohmann::json& object, const char* name);
/// A whole number from 0 to 2^53 - 1: what every JSON reader in the world reads alike.
std::int64_t size_member(const nlohmann::json& object, const char* name);
/// A string that is a digest.
Digest to_digest(const nlohmann::json& value, const char* name);

}  // namespace ctrbox::core::document
