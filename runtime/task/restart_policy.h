// Whether and when a container that has ended is started again: docker's words, kept as the container's label
// containerd.io/restart.policy, as containerd does. Pure values. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

inline constexpr const char* kRestartPolicyLabel = "containerd.io/restart.policy";
/// Where its output goes when nobody says it anew (CreateOptions::log_uri).
inline constexpr const char* kRestartLogLabel = "containerd.io/restart.loguri";
/// "true" once a user has stopped it: its shim does not start it again, and a reboot only if the policy is always.
inline constexpr const char* kExplicitlyStoppedLabel = "containerd.io/restart.explicitly-stopped";

struct RestartPolicy {
  enum class When { no, on_failure, unless_stopped, always };
  When when = When::no;
  std::optional<std::uint32_t> most;  // of on-failure: starts after the first; none: no limit

  /// After `restarts` starts beyond the first.
  bool wants_restart(std::uint32_t exit_status, std::uint32_t restarts) const noexcept;
  /// Also when the host was started anew. An on-failure container is then not known to have failed.
  bool survives_reboot() const noexcept { return when == When::always || when == When::unless_stopped; }
};

/// "no" (or ""), "always", "unless-stopped", "on-failure", "on-failure:3". Throws invalid_argument.
RestartPolicy parse_restart_policy(std::string_view text);

/// How long to wait before the next start: 100 ms, doubled with each start in a row that did not live ten seconds, at
/// most a minute.
std::chrono::milliseconds restart_delay(std::uint32_t short_lives) noexcept;
inline constexpr std::chrono::seconds kLongLife{10};

}  // namespace ctrbox::runtime
