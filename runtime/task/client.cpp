#include "runtime/task/client.h"

#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/readable.h"

namespace ctrbox::runtime {
namespace {

constexpr std::size_t kReadBytes = 8192;
constexpr int kPatienceMs = 5000;

core::Error shim_is_gone() { return core::unavailable("the shim has ended"); }

/// A shim that is stopped, or has no descriptors left, may never answer. The user may still stop: then the answer is
/// waited for a little longer, since it may be part of tidying up.
void await_answer(int fd) {
  try {
    if (core::wait_readable(std::span(&fd, 1), std::nullopt)) return;
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::canceled) throw;
  }
  if (!core::wait_for_input(fd, kPatienceMs)) throw core::canceled("the shim does not answer");
}

}  // namespace

std::uint32_t ShimClient::put(const std::string& method, const google::protobuf::MessageLite& request,
                              const char* service) {
  const std::uint32_t stream = next_stream_;
  next_stream_ += 2;
  ctrbox::wire::Request envelope;
  envelope.set_service(service);
  envelope.set_method(method);
  request.SerializeToString(envelope.mutable_payload());
  wire::encode_frame(outgoing_, stream, wire::FrameType::request, envelope.SerializeAsString());
  return stream;
}

void ShimClient::flush() {
  const std::string bytes = std::exchange(outgoing_, {});
  try {
    core::write_all(connection_.get(), bytes);
  } catch (const core::Error&) {
    throw shim_is_gone();
  }
}

bool ShimClient::pump(std::uint32_t stream) {
  std::array<std::byte, kReadBytes> buffer;
  std::size_t count = 0;
  await_answer(connection_.get());
  try {
    count = core::read_some(connection_.get(), buffer);
  } catch (const core::Error&) {
    // A reset: as good as the end.
  }
  if (count == 0) throw shim_is_gone();
  decoder_.append(std::span(buffer).first(count));
  while (auto frame = decoder_.next())
    if (frame->type == wire::FrameType::response) answers_[frame->stream] = std::move(frame->payload);
  return has(stream);
}

void ShimClient::receive(std::uint32_t stream, google::protobuf::MessageLite& response) {
  while (!has(stream)) pump(stream);
  ctrbox::wire::Response envelope;
  wire::parse(envelope, answers_.extract(stream).mapped());
  if (envelope.status().code() != 0) throw wire::to_error(envelope.status());
  wire::parse(response, envelope.payload());
}

}  // namespace ctrbox::runtime
