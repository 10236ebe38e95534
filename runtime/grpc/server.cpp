#include "runtime/grpc/server.h"

#include "core/sys/unix_socket.h"

namespace ctrbox::runtime::grpc {
namespace {

constexpr std::size_t kMaxConnections = 1024;

}  // namespace

Server::Server(core::EventLoop& loop, Methods methods, std::function<void()> on_change)
    : loop_(loop),
      methods_(std::move(methods)),
      on_change_(std::move(on_change)),
      self_(std::make_shared<Server*>(this)) {}

Server::~Server() {
  if (listener_) loop_.remove(listener_.get());
  for (auto& [id, session] : sessions_) loop_.remove(session->fd());
}

void Server::listen(core::Fd listener) {
  listener_ = std::move(listener);
  resume_accepting();
}

void Server::resume_accepting() {
  if (listener_ && !loop_.watches(listener_.get()))
    loop_.add(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

void Server::accept() {
  try {
    while (auto connection = core::accept_unix(listener_.get())) {
      // One too many is closed at once: the peer sees it and may try again.
      if (sessions_.size() < kMaxConnections) serve(std::move(*connection));
    }
  } catch (const core::Error&) {
    loop_.remove(listener_.get());  // no descriptors left: until one is free, others wait in the socket
  }
}

void Server::serve(core::Fd connection) {
  const std::uint64_t id = next_session_++;
  auto session = std::make_unique<Session>(
      std::move(connection), [this, id](std::int32_t stream, const Request& request) { on_call(id, stream, request); });
  loop_.add(session->fd(), EPOLLIN | EPOLLOUT, [this, id](std::uint32_t events) { on_events(id, events); });
  sessions_[id] = std::move(session);
  on_change_();
}

void Server::on_call(std::uint64_t id, std::int32_t stream, const Request& request) {
  if (const UnaryHandler* unary = methods_.find_unary(request.path)) {
    (*unary)(request, Reply(self_, id, stream));
  } else if (const StreamHandler* handler = methods_.find_stream(request.path)) {
    sessions_.at(id)->stream(stream, (*handler)(request));
  } else {
    throw methods_.unknown(request.path);
  }
}

void Server::on_events(std::uint64_t id, std::uint32_t events) {
  Session& session = *sessions_.at(id);
  bool usable = true;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) usable = session.receive();
  // What was answered to requests that came before the end is sent as far as it goes.
  const bool sent = flush(session);
  if (!usable || !sent) drop(id);
}

bool Server::flush(Session& session) {
  const bool usable = session.flush();
  loop_.change(session.fd(), session.has_more() ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return usable;
}

void Server::flush_later(Session& session) { loop_.change(session.fd(), EPOLLIN | EPOLLOUT); }

void Server::answer(std::uint64_t id, std::int32_t stream, std::string_view message) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  found->second->answer(stream, message);
  flush_later(*found->second);
}

void Server::answer(std::uint64_t id, std::int32_t stream, const core::Error& error) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  found->second->answer(stream, error);
  flush_later(*found->second);
}

void Server::wake() {
  for (auto next = sessions_.begin(); next != sessions_.end();) {
    const auto [id, session] = std::pair(next->first, next->second.get());
    ++next;
    session->wake();
    if (!flush(*session)) drop(id);
  }
}

void Server::stop(const core::Error& error) {
  if (listener_) loop_.remove(listener_.get());
  listener_.reset();
  for (auto& [id, session] : sessions_) {
    session->stop(error);
    flush_later(*session);
  }
}

void Server::drop(std::uint64_t id) {
  const auto found = sessions_.find(id);
  loop_.remove(found->second->fd());
  sessions_.erase(found);
  resume_accepting();
  on_change_();
}

}  // namespace ctrbox::runtime::grpc
