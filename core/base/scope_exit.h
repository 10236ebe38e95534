// Runs a function when the scope ends, however it ends. The function must not throw.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace ctrbox::core {

template <typename Action>
class [[nodiscard]] ScopeExit {
 public:
  explicit ScopeExit(Action action) : action_(std::move(action)) {}
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;
  ~ScopeExit() {
    if (armed_) action_();
  }
  /// The action will not run.
  void release() noexcept { armed_ = false; }

 private:
  Action action_;
  bool armed_ = true;
};

}  // namespace ctrbox::core
