// The standard streams of the container's first process: pipes or a terminal on its side, fifos on the client's.
//
// Both ends of the fifos are opened without waiting, and kept open by the shim: a client may go and come back.
// Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/sys/event_loop.h"
#include "core/sys/pty.h"
#include "core/sys/spawn.h"
#include "runtime/shim/copier.h"

namespace ctrbox::runtime::shim {

struct StdioPaths {
  std::string in, out, err;  // fifos; "" is /dev/null
  bool terminal = false;
  /// The fifos have one client only (`ctr run` in the foreground): once it has closed one, nobody will ever read it,
  /// and the process is to see a broken pipe, as it would in a pipeline. Otherwise output is dropped until somebody
  /// reads.
  bool one_client = false;
};

class Stdio {
 public:
  /// Opens the client's fifos and makes the container's pipes. Throws core::Error. `on_output_end` is called once from
  /// the loop, when the process and all that share its streams have closed them and everything is handed on.
  Stdio(core::EventLoop& loop, StdioPaths paths, int bundle, std::function<void()> on_output_end);
  ~Stdio();

  /// What the runtime's command is to be started with.
  std::vector<core::SpawnOptions::Descriptor> descriptors() const;
  /// "" without a terminal.
  std::string console_socket() const;

  /// The command has ended well: takes the terminal, closes the container's ends here, and begins to copy.
  void begin();
  /// Nothing was started: closes everything.
  void abandon();
  bool output_ended() const noexcept;
  /// Hands on what the process has written, now: after its exit the client need not wait another turn of the loop.
  void drain();
  /// The client will write no more: once it and all others have closed the fifo, the process sees the end.
  void close_stdin();
  /// Remembered until there is a terminal.
  void resize(const core::WindowSize& size);

 private:
  using Copiers = std::vector<std::unique_ptr<Copier>>;

  void make_pipes();
  void accept_console();
  void receive_terminal();
  void close_console();
  void take_terminal();
  void add_input(core::Fd sink);
  void add_output(core::Fd source, const std::string& path);
  void on_end_of_output();

  core::EventLoop& loop_;
  StdioPaths paths_;
  int bundle_;
  std::function<void()> on_output_end_;
  core::Fd console_listener_;
  core::Fd console_connection_;
  core::Fd terminal_;
  std::optional<core::WindowSize> size_;
  core::Fd child_ends_[3];
  core::Fd stdin_source_;
  core::Fd stdin_keeper_;  // a writing end, so that the fifo does not end between two clients
  std::unique_ptr<Copier> input_;
  Copiers outputs_;
};

}  // namespace ctrbox::runtime::shim
