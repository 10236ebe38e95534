#include "runtime/task/process.h"

#include "core/base/error.h"
#include "runtime/task/answers.h"
#include "runtime/wire/conversions.h"
#include "shim_service.pb.h"

namespace ctrbox::runtime {
namespace {

namespace messages = ctrbox::wire;

template <typename Request>
Request about(const ShimConnection& connection, const std::string& exec_id) {
  Request request;
  request.set_id(connection.name.id);
  request.set_exec_id(exec_id);
  return request;
}

core::Error already_finished() { return core::not_found("process already finished"); }

bool is_gone(const core::Error& error) { return error.code() == core::ErrorCode::unavailable; }

}  // namespace

void Process::start() {
  messages::StartResponse response;
  ShimClient& shim = connection_->living();
  // In one piece with the wait: a process may have come and gone, and its shim with it, before a second message is
  // sent.
  const auto stream = shim.put("Start", about<messages::StartRequest>(*connection_, exec_id_));
  wait_stream_ = shim.put("Wait", about<messages::WaitRequest>(*connection_, exec_id_));
  shim.flush();
  try {
    shim.receive(stream, response);
  } catch (const core::Error& error) {
    // Killed in the middle: what it has begun is ended and recorded before the caller is told.
    if (is_gone(error)) connection_->exit_on_record(exec_id_);
    throw;
  }
  pid_ = response.pid();
}

int Process::begin_wait() {
  if (!connection_->shim) return -1;
  if (wait_stream_ == 0) {
    try {
      wait_stream_ = connection_->shim->send("Wait", about<messages::WaitRequest>(*connection_, exec_id_));
    } catch (const core::Error&) {
      return -1;
    }
  }
  return connection_->shim->fd();
}

std::optional<ExitStatus> Process::try_wait() {
  if (begin_wait() < 0) return connection_->exit_on_record(exec_id_);
  try {
    if (!connection_->shim->has(wait_stream_) && !connection_->shim->pump(wait_stream_)) return std::nullopt;
    return wait();
  } catch (const core::Error& error) {
    if (!is_gone(error)) throw;
    return connection_->exit_on_record(exec_id_);
  }
}

bool Process::has_exit() const {
  return !connection_->shim || (wait_stream_ != 0 && connection_->shim->has(wait_stream_));
}

ExitStatus Process::wait() {
  if (begin_wait() < 0) return connection_->exit_on_record(exec_id_);
  try {
    messages::WaitResponse response;
    connection_->shim->receive(std::exchange(wait_stream_, 0), response);
    return to_exit_status(response);
  } catch (const core::Error& error) {
    if (!is_gone(error)) throw;
    return connection_->exit_on_record(exec_id_);
  }
}

ProcessInfo Process::info() {
  messages::StateResponse state;
  try {
    connection_->call("State", about<messages::StateRequest>(*connection_, exec_id_), state);
  } catch (const core::Error& error) {
    if (!is_gone(error)) throw;
    throw no_running_task(connection_->name.id);
  }
  return to_process_info(state);
}

void Process::send_kill(std::uint32_t signal, bool all) {
  auto request = about<messages::KillRequest>(*connection_, exec_id_);
  request.set_signal(signal);
  request.set_all(all);
  if (!connection_->shim) throw already_finished();
  try {
    connection_->call("Kill", request);
  } catch (const core::Error& error) {
    if (!is_gone(error)) throw;
    connection_->exit_on_record(exec_id_);  // the shim ended while we spoke to it, and its task before
    throw already_finished();
  }
}

void Process::kill(std::uint32_t signal) { send_kill(signal, false); }

void Process::resize(std::uint32_t columns, std::uint32_t rows) {
  auto request = about<messages::ResizePtyRequest>(*connection_, exec_id_);
  request.set_width(columns);
  request.set_height(rows);
  connection_->call("ResizePty", request);
}

void Process::close_stdin() {
  auto request = about<messages::CloseIORequest>(*connection_, exec_id_);
  request.set_stdin(true);
  connection_->call("CloseIO", request);
}

void Process::attach(const std::string& stdin_path, const std::string& stdout_path, const std::string& stderr_path) {
  auto request = about<messages::AttachRequest>(*connection_, exec_id_);
  request.set_stdin(stdin_path);
  request.set_stdout(stdout_path);
  request.set_stderr(stderr_path);
  ShimClient& shim = connection_->living();
  const auto stream = shim.put("Attach", request, wire::kShimService);
  shim.flush();
  messages::Empty response;
  shim.receive(stream, response);
}

}  // namespace ctrbox::runtime
