#include "bench/events_client.h"

#include <fcntl.h>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace events_load {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::int32_t kWindow = 1 << 20;  // of a stream and of a connection
constexpr std::size_t kPrefixBytes = 5;

std::int64_t wall_ns() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// --- protobuf, as far as it goes here

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void put_number(std::string& out, int field, std::uint64_t value) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3);
  put_varint(out, value);
}

void put_bytes(std::string& out, int field, std::string_view bytes) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3 | 2);
  put_varint(out, bytes.size());
  out.append(bytes);
}

std::uint64_t take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("torn varint");
}

/// Calls `take(field, number, bytes)` for each field; of `number` and `bytes` the one that is there.
template <typename Take>
void read_fields(std::string_view message, Take take) {
  while (!message.empty()) {
    const std::uint64_t key = take_varint(message);
    const std::uint64_t value = take_varint(message);
    if ((key & 7) == 0) {
      take(key >> 3, value, std::string_view());
    } else if ((key & 7) == 2 && value <= message.size()) {
      take(key >> 3, 0, message.substr(0, value));
      message.remove_prefix(value);
    } else {
      throw std::runtime_error("a field of an unexpected kind");
    }
  }
}

// --- events

constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kNumberDigits = 8;  // the last ones of the id tell the event's number

/// A PublishRequest with a TaskExit in it, numbered.
std::string publish_request(std::uint32_t number) {
  std::array<char, kNumberDigits + 1> digits = {};
  std::snprintf(digits.data(), digits.size(), "%08x", number);
  const std::string id = std::string(kIdBytes - kNumberDigits, 'c') + digits.data();
  std::string time;
  put_number(time, 1, 1'500'000'000);
  put_number(time, 2, 123'456'789);
  std::string exit;
  put_bytes(exit, 1, id);
  put_bytes(exit, 2, id);
  put_number(exit, 3, 4242);
  put_number(exit, 4, 137);
  put_bytes(exit, 5, time);
  std::string any;
  put_bytes(any, 1, "containerd.events.TaskExit");
  put_bytes(any, 2, exit);
  std::string request;
  put_bytes(request, 1, "/tasks/exit");
  put_bytes(request, 2, any);
  return request;
}

struct Envelope {
  std::int64_t stamp = 0;
  std::optional<std::uint32_t> number;  // of an event of ours
};

Envelope read_envelope(std::string_view message) {
  Envelope envelope;
  read_fields(message, [&](std::uint64_t field, std::uint64_t, std::string_view bytes) {
    if (field == 1) {
      read_fields(bytes, [&](std::uint64_t part, std::uint64_t number, std::string_view) {
        envelope.stamp += static_cast<std::int64_t>(number) * (part == 1 ? 1'000'000'000 : 1);
      });
    } else if (field == 4) {
      read_fields(bytes, [&](std::uint64_t part, std::uint64_t, std::string_view value) {
        if (part != 2 || value.size() < 2 + kIdBytes || value[1] != static_cast<char>(kIdBytes)) return;
        const char* digits = value.data() + 2 + kIdBytes - kNumberDigits;
        std::uint32_t number = 0;
        if (std::from_chars(digits, digits + kNumberDigits, number, 16).ec == std::errc{}) envelope.number = number;
      });
    }
  });
  return envelope;
}

// --- connections

nghttp2_nv header(std::string_view name, std::string_view value) {
  // SAFETY: nghttp2 copies both and changes neither.
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

int connect_to(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
  }
  const int error = errno;
  close(fd);
  throw std::runtime_error("connecting to " + path + ": " + std::strerror(error));
}

}  // namespace

struct Connection::Call {
  std::string body;
  std::size_t sent = 0;
  std::string status;
  std::string message;
};

struct Connection::Callbacks {
  static Connection& self(void* user_data) { return *static_cast<Connection*>(user_data); }

  static ssize_t on_read(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size, std::uint32_t* flags,
                         nghttp2_data_source* source, void*) {
    Call& call = *static_cast<Call*>(source->ptr);
    const std::size_t count = std::min(size, call.body.size() - call.sent);  // the window may have room for a part
    std::memcpy(buffer, call.body.data() + call.sent, count);
    call.sent += count;
    if (call.sent == call.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t, void*) {
    auto* call = static_cast<Call*>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
    if (call == nullptr) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    if (key == "grpc-status") call->status.assign(reinterpret_cast<const char*>(value), value_size);
    if (key == "grpc-message") call->message.assign(reinterpret_cast<const char*>(value), value_size);
    return 0;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size,
                     void* user_data) {
    try {
      self(user_data).on_data({reinterpret_cast<const char*>(data), size});
    } catch (const std::exception& error) {
      self(user_data).fault_ = error.what();
    }
    return 0;
  }

  static int on_close(nghttp2_session* session, std::int32_t stream, std::uint32_t, void* user_data) {
    auto* call = static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream));
    self(user_data).unused_.emplace_back(call);
    try {
      if (call->status != "0")
        throw std::runtime_error("a call ended with status " + call->status + " " + call->message);
      self(user_data).on_end();
    } catch (const std::exception& error) {
      self(user_data).fault_ = error.what();
    }
    return 0;
  }
};

Connection::Connection(const std::string& socket) : fd_(connect_to(socket)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::on_close);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
}

Connection::~Connection() {
  nghttp2_session_del(session_);  // what its open calls were given goes with the process
  close(fd_);
}

pollfd Connection::wanted() const {
  return {fd_, static_cast<short>(outgoing_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
}

void Connection::call(std::string_view method, std::string_view message) {
  if (unused_.empty()) unused_.push_back(std::make_unique<Call>());
  Call* call = unused_.back().release();
  unused_.pop_back();
  const auto size = static_cast<std::uint32_t>(message.size());
  call->body = {0, static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                static_cast<char>(size)};
  call->body.append(message);
  call->sent = 0;
  call->status.clear();
  const nghttp2_nv headers[] = {header(":method", "POST"),
                                header(":scheme", "http"),
                                header(":path", method),
                                header(":authority", "localhost"),
                                header("content-type", "application/grpc"),
                                header("te", "trailers"),
                                header("containerd-namespace", "bench")};
  nghttp2_data_provider provider = {};
  provider.source.ptr = call;
  provider.read_callback = Callbacks::on_read;
  if (nghttp2_submit_request(session_, nullptr, headers, std::size(headers), &provider, call) < 0)
    throw std::runtime_error("nghttp2 takes no more requests");
}

void Connection::flush() {
  while (true) {
    const std::uint8_t* data = nullptr;
    ssize_t size = 0;
    while (outgoing_.size() < kBufferBytes && (size = nghttp2_session_mem_send(session_, &data)) > 0)
      outgoing_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    if (size < 0) throw std::runtime_error(std::string("nghttp2: ") + nghttp2_strerror(static_cast<int>(size)));
    if (outgoing_.empty()) return;
    const ssize_t sent = send(fd_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) throw std::runtime_error(std::string("sending: ") + std::strerror(errno));
    outgoing_.erase(0, static_cast<std::size_t>(sent));
  }
}

void Connection::receive() {
  static thread_local std::array<std::uint8_t, kBufferBytes> buffer;
  const ssize_t count = read(fd_, buffer.data(), buffer.size());
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) throw std::runtime_error("the server has closed the connection");
  if (nghttp2_session_mem_recv(session_, buffer.data(), static_cast<std::size_t>(count)) < 0)
    throw std::runtime_error("the server does not speak HTTP/2");
  if (!fault_.empty()) throw std::runtime_error(fault_);
}

void pump(const std::vector<Connection*>& connections, int timeout_ms) {
  std::array<pollfd, 64> wanted = {};
  for (std::size_t i = 0; i < connections.size(); ++i) wanted.at(i) = connections[i]->wanted();
  if (poll(wanted.data(), connections.size(), timeout_ms) < 0) throw std::runtime_error("poll failed");
  for (std::size_t i = 0; i < connections.size(); ++i) {
    if (wanted[i].revents == 0) continue;
    if ((wanted[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) connections[i]->receive();
    connections[i]->flush();
  }
}

void Publisher::publish(std::uint32_t number) {
  call("/containerd.services.events.v1.Events/Publish", publish_request(number));
  ++in_flight_;
}

void Publisher::ask_version() {
  call("/containerd.services.version.v1.Version/Version", "");
  ++in_flight_;
}

Subscriber::Subscriber(const std::string& socket) : Connection(socket) {
  call("/containerd.services.events.v1.Events/Subscribe", "");
  flush();
}

void Subscriber::expect(std::uint32_t events) {
  count_ = 0;
  order_ = 0;
  seen_.assign(events, false);
  late_.clear();
}

void Subscriber::on_data(std::string_view bytes) {
  buffer_.append(bytes);
  std::string_view rest = buffer_;
  while (rest.size() >= kPrefixBytes) {
    std::size_t size = 0;
    for (std::size_t i = 1; i < kPrefixBytes; ++i) size = size << 8 | static_cast<std::uint8_t>(rest[i]);
    if (rest.size() < kPrefixBytes + size) break;
    on_event(rest.substr(kPrefixBytes, size));
    rest.remove_prefix(kPrefixBytes + size);
  }
  buffer_.erase(0, buffer_.size() - rest.size());
}

void Subscriber::on_end() { throw std::runtime_error("the subscription has ended"); }

void Subscriber::on_event(std::string_view bytes) {
  const Envelope envelope = read_envelope(bytes);
  last_at_ = Clock::now();
  late_.push_back(wall_ns() - envelope.stamp);
  last_ = envelope.number.value_or(0);
  ++count_;
  if (!envelope.number || last_ >= kWarm) return;
  if (last_ >= seen_.size() || seen_[last_]) throw std::runtime_error("an event that was not expected, or came twice");
  seen_[last_] = true;
  order_ = order_ * 1'000'003 + last_;
}

}  // namespace events_load
