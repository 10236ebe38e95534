#include "runtime/shim/service.h"

#include <unistd.h>

namespace ctrbox::runtime::shim {
namespace {

namespace messages = ctrbox::wire;

constexpr const char* kProtocolVersion = "v2";

template <typename Message>
Message parse(const std::string& payload) {
  Message message;
  wire::parse(message, payload);
  return message;
}

}  // namespace

struct Service::Method {
  const char* service;
  const char* name;
  void (Service::*serve)(const std::string& payload, const ttrpc::Reply& reply);
};

const Service::Method Service::kMethods[] = {
    {wire::kTaskService, "State", &Service::state},      {wire::kTaskService, "Create", &Service::create},
    {wire::kTaskService, "Start", &Service::start},      {wire::kTaskService, "Delete", &Service::remove},
    {wire::kTaskService, "Pids", &Service::pids},        {wire::kTaskService, "Pause", &Service::pause},
    {wire::kTaskService, "Resume", &Service::resume},    {wire::kTaskService, "Kill", &Service::kill},
    {wire::kTaskService, "Exec", &Service::exec},        {wire::kTaskService, "ResizePty", &Service::resize},
    {wire::kTaskService, "CloseIO", &Service::close_io}, {wire::kTaskService, "Wait", &Service::wait},
    {wire::kTaskService, "Connect", &Service::connect},  {wire::kTaskService, "Shutdown", &Service::shutdown},
    {wire::kShimService, "Attach", &Service::attach},    {wire::kTaskService, "Stats", &Service::stats},
    {wire::kTaskService, "Update", &Service::update},    {wire::kTaskService, "Checkpoint", &Service::checkpoint},
};

void Service::call(const messages::Request& request, const ttrpc::Reply& reply) {
  for (const auto& method : kMethods)
    if (request.service() == method.service && request.method() == method.name)
      return (this->*method.serve)(request.payload(), reply);
  throw core::not_implemented(request.service() + "/" + request.method() + " is not served by this shim");
}

void Service::state(const std::string& payload, const ttrpc::Reply& reply) {
  reply.send(container_.state(parse<messages::StateRequest>(payload).exec_id()));
}

void Service::create(const std::string& payload, const ttrpc::Reply& reply) {
  container_.create(parse<messages::CreateTaskRequest>(payload), reply);
}

void Service::start(const std::string& payload, const ttrpc::Reply& reply) {
  container_.start(parse<messages::StartRequest>(payload).exec_id(), reply);
}

void Service::remove(const std::string& payload, const ttrpc::Reply& reply) {
  container_.remove(parse<messages::DeleteRequest>(payload).exec_id(), reply);
}

void Service::pids(const std::string& payload, const ttrpc::Reply& reply) {
  parse<messages::PidsRequest>(payload);
  container_.processes(reply);
}

void Service::pause(const std::string& payload, const ttrpc::Reply& reply) {
  parse<messages::PauseRequest>(payload);
  container_.pause(reply);
}

void Service::resume(const std::string& payload, const ttrpc::Reply& reply) {
  parse<messages::ResumeRequest>(payload);
  container_.resume(reply);
}

void Service::kill(const std::string& payload, const ttrpc::Reply& reply) {
  container_.kill(parse<messages::KillRequest>(payload), reply);
}

void Service::exec(const std::string& payload, const ttrpc::Reply& reply) {
  container_.exec(parse<messages::ExecProcessRequest>(payload), reply);
}

void Service::attach(const std::string& payload, const ttrpc::Reply& reply) {
  container_.attach(parse<messages::AttachRequest>(payload));
  reply.send(messages::Empty());
}

void Service::checkpoint(const std::string& payload, const ttrpc::Reply& reply) {
  container_.checkpoint(parse<messages::CheckpointTaskRequest>(payload), reply);
}

void Service::resize(const std::string& payload, const ttrpc::Reply& reply) {
  const auto request = parse<messages::ResizePtyRequest>(payload);
  container_.resize(request.exec_id(), {request.width(), request.height()});
  reply.send(messages::Empty());
}

void Service::close_io(const std::string& payload, const ttrpc::Reply& reply) {
  const auto request = parse<messages::CloseIORequest>(payload);
  if (request.stdin()) container_.close_stdin(request.exec_id());
  reply.send(messages::Empty());
}

void Service::wait(const std::string& payload, const ttrpc::Reply& reply) {
  container_.wait(parse<messages::WaitRequest>(payload).exec_id(), reply);
}

void Service::connect(const std::string& payload, const ttrpc::Reply& reply) {
  parse<messages::ConnectRequest>(payload);
  messages::ConnectResponse response;
  response.set_shim_pid(static_cast<std::uint32_t>(getpid()));
  response.set_task_pid(container_.pid());
  response.set_version(kProtocolVersion);
  reply.send(response);
}

void Service::stats(const std::string& payload, const ttrpc::Reply& reply) {
  parse<messages::StatsRequest>(payload);
  container_.stats(reply);
}

void Service::update(const std::string& payload, const ttrpc::Reply& reply) {
  container_.update(parse<messages::UpdateTaskRequest>(payload), reply);
}

void Service::shutdown(const std::string& payload, const ttrpc::Reply& reply) {
  const auto request = parse<messages::ShutdownRequest>(payload);
  reply.send(messages::Empty());
  const bool holds_task = container_.current() != TaskState::absent && container_.current() != TaskState::removed;
  if (request.now() || !holds_task) on_shutdown_();
}

}  // namespace ctrbox::runtime::shim
