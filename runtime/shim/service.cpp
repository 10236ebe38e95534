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

/// Processes beside the first are not served yet.
template <typename Message>
Message parse_for_init(const std::string& payload) {
  auto message = parse<Message>(payload);
  if (!message.exec_id().empty()) throw core::not_found("process id " + message.exec_id() + " not found");
  return message;
}

}  // namespace

struct Service::Method {
  const char* name;
  void (Service::*serve)(const std::string& payload, const ttrpc::Reply& reply);
};

const Service::Method Service::kMethods[] = {
    {"State", &Service::state},       {"Create", &Service::create}, {"Start", &Service::start},
    {"Delete", &Service::remove},     {"Pids", &Service::pids},     {"Pause", &Service::pause},
    {"Resume", &Service::resume},     {"Kill", &Service::kill},     {"ResizePty", &Service::resize},
    {"CloseIO", &Service::close_io},  {"Wait", &Service::wait},     {"Connect", &Service::connect},
    {"Shutdown", &Service::shutdown}, {"Stats", &Service::stats},   {"Update", &Service::update},
};

void Service::call(const messages::Request& request, const ttrpc::Reply& reply) {
  if (request.service() == wire::kTaskService)
    for (const auto& method : kMethods)
      if (request.method() == method.name) return (this->*method.serve)(request.payload(), reply);
  throw core::not_implemented(request.service() + "/" + request.method() + " is not served by this shim");
}

void Service::state(const std::string& payload, const ttrpc::Reply& reply) {
  parse_for_init<messages::StateRequest>(payload);
  reply.send(container_.state());
}

void Service::create(const std::string& payload, const ttrpc::Reply& reply) {
  container_.create(parse<messages::CreateTaskRequest>(payload), reply);
}

void Service::start(const std::string& payload, const ttrpc::Reply& reply) {
  parse_for_init<messages::StartRequest>(payload);
  container_.start(reply);
}

void Service::remove(const std::string& payload, const ttrpc::Reply& reply) {
  parse_for_init<messages::DeleteRequest>(payload);
  container_.remove(reply);
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
  const auto request = parse_for_init<messages::KillRequest>(payload);
  container_.kill(request.signal(), request.all(), reply);
}

void Service::resize(const std::string& payload, const ttrpc::Reply& reply) {
  const auto request = parse_for_init<messages::ResizePtyRequest>(payload);
  container_.resize({request.width(), request.height()});
  reply.send(messages::Empty());
}

void Service::close_io(const std::string& payload, const ttrpc::Reply& reply) {
  const auto request = parse_for_init<messages::CloseIORequest>(payload);
  if (request.stdin()) container_.close_stdin();
  reply.send(messages::Empty());
}

void Service::wait(const std::string& payload, const ttrpc::Reply& reply) {
  parse_for_init<messages::WaitRequest>(payload);
  container_.wait(reply);
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
