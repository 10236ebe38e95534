#include "runtime/ttrpc/server.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "core/sys/fifo.h"
#include "core/sys/unix_socket.h"

namespace ctrbox::runtime::ttrpc {
namespace {

constexpr std::size_t kReadBytes = 8192;
constexpr std::size_t kMaxConnections = 256;
constexpr std::chrono::milliseconds kAfterFailure{10};
// A peer that sends requests and never reads the answers is cut off.
constexpr std::size_t kMaxOutgoingBytes = 2 * wire::kMaxFrameBytes;

}  // namespace

void Reply::send(const google::protobuf::MessageLite& message) const {
  ctrbox::wire::Response response;
  message.SerializeToString(response.mutable_payload());
  respond(response);
}

void Reply::fail(const core::Error& error) const {
  ctrbox::wire::Response response;
  wire::set_status(*response.mutable_status(), error);
  respond(response);
}

bool Reply::is_reachable() const noexcept {
  const auto server = server_.lock();
  return server && (*server)->connections_.count(connection_) != 0;
}

void Reply::respond(const ctrbox::wire::Response& response) const {
  if (const auto server = server_.lock()) (*server)->respond(connection_, stream_, response);
}

Server::Server(core::EventLoop& loop, OnRequest on_request, std::function<void()> on_idle)
    : loop_(loop),
      on_request_(std::move(on_request)),
      on_idle_(std::move(on_idle)),
      self_(std::make_shared<Server*>(this)) {}

Server::~Server() {
  stop_listening();
  for (auto& [id, connection] : connections_) loop_.remove(connection.fd.get());
}

void Server::listen(core::Fd listener, Peers peers) {
  listener_ = std::move(listener);
  peers_ = peers;
  resume_accepting();
}

void Server::resume_accepting() {
  if (listener_ && !loop_.watches(listener_.get()))
    loop_.add(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

void Server::accept() {
  try {
    while (auto connection = core::accept_unix(listener_.get()))
      if (is_welcome(connection->get())) serve(std::move(*connection));
  } catch (const core::Error&) {
    // No descriptors left: until a connection ends, others wait in the socket. Where there is none, nobody would tell.
    if (connections_.empty()) {
      std::this_thread::sleep_for(kAfterFailure);
    } else {
      loop_.remove(listener_.get());
    }
  }
}

bool Server::is_welcome(int connection) const {
  if (connections_.size() >= kMaxConnections) return false;
  return peers_ == Peers::all || core::peer_of(connection).uid == geteuid();
}

void Server::stop_listening() {
  if (listener_) loop_.remove(listener_.get());
  listener_.reset();
}

void Server::serve(core::Fd connection) {
  core::set_nonblocking(connection.get());
  const std::uint64_t id = next_connection_++;
  const int fd = connection.get();
  connections_[id].fd = std::move(connection);
  loop_.add(fd, EPOLLIN, [this, id](std::uint32_t events) { on_events(id, events); });
}

void Server::on_events(std::uint64_t id, std::uint32_t events) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  bool usable = true;
  try {
    if ((events & EPOLLOUT) != 0) usable = flush(found->second);
    if (usable && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) usable = receive(id, found->second);
  } catch (const core::Error&) {
    usable = false;  // not our protocol, or gone
  }
  if (!usable) drop(id);
}

bool Server::receive(std::uint64_t id, Connection& connection) {
  std::array<std::byte, kReadBytes> buffer;
  const auto count = core::try_read(connection.fd.get(), buffer);
  if (!count) return true;
  if (*count == 0) return false;
  connection.decoder.append(std::span(buffer).first(*count));
  while (const auto frame = connection.decoder.next()) {
    if (frame->type != wire::FrameType::request) throw core::invalid_argument("not a request");
    ctrbox::wire::Request request;
    wire::parse(request, frame->payload);
    const Reply reply(self_, id, frame->stream);
    try {
      on_request_(request, reply);
    } catch (...) {
      reply.fail(core::current_error());
    }
  }
  return connection.outgoing.size() <= kMaxOutgoingBytes;
}

bool Server::flush(Connection& connection) {
  while (!connection.outgoing.empty()) {
    const auto bytes = std::as_bytes(std::span(connection.outgoing));
    const auto count = core::try_write(connection.fd.get(), bytes);
    if (!count) break;
    connection.outgoing.erase(0, *count);
  }
  const bool waiting = !connection.outgoing.empty();
  if (!waiting) std::string().swap(connection.outgoing);
  loop_.change(connection.fd.get(), waiting ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return connection.outgoing.size() <= kMaxOutgoingBytes;
}

void Server::respond(std::uint64_t id, std::uint32_t stream, const ctrbox::wire::Response& response) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  wire::encode_frame(found->second.outgoing, stream, wire::FrameType::response, response.SerializeAsString());
  try {
    // What cannot go now goes when the loop says so; a connection that is gone is noticed there as well.
    flush(found->second);
  } catch (const core::Error&) {
  }
}

void Server::drop(std::uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  loop_.remove(found->second.fd.get());
  connections_.erase(found);
  resume_accepting();
  if (connections_.empty()) on_idle_();
}

}  // namespace ctrbox::runtime::ttrpc
