// URLs as the security rules see them: who is talked to (the origin), and what may be printed.
// Parsing is libcurl's, so that what is checked is what is connected to. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctrbox::registry::http {

inline constexpr std::size_t kMaxUrlBytes = 16 * 1024;

/// Whom a request goes to. Credentials belong to exactly one origin.
struct Origin {
  std::string scheme;  // lower case
  std::string host;    // lower case; IPv6 in brackets
  int port = 0;
  bool operator==(const Origin&) const = default;
  /// "https://example.com", "http://127.0.0.1:5000".
  std::string text() const;
};

/// Throws invalid_argument if it is no http or https URL, or carries a user name.
Origin origin_of(const std::string& url);
/// Where a Location header leads, seen from `base`. Throws invalid_argument as origin_of.
std::string resolve_location(const std::string& base, const std::string& location);
/// `url` with `pairs` added to its query, encoded.
std::string with_query(const std::string& url, const std::vector<std::pair<std::string, std::string>>& pairs);
/// The pairs as the body of a form.
std::string encode_form(const std::vector<std::pair<std::string, std::string>>& pairs);
/// Without user, query and fragment: signed URLs carry secrets there.
std::string printable_url(const std::string& url);
/// localhost, 127.0.0.0/8 and ::1, with or without a port.
bool is_loopback(std::string_view host) noexcept;

}  // namespace ctrbox::registry::http
