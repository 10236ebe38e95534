// The standard streams of one process: pipes or a terminal on its side, and whoever reads and writes on the other.
//
// All ends of fifos are opened without waiting, and kept open by the shim: a client may go and come back.
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
#include "runtime/logs/writer.h"
#include "runtime/shim/children.h"
#include "runtime/shim/input.h"
#include "runtime/shim/logger.h"
#include "runtime/shim/output.h"

namespace ctrbox::runtime::shim {

struct StdioPlan {
  std::string in, out, err;  // fifos, or URIs for the latter two (log_uri.h); "" is nobody
  bool terminal = false;
  /// The fifos have one client only (`ctr run` in the foreground): once it has closed one, nobody will ever read it,
  /// and a process without a terminal is to see a broken pipe. Otherwise output is dropped until somebody reads.
  bool one_client = false;
  /// Streams without a client are there all the same, for those that attach later; otherwise they are /dev/null.
  bool attachable = false;
  bool open_stdin = false;    // stdin as well
  std::string log_uri;        // where output goes besides: "" nowhere
  std::string log_directory;  // and in the container's own log: "" not
};

class Stdio {
 public:
  /// Opens what the plan names and makes the process's pipes. Files of its own are named `name`.* in the bundle. Throws
  /// core::Error. `on_output_end` is called once from the loop, when the process and all that share its streams have
  /// closed them and everything is handed on.
  Stdio(core::EventLoop& loop, Children& children, const TaskName& task, StdioPlan plan, int bundle,
        const std::string& name, std::function<void()> on_output_end);
  ~Stdio();

  /// What the runtime's command is to be started with.
  std::vector<core::SpawnOptions::Descriptor> descriptors() const;
  /// A path in the bundle; "" without a terminal.
  std::string console_socket() const { return plan_.terminal ? console_name_ : ""; }

  /// The command has ended well: takes the terminal, closes the process's ends here, and begins to copy.
  void begin();
  /// Nothing was started: closes everything.
  void abandon();
  /// The process has ended: hands on what it has written, and then lets go of those who wait for its output. What
  /// others that share its streams write later is dropped.
  void finish(Rest rest);
  /// Hands on what is there, now: after an exit the client need not wait another turn of the loop.
  void drain();
  bool output_ended() const noexcept;
  /// The clients will write no more: once all have closed the fifo, the process sees the end.
  void close_stdin();
  /// Remembered until there is a terminal.
  void resize(const core::WindowSize& size);
  /// One more client, with fifos of its own ("" leaves one out).
  void attach(const std::string& in, const std::string& out, const std::string& err);

  const StdioPlan& plan() const noexcept { return plan_; }

 private:
  void make_pipes();
  void accept_console();
  void receive_terminal();
  void close_console();
  void take_terminal();
  void add_input(core::Fd sink);
  void add_output(core::Fd source, logs::Stream stream);
  void add_sink(Output& output, logs::Stream stream, const std::string& uri);
  void on_end_of_output();

  core::EventLoop& loop_;
  Children& children_;
  const TaskName& task_;
  StdioPlan plan_;
  int bundle_;
  std::string console_name_;
  std::function<void()> on_output_end_;
  std::shared_ptr<logs::Writer> log_;
  LoggerPipes logger_;
  core::Fd console_listener_;
  core::Fd console_connection_;
  core::Fd terminal_;
  std::optional<core::WindowSize> size_;
  core::Fd child_ends_[3];
  core::Fd stdin_source_;
  core::Fd stdin_keeper_;  // a writing end, so that the fifo does not end between two clients
  std::unique_ptr<Input> input_;
  std::unique_ptr<Output> outputs_[2];
};

}  // namespace ctrbox::runtime::shim
