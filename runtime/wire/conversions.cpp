#include "runtime/wire/conversions.h"

namespace ctrbox::runtime::wire {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace

void set_time(ctrbox::wire::Timestamp& message, core::UnixNanos time) {
  message.set_seconds(time / kNanosPerSecond);
  message.set_nanos(static_cast<std::int32_t>(time % kNanosPerSecond));
}

core::UnixNanos to_time(const ctrbox::wire::Timestamp& message) {
  return message.seconds() * kNanosPerSecond + message.nanos();
}

void set_mount(ctrbox::wire::Mount& message, const core::Mount& mount) {
  message.set_type(mount.type);
  message.set_source(mount.source);
  for (const auto& option : mount.options) message.add_options(option);
}

core::Mount to_mount(const ctrbox::wire::Mount& message) {
  return {message.type(), message.source(), {message.options().begin(), message.options().end()}};
}

void set_status(ctrbox::wire::Status& message, const core::Error& error) {
  message.set_code(static_cast<std::int32_t>(error.code()));
  message.set_message(error.what());
}

core::Error to_error(const ctrbox::wire::Status& message) {
  const bool known = message.code() >= static_cast<std::int32_t>(core::ErrorCode::canceled) &&
                     message.code() <= static_cast<std::int32_t>(core::ErrorCode::unauthenticated);
  return {known ? static_cast<core::ErrorCode>(message.code()) : core::ErrorCode::unknown, message.message()};
}

void parse(google::protobuf::MessageLite& message, const std::string& bytes) {
  if (!message.ParseFromString(bytes)) throw core::invalid_argument("not a " + message.GetTypeName() + " message");
}

}  // namespace ctrbox::runtime::wire
