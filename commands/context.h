// What a command may reach: the global flags, the host's paths, the state database (opened when first asked for) and the
// streams. stdout carries data only; progress, warnings and errors go to stderr.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "core/config/paths.h"
#include "state/database.h"

namespace ctrbox::commands {

struct GlobalFlags {
  std::string root;
  std::string state;
  std::string ns = "default";
  bool debug = false;
  double timeout_seconds = 0;
};

class Context {
 public:
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
  /// True once the user has asked to stop (SIGINT, SIGTERM) or --timeout is over. Async-signal safe flag behind it.
  static bool cancelled() noexcept;

 private:
  std::string program_;
  GlobalFlags flags_;
  core::Paths paths_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<state::Database> database_;
};

}  // namespace ctrbox::commands
