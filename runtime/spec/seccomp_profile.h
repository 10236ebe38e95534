// A system-call filter as Docker's profiles write it: rules that count only with some capabilities, architectures or
// kernels. Resolved here into what a runtime spec has. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

struct KernelVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const KernelVersion&) const = default;
};

/// "6.1.0-18-amd64"; zeros for what is no number.
KernelVersion parse_kernel_version(std::string_view text) noexcept;

/// Names and rules of one profile.
inline constexpr std::size_t kMaxSeccompRules = 4096;

/// `linux.seccomp` for a process with exactly `capabilities`, on an architecture named as in images. Throws
/// invalid_argument for a profile that is not understood; unknown fields are passed over.
nlohmann::ordered_json seccomp_of_profile(std::string_view profile, std::span<const std::string_view> capabilities,
                                          std::string_view architecture, KernelVersion kernel);

}  // namespace ctrbox::runtime
