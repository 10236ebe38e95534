#include "runtime/grpc/session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

#include "core/sys/fifo.h"

namespace ctrbox::runtime::grpc {
namespace {

constexpr std::size_t kReadBytes = 32 * 1024;
constexpr std::size_t kSendBytes = 64 * 1024;  // gathered for one write
constexpr int kWritesAtOnce = 8;
constexpr std::size_t kMaxHeaderBytes = 16 * 1024;  // of one call, names and values
constexpr std::uint32_t kMaxConcurrentCalls = 256;
constexpr std::size_t kMaxStatusBytes = 4 * 1024;  // of an error's text; headers are bounded at the peer as well

/// Headers that every call has and no handler asks for.
bool is_transport(std::string_view name) noexcept {
  return name.starts_with(':') || name == "te" || name == "user-agent" || name.starts_with("grpc-");
}

nghttp2_nv header(std::string_view name, std::string_view value) {
  // SAFETY: nghttp2 copies both and changes neither; its type is not const for the sake of other flags.
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

struct SessionCallbacks {
  nghttp2_session_callbacks* callbacks = nullptr;
  SessionCallbacks() { nghttp2_session_callbacks_new(&callbacks); }
  ~SessionCallbacks() { nghttp2_session_callbacks_del(callbacks); }
};

}  // namespace

struct Session::Call {
  Request request;
  std::string http_method;
  std::string content_type;
  std::size_t header_bytes = 0;
  MessageDecoder decoder;
  std::optional<core::Error> fault;  // of the request, found while it came in

  bool dispatched = false;
  bool answered = false;
  bool deferred = false;  // the peer could take more, and there was nothing
  std::unique_ptr<MessageSource> source;
  std::string body;  // framed messages; what is before `sent` is with nghttp2 already
  std::size_t sent = 0;
  std::optional<core::Error> error;  // the status of the end; none: OK
  bool ended = false;                // nothing follows `body` but the status
};

/// nghttp2 calls these; an exception must not pass through it. What is thrown here is a lack of memory, and ends us.
struct Session::Callbacks {
  static Session& self(void* user_data) { return *static_cast<Session*>(user_data); }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) noexcept {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Session& session = self(user_data);
    if (session.stopping_) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    session.calls_[frame->hd.stream_id] = std::make_unique<Call>();
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) noexcept {
    Call* call = self(user_data).find(frame->hd.stream_id);
    if (call == nullptr) return 0;
    call->header_bytes += name_size + value_size;
    if (call->header_bytes > kMaxHeaderBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":path") {
      call->request.path = text;
    } else if (key == ":method") {
      call->http_method = text;
    } else if (key == "content-type") {
      call->content_type = text;
    } else if (!is_transport(key)) {
      call->request.metadata.emplace(key, text);
    }
    return 0;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data, std::size_t size,
                     void* user_data) noexcept {
    Call* call = self(user_data).find(stream);
    if (call == nullptr || call->fault) return 0;
    try {
      call->decoder.append({reinterpret_cast<const char*>(data), size});
      if (call->decoder.begun() > 1) throw core::invalid_argument("a request of several messages, one is wanted");
    } catch (const core::Error& error) {
      call->fault = error;
    }
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) noexcept {
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    Session& session = self(user_data);
    Call* call = may_end ? session.find(frame->hd.stream_id) : nullptr;
    if (call == nullptr || call->dispatched) return 0;
    // What is wrong is told at once: the rest of a message that is too large is not waited for.
    if (ends || call->fault) session.dispatch(frame->hd.stream_id, *call);
    return 0;
  }

  static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user_data) noexcept {
    self(user_data).calls_.erase(stream);
    return 0;
  }

  static ssize_t on_read(nghttp2_session*, std::int32_t stream, std::uint8_t* buffer, std::size_t size,
                         std::uint32_t* flags, nghttp2_data_source*, void* user_data) noexcept {
    Session& session = self(user_data);
    Call* call = session.find(stream);
    if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t count = session.read_body(stream, *call, {buffer, size}, *flags);
    call->deferred = count == 0 && *flags == 0;
    return call->deferred ? ssize_t{NGHTTP2_ERR_DEFERRED} : static_cast<ssize_t>(count);
  }
};

Session::Session(core::Fd fd, OnCall on_call) : fd_(std::move(fd)), on_call_(std::move(on_call)) {
  SessionCallbacks made;
  nghttp2_session_callbacks_set_on_begin_headers_callback(made.callbacks, Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(made.callbacks, Callbacks::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made.callbacks, Callbacks::on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made.callbacks, Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(made.callbacks, Callbacks::on_close);
  if (nghttp2_session_server_new(&session_, made.callbacks, this) != 0) throw core::resource_exhausted("out of memory");
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMaxConcurrentCalls},
                                             {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMaxHeaderBytes}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
}

Session::~Session() { nghttp2_session_del(session_); }

Session::Call* Session::find(std::int32_t stream) {
  const auto found = calls_.find(stream);
  return found == calls_.end() ? nullptr : found->second.get();
}

bool Session::receive() {
  std::array<std::byte, kReadBytes> buffer;
  try {
    const auto count = core::try_read(fd_.get(), buffer);
    if (!count) return true;
    return *count != 0 && feed({reinterpret_cast<const char*>(buffer.data()), *count});
  } catch (const core::Error&) {
    return false;  // the peer has gone
  }
}

bool Session::feed(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return nghttp2_session_mem_recv(session_, data, bytes.size()) >= 0;
}

/// Puts what nghttp2 has to send behind what is there, up to one write's worth. Returns false if the session is broken.
bool Session::gather() {
  while (outgoing_.size() < kSendBytes) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size < 0) return false;
    if (size == 0) break;
    outgoing_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  return true;
}

bool Session::flush() {
  has_more_ = true;
  try {
    // A peer that reads as fast as we write gets its share, and then the others have their turn.
    for (int writes = 0; writes < kWritesAtOnce; ++writes) {
      if (!gather()) return false;
      has_more_ = !outgoing_.empty();
      if (!has_more_) break;
      const auto count = core::try_write(fd_.get(), std::as_bytes(std::span(outgoing_)));
      if (!count) return true;
      outgoing_.erase(0, *count);
    }
  } catch (const core::Error&) {
    return false;  // the peer has gone
  }
  if (has_more_) return true;
  if (calls_.empty()) std::string().swap(outgoing_);  // an idle connection keeps no memory
  if (stopping_ && calls_.empty()) return false;
  return nghttp2_session_want_read(session_) != 0 || nghttp2_session_want_write(session_) != 0;
}

/// Everything that can be wrong with a request before its method is looked at.
void Session::dispatch(std::int32_t stream, Call& call) {
  call.dispatched = true;
  try {
    if (call.http_method != "POST" || !call.content_type.starts_with("application/grpc"))
      throw core::invalid_argument("not a gRPC request: " + call.http_method + " of " +
                                   (call.content_type.empty() ? "no content type" : call.content_type));
    if (call.fault) throw core::Error(*call.fault);
    std::vector<std::string> messages = call.decoder.take();
    if (messages.size() != 1 || call.decoder.in_message())
      throw core::invalid_argument("a request of " + std::to_string(messages.size()) + " messages, one is wanted");
    call.request.message = std::move(messages.front());
    on_call_(stream, call.request);
  } catch (...) {
    answer(stream, core::current_error());
  }
  call.request = {};
}

void Session::submit_headers(std::int32_t stream, Call& call) {
  call.answered = true;
  const nghttp2_nv headers[] = {header(":status", "200"), header("content-type", "application/grpc"),
                                header("grpc-accept-encoding", "identity")};
  nghttp2_data_provider provider = {};
  provider.read_callback = Callbacks::on_read;
  nghttp2_submit_response(session_, stream, headers, std::size(headers), &provider);
}

void Session::answer(std::int32_t stream, std::string_view message) {
  Call* call = find(stream);
  if (call == nullptr || call->answered) return;
  append_message(call->body, message);
  call->ended = true;
  submit_headers(stream, *call);
}

void Session::answer(std::int32_t stream, const core::Error& error) {
  Call* call = find(stream);
  if (call == nullptr || call->answered) return;
  call->error = error;
  call->ended = true;
  submit_headers(stream, *call);
}

void Session::stream(std::int32_t stream, std::unique_ptr<MessageSource> source) {
  Call* call = find(stream);
  if (call == nullptr || call->answered) return;
  call->source = std::move(source);
  submit_headers(stream, *call);
}

void Session::wake() {
  for (auto& [stream, call] : calls_) {
    if (!call->deferred) continue;
    call->deferred = false;
    nghttp2_session_resume_data(session_, stream);
  }
}

void Session::stop(const core::Error& error) {
  stopping_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
  for (auto& [stream, call] : calls_) {
    if (!call->dispatched) {
      call->dispatched = true;
      answer(stream, error);
    } else if (call->source) {
      call->source.reset();
      call->error = error;
      call->ended = true;
    }
  }
  wake();
}

bool Session::refill(Call& call) noexcept {
  if (call.ended || !call.source) return false;
  call.body.clear();
  call.sent = 0;
  try {
    const auto message = call.source->next();
    if (!message) return false;
    append_message(call.body, *message);
    return true;
  } catch (...) {
    call.error = core::current_error();
    call.ended = true;
    return false;
  }
}

/// Fills `buffer`; at the end of the call submits its status, which goes out behind the last byte.
std::size_t Session::read_body(std::int32_t stream, Call& call, std::span<std::uint8_t> buffer, std::uint32_t& flags) {
  std::size_t filled = 0;
  while (filled < buffer.size() && (call.sent < call.body.size() || refill(call))) {
    const std::size_t count = std::min(buffer.size() - filled, call.body.size() - call.sent);
    std::copy_n(call.body.data() + call.sent, count, reinterpret_cast<char*>(buffer.data()) + filled);
    call.sent += count;
    filled += count;
  }
  if (!call.ended || call.sent < call.body.size()) return filled;
  flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  const std::string code = std::to_string(call.error ? static_cast<int>(call.error->code()) : 0);
  std::string text;
  if (call.error) text = encode_status_message(call.error->what(), kMaxStatusBytes);
  const nghttp2_nv trailers[] = {header("grpc-status", code), header("grpc-message", text)};
  nghttp2_submit_trailer(session_, stream, trailers, call.error ? 2 : 1);
  return filled;
}

}  // namespace ctrbox::runtime::grpc
