// What a command may reach: the global flags, the host's paths, the state database (opened when first asked for) and
// the streams. stdout carries data only; progress, warnings and errors go to stderr. One per process. Thread: the main
// one; cancelled() from any. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "commands/flags/global.h"
#include "core/config/paths.h"
#include "state/database.h"

namespace ctrbox::commands {

class Context {
 public:
  /// Throws core::Error if root or state cannot be chosen. Touches nothing on disk.
  Context(std::string program, GlobalFlags flags, std::ostream& out, std::ostream& err);
  ~Context();

  /// "ctr", "dist": the prefix of messages.
  const std::string& program() const noexcept { return program_; }
  /// The namespace chosen by --namespace, CONTAINERD_NAMESPACE or default. Throws invalid_argument for a bad name.
  const std::string& ns() const;
  const core::Paths& paths() const noexcept { return paths_; }
  /// Opens (and at the very first use creates) the state on first call.
  state::Database& database();
  std::ostream& out() noexcept { return out_; }
  std::ostream& err() noexcept { return err_; }
  bool debug() const noexcept { return flags_.debug; }
  /// True once the user has asked to stop (SIGINT, SIGTERM) or --timeout is over.
  static bool cancelled() noexcept;

  /// What followed a raw_after command's positionals, verbatim.
  const std::vector<std::string>& tail() const noexcept { return tail_; }
  void set_tail(std::vector<std::string> tail) { tail_ = std::move(tail); }

 private:
  std::string program_;
  GlobalFlags flags_;
  core::Paths paths_;
  std::ostream& out_;
  std::ostream& err_;
  std::vector<std::string> tail_;
  std::unique_ptr<state::Database> database_;
};

}  // namespace ctrbox::commands
