// The WWW-Authenticate header: which schemes a server offers, with their parameters. A parser of hostile bytes:
// bounded, touches nothing. Source: RFC 9110, 11.6.1 and 11.3. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::registry::auth {

inline constexpr std::size_t kMaxChallengeBytes = 16 * 1024;
inline constexpr std::size_t kMaxChallenges = 16;
inline constexpr std::size_t kMaxChallengeParameters = 32;

struct Challenge {
  std::string scheme;                             // lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  // names in lower case; the first of a repeated one counts

  /// "" when absent.
  std::string parameter(const std::string& name) const;
};

/// The challenges of one header value, in order. Stops quietly where the text stops making sense or goes beyond the
/// bounds: what was understood before that is returned.
std::vector<Challenge> parse_challenges(std::string_view value);

}  // namespace ctrbox::registry::auth
