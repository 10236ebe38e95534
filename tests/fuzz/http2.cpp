// A gRPC connection whose client sends anything. The first byte says how (see Way), the rest is what it sends.
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <array>

#include "core/sys/fifo.h"
#include "property.h"
#include "runtime/grpc/session.h"

using namespace ctrbox;
using runtime::grpc::Session;

namespace {

constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);  // and empty settings

/// The bits of the first byte.
enum Way : unsigned { with_preface = 1, is_torn = 2, is_stopped = 4, peer_reads = 8 };

/// A few messages of different sizes, now and then none, then an error.
class Messages : public runtime::grpc::MessageSource {
 public:
  std::optional<std::string> next() override {
    switch (++count_) {
      case 1: return "";
      case 2: return std::nullopt;
      case 3: return std::string(100'000, 'x');  // larger than the window
      case 4: return "last";
      default: throw core::canceled("the end of the stream\n\xff");
    }
  }

 private:
  int count_ = 0;
};

/// The last letter of the path says what becomes of the call: unary, stream, fail, throw; others are answered late.
class Handler {
 public:
  void operator()(Session& session, std::int32_t stream, const runtime::grpc::Request& request) {
    const char kind = request.path.empty() ? '\0' : request.path.back();
    if (kind == 'u') return session.answer(stream, request.message);
    if (kind == 's') return session.stream(stream, std::make_unique<Messages>());
    if (kind == 'f') return session.answer(stream, core::not_found("nothing of " + request.metadata_value("name")));
    if (kind == 't') throw core::invalid_argument(std::string(10'000, '%'));
    late_.push_back(stream);
  }
  void answer_late(Session& session) {
    for (const std::int32_t stream : late_) session.answer(stream, "late");
    late_.clear();
  }

 private:
  std::vector<std::int32_t> late_;
};

void drain(int fd) {
  static std::array<std::byte, 1 << 16> buffer;
  while (core::try_read(fd, buffer).value_or(0) != 0) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const unsigned way = input.take_byte();
  std::array<int, 2> ends{};
  fuzz::require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
  const core::Fd peer(ends[1]);
  Handler handler;
  Session* self = nullptr;
  Session session(core::Fd(ends[0]), [&](auto stream, const auto& request) { handler(*self, stream, request); });
  self = &session;

  const auto flush = [&] {
    const bool goes_on = session.flush();
    if (way & peer_reads) drain(peer.get());
    return goes_on;
  };
  if ((way & with_preface) && !session.feed(kPreface)) return 0;
  while (!input.empty()) {
    if (!session.feed(input.take(way & is_torn ? 7 : input.rest().size())) || !flush()) return 0;
    handler.answer_late(session);
    session.wake();
  }
  if (way & is_stopped) session.stop(core::unavailable("going"));
  for (int i = 0; i < 4 && flush(); ++i) session.wake();
  return 0;
}
