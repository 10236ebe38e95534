#include "runtime/shim/stdio.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/unix_socket.h"

namespace ctrbox::runtime::shim {
namespace {

class LogSink final : public Sink {
 public:
  LogSink(std::shared_ptr<logs::Writer> writer, logs::Stream stream) : writer_(std::move(writer)), stream_(stream) {}
  std::size_t write(std::span<const std::byte> bytes) override {
    writer_->write(stream_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return bytes.size();
  }

 private:
  std::shared_ptr<logs::Writer> writer_;
  logs::Stream stream_;
};

std::size_t index_of(logs::Stream stream) { return stream == logs::Stream::out ? 0 : 1; }

}  // namespace

Stdio::Stdio(core::EventLoop& loop, Children& children, const TaskName& task, StdioPlan plan, int bundle,
             const std::string& name, std::function<void()> on_output_end)
    : loop_(loop),
      children_(children),
      task_(task),
      plan_(std::move(plan)),
      bundle_(bundle),
      console_name_(name + ".sock"),
      on_output_end_(std::move(on_output_end)) {
  if (!plan_.log_directory.empty()) log_ = std::make_shared<logs::Writer>(plan_.log_directory);
  if (!plan_.in.empty()) {
    stdin_source_ = core::open_fifo_to_read(plan_.in);
    stdin_keeper_ = core::reopen_fifo_to_write(stdin_source_.get());
  }
  if (plan_.terminal) {
    console_listener_ = core::listen_unix(bundle_, console_name_);
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
  core::remove_file(bundle_, console_name_);
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
  if (!plan_.in.empty() || plan_.open_stdin) {
    core::Pipe pipe = core::make_pipe();
    child_ends_[0] = std::move(pipe.read_end);
    add_input(std::move(pipe.write_end));
  }
  const std::string* clients[] = {&plan_.out, &plan_.err};
  for (const logs::Stream stream : {logs::Stream::out, logs::Stream::err}) {
    const bool wanted = !clients[index_of(stream)]->empty() || plan_.attachable || log_ || !plan_.log_uri.empty();
    if (!wanted) continue;
    core::Pipe pipe = core::make_pipe();
    child_ends_[1 + index_of(stream)] = std::move(pipe.write_end);
    add_output(std::move(pipe.read_end), stream);
  }
}

void Stdio::add_input(core::Fd sink) {
  input_ = std::make_unique<Input>(loop_, std::move(sink));
  const bool goes_on = plan_.open_stdin || plan_.terminal;
  if (stdin_source_) input_->add(std::move(stdin_source_), goes_on ? Input::AtEnd::go_on : Input::AtEnd::close);
}

void Stdio::add_output(core::Fd source, logs::Stream stream) {
  auto& output = outputs_[index_of(stream)];
  output = std::make_unique<Output>(loop_, std::move(source), [this] { on_end_of_output(); });
  add_sink(*output, stream, stream == logs::Stream::out ? plan_.out : plan_.err);
  add_sink(*output, stream, plan_.log_uri);
  if (log_) output->add(std::make_unique<LogSink>(log_, stream), Loss::ends_nothing);
}

void Stdio::add_sink(Output& output, logs::Stream stream, const std::string& text) {
  if (text.empty()) return;
  const LogUri uri = parse_log_uri(text);
  switch (uri.kind) {
    case LogUri::Kind::file: output.add(make_file_sink(uri.path), Loss::ends_nothing); return;
    case LogUri::Kind::fifo:
      if (!plan_.one_client) {
        output.add(make_fifo_sink(uri.path), Loss::ends_nothing);
      } else {
        output.add(make_client_sink(uri.path), plan_.terminal ? Loss::ends_nothing : Loss::ends_the_stream);
      }
      return;
    case LogUri::Kind::binary:
      if (!logger_.out && !logger_.err) logger_ = start_logger(children_, task_, uri);
      output.add(make_pipe_sink(std::move(stream == logs::Stream::out ? logger_.out : logger_.err)),
                 Loss::ends_nothing);
  }
}

std::vector<core::SpawnOptions::Descriptor> Stdio::descriptors() const {
  std::vector<core::SpawnOptions::Descriptor> result;
  for (int i = 0; i < 3; ++i)
    if (child_ends_[i]) result.push_back({child_ends_[i].get(), i});
  return result;
}

void Stdio::begin() {
  if (plan_.terminal) take_terminal();
  logger_ = {};  // a stream that a terminal does not have
  for (auto& end : child_ends_) end.reset();
  if (input_) input_->start();
  for (auto& output : outputs_)
    if (output) output->start();
  if (!outputs_[0] && !outputs_[1]) on_output_end_();
}

void Stdio::take_terminal() {
  // The runtime has sent it before it ended well: nothing here waits.
  if (!terminal_ && console_listener_ && !console_connection_) accept_console();
  if (!terminal_ && console_connection_) receive_terminal();
  if (!terminal_) throw core::internal("the runtime sent no terminal");
  add_input(core::duplicate(terminal_.get()));
  add_output(core::duplicate(terminal_.get()), logs::Stream::out);
}

void Stdio::abandon() {
  close_console();
  for (auto& end : child_ends_) end.reset();
  input_.reset();
  for (auto& output : outputs_) output.reset();
  logger_ = {};
  stdin_keeper_.reset();
}

bool Stdio::output_ended() const noexcept {
  return std::all_of(std::begin(outputs_), std::end(outputs_),
                     [](const auto& output) { return !output || output->ended(); });
}

void Stdio::drain() {
  for (auto& output : outputs_)
    if (output) output->drain();
}

void Stdio::finish(Rest rest) {
  for (auto& output : outputs_)
    if (output) output->finish(rest);
}

void Stdio::on_end_of_output() {
  if (output_ended()) on_output_end_();
}

void Stdio::close_stdin() {
  if (stdin_keeper_) {
    stdin_keeper_.reset();
  } else if (input_ && !plan_.terminal) {
    input_->finish();
  }
}

void Stdio::resize(const core::WindowSize& size) {
  size_ = size;
  if (terminal_) core::set_window_size(terminal_.get(), size);
}

void Stdio::attach(const std::string& in, const std::string& out, const std::string& err) {
  // All are opened before any is used: a wrong path changes nothing.
  core::Fd source = in.empty() || !input_ ? core::Fd() : core::open_fifo_to_read(in);
  auto out_sink = out.empty() ? nullptr : make_client_sink(out);
  auto err_sink = err.empty() ? nullptr : make_client_sink(err);
  if (source) input_->add(std::move(source), Input::AtEnd::go_on);
  // Where there is no output, its end is all that the client sees.
  if (out_sink && outputs_[0]) outputs_[0]->add(std::move(out_sink), Loss::ends_nothing);
  if (err_sink && outputs_[1]) outputs_[1]->add(std::move(err_sink), Loss::ends_nothing);
}

}  // namespace ctrbox::runtime::shim
