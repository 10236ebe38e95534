#include "runtime/shim/stdio.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/unix_socket.h"
#include "runtime/task/bundle.h"

namespace ctrbox::runtime::shim {
namespace {

/// The writing end, whether or not somebody reads already.
core::Fd open_output(const std::string& path) {
  const core::Fd reader = core::open_fifo_to_read(path);  // so that there is somebody: us
  return core::reopen_fifo_to_write(reader.get());
}

core::Fd duplicate(int fd) {
  core::Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw core::system_error("duplicating a descriptor", errno);
  return copy;
}

}  // namespace

Stdio::Stdio(core::EventLoop& loop, StdioPaths paths, int bundle, std::function<void()> on_output_end)
    : loop_(loop), paths_(std::move(paths)), bundle_(bundle), on_output_end_(std::move(on_output_end)) {
  if (!paths_.in.empty()) {
    stdin_source_ = core::open_fifo_to_read(paths_.in);
    stdin_keeper_ = core::reopen_fifo_to_write(stdin_source_.get());
  }
  if (paths_.terminal) {
    console_listener_ = core::listen_unix(bundle_, kBundleConsole);
    loop_.add(console_listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_console(); });
  } else {
    make_pipes();
  }
}

Stdio::~Stdio() { close_console(); }

void Stdio::close_console() {
  if (console_connection_) loop_.remove(console_connection_.get());
  console_connection_.reset();
  if (!console_listener_) return;
  loop_.remove(console_listener_.get());
  console_listener_.reset();
  core::remove_file(bundle_, kBundleConsole);
}

void Stdio::accept_console() {
  auto connection = core::accept_unix(console_listener_.get());
  if (!connection || console_connection_) return;
  console_connection_ = std::move(*connection);
  // The terminal has its size before the process runs on it, since the runtime has more to do after it has sent it.
  loop_.add(console_connection_.get(), EPOLLIN, [this](std::uint32_t) { receive_terminal(); });
}

void Stdio::receive_terminal() {
  try {
    terminal_ = core::receive_descriptor(console_connection_.get());
    if (size_) core::set_window_size(terminal_.get(), *size_);
  } catch (const core::Error&) {
    // The runtime failed: it says why itself.
  }
  close_console();
}

void Stdio::make_pipes() {
  if (!paths_.in.empty()) {
    core::Pipe pipe = core::make_pipe();
    child_ends_[0] = std::move(pipe.read_end);
    add_input(std::move(pipe.write_end));
  }
  const std::string* outputs[] = {&paths_.out, &paths_.err};
  for (int i = 0; i < 2; ++i) {
    if (outputs[i]->empty()) continue;
    core::Pipe pipe = core::make_pipe();
    child_ends_[i + 1] = std::move(pipe.write_end);
    add_output(std::move(pipe.read_end), *outputs[i]);
  }
}

void Stdio::add_input(core::Fd sink) {
  input_ = std::make_unique<Copier>(loop_, std::move(stdin_source_), std::move(sink), Copier::SinkKind::stream, [] {});
}

void Stdio::add_output(core::Fd source, const std::string& path) {
  core::Fd sink = path.empty() ? core::Fd() : open_output(path);
  const auto kind = paths_.one_client && !paths_.terminal ? Copier::SinkKind::stream : Copier::SinkKind::fifo;
  outputs_.push_back(
      std::make_unique<Copier>(loop_, std::move(source), std::move(sink), kind, [this] { on_end_of_output(); }));
}

std::vector<core::SpawnOptions::Descriptor> Stdio::descriptors() const {
  std::vector<core::SpawnOptions::Descriptor> result;
  for (int i = 0; i < 3; ++i)
    if (child_ends_[i]) result.push_back({child_ends_[i].get(), i});
  return result;
}

std::string Stdio::console_socket() const { return paths_.terminal ? kBundleConsole : ""; }

void Stdio::begin() {
  if (paths_.terminal) take_terminal();
  for (auto& end : child_ends_) end.reset();
  if (input_) input_->start();
  for (auto& output : outputs_) output->start();
  if (outputs_.empty()) on_output_end_();
}

void Stdio::take_terminal() {
  // The runtime has sent it before it ended well: nothing here waits.
  if (!terminal_ && console_listener_ && !console_connection_) accept_console();
  if (!terminal_ && console_connection_) receive_terminal();
  if (!terminal_) throw core::internal("the runtime sent no terminal");
  if (!paths_.in.empty()) add_input(duplicate(terminal_.get()));
  add_output(duplicate(terminal_.get()), paths_.out);
}

void Stdio::abandon() {
  close_console();
  for (auto& end : child_ends_) end.reset();
  input_.reset();
  outputs_.clear();
  stdin_keeper_.reset();
}

bool Stdio::output_ended() const noexcept {
  return std::all_of(outputs_.begin(), outputs_.end(), [](const auto& output) { return output->ended(); });
}

void Stdio::drain() {
  for (auto& output : outputs_) output->drain();
}

void Stdio::on_end_of_output() {
  if (output_ended()) on_output_end_();
}

void Stdio::close_stdin() { stdin_keeper_.reset(); }

void Stdio::resize(const core::WindowSize& size) {
  size_ = size;
  if (terminal_) core::set_window_size(terminal_.get(), size);
}

}  // namespace ctrbox::runtime::shim
