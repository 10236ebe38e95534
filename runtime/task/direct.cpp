#include "runtime/task/direct.h"

#include "core/base/error.h"
#include "core/sys/unix_socket.h"
#include "runtime/task/answers.h"
#include "runtime/task/bundle.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime {
namespace {

namespace messages = ctrbox::wire;

constexpr std::string_view kUnix = "unix://";

template <typename Request>
Request about(const std::string& id) {
  Request request;
  request.set_id(id);
  return request;
}

template <typename Request>
Request about(const std::string& id, const std::string& exec_id) {
  auto request = about<Request>(id);
  request.set_exec_id(exec_id);
  return request;
}

}  // namespace

DirectShim DirectShim::at(const std::string& address) {
  const std::string path = address.starts_with(kUnix) ? address.substr(kUnix.size()) : address;
  if (!path.starts_with('/'))
    throw core::invalid_argument("address " + core::quoted(address) + " is no absolute path of a unix socket");
  return DirectShim(ShimClient(core::connect_unix(path)));
}

std::string DirectShim::address_of(const core::Paths& paths, const std::string& ns, const std::string& id) {
  return paths.task(ns, id) + "/" + kBundleSocket;
}

ShimState DirectShim::state(const std::string& id, const std::string& exec_id) {
  messages::StateResponse response;
  client_.call("State", about<messages::StateRequest>(id, exec_id), response);
  return {response.id(), response.bundle(), response.exec_id(), to_process_info(response)};
}

ShimConnect DirectShim::connect(const std::string& id) {
  messages::ConnectResponse response;
  client_.call("Connect", about<messages::ConnectRequest>(id), response);
  return {response.shim_pid(), response.task_pid(), response.version()};
}

std::vector<std::uint32_t> DirectShim::pids(const std::string& id) {
  messages::PidsResponse response;
  client_.call("Pids", about<messages::PidsRequest>(id), response);
  std::vector<std::uint32_t> pids;
  for (const auto& process : response.processes()) pids.push_back(process.pid());
  return pids;
}

ExitStatus DirectShim::wait(const std::string& id, const std::string& exec_id) {
  messages::WaitResponse response;
  client_.call("Wait", about<messages::WaitRequest>(id, exec_id), response);
  return to_exit_status(response);
}

void DirectShim::start(const std::string& id, const std::string& exec_id) {
  messages::StartResponse response;
  client_.call("Start", about<messages::StartRequest>(id, exec_id), response);
}

ExitStatus DirectShim::remove(const std::string& id, const std::string& exec_id) {
  messages::DeleteResponse response;
  client_.call("Delete", about<messages::DeleteRequest>(id, exec_id), response);
  return to_exit_status(response);
}

void DirectShim::kill(const std::string& id, const std::string& exec_id, std::uint32_t signal, bool all) {
  auto request = about<messages::KillRequest>(id, exec_id);
  request.set_signal(signal);
  request.set_all(all);
  messages::Empty response;
  client_.call("Kill", request, response);
}

void DirectShim::pause(const std::string& id) {
  messages::Empty response;
  client_.call("Pause", about<messages::PauseRequest>(id), response);
}

void DirectShim::resume(const std::string& id) {
  messages::Empty response;
  client_.call("Resume", about<messages::ResumeRequest>(id), response);
}

void DirectShim::shutdown(const std::string& id, bool now) {
  auto request = about<messages::ShutdownRequest>(id);
  request.set_now(now);
  messages::Empty response;
  client_.call("Shutdown", request, response);
}

}  // namespace ctrbox::runtime
