#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include "state/error.h"

namespace ctrbox::core {
namespace {

ErrorCode code_of(int sys_errno) noexcept {
  switch (sys_errno) {
    case ENOENT:
    case ESRCH: return ErrorCode::not_found;
    case EEXIST: return ErrorCode::already_exists;
    case EACCES:
    case EPERM: return ErrorCode::permission_denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return ErrorCode::resource_exhausted;
    case EINVAL: return ErrorCode::invalid_argument;
    case ECANCELED: return ErrorCode::canceled;
    case ENOSYS:
    case EOPNOTSUPP: return ErrorCode::not_implemented;
    case EIO: return ErrorCode::data_loss;
    default: return ErrorCode::unknown;
  }
}

std::string lower_first_letter(std::string text) {
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z' && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

}  // namespace

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::canceled: return "canceled";
    case ErrorCode::unknown: return "unknown";
    case ErrorCode::invalid_argument: return "invalid argument";
    case ErrorCode::deadline_exceeded: return "deadline exceeded";
    case ErrorCode::not_found: return "not found";
    case ErrorCode::already_exists: return "already exists";
    case ErrorCode::permission_denied: return "permission denied";
    case ErrorCode::resource_exhausted: return "resource exhausted";
    case ErrorCode::failed_precondition: return "failed precondition";
    case ErrorCode::aborted: return "aborted";
    case ErrorCode::out_of_range: return "out of range";
    case ErrorCode::not_implemented: return "not implemented";
    case ErrorCode::internal: return "internal";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::data_loss: return "data loss";
    case ErrorCode::unauthenticated: return "unauthenticated";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string message, int sys_errno)
    : code_(code), sys_errno_(sys_errno), message_(std::move(message)), text_(message_) {}

Error& Error::add_context(std::string context) {
  text_ = std::move(context) + ": " + text_;
  return *this;
}

Error canceled(std::string message) { return {ErrorCode::canceled, std::move(message)}; }
Error unknown(std::string message) { return {ErrorCode::unknown, std::move(message)}; }
Error invalid_argument(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }
Error not_found(std::string message) { return {ErrorCode::not_found, std::move(message)}; }
Error already_exists(std::string message) { return {ErrorCode::already_exists, std::move(message)}; }
Error permission_denied(std::string message) { return {ErrorCode::permission_denied, std::move(message)}; }
Error resource_exhausted(std::string message) { return {ErrorCode::resource_exhausted, std::move(message)}; }
Error failed_precondition(std::string message) { return {ErrorCode::failed_precondition, std::move(message)}; }
Error out_of_range(std::string message) { return {ErrorCode::out_of_range, std::move(message)}; }
Error not_implemented(std::string message) { return {ErrorCode::not_implemented, std::move(message)}; }
Error internal(std::string message) { return {ErrorCode::internal, std::move(message)}; }
Error unavailable(std::string message) { return {ErrorCode::unavailable, std::move(message)}; }
Error data_loss(std::string message) { return {ErrorCode::data_loss, std::move(message)}; }
Error unauthenticated(std::string message) { return {ErrorCode::unauthenticated, std::move(message)}; }
Error deadline_exceeded(std::string message) { return {ErrorCode::deadline_exceeded, std::move(message)}; }

Error system_error(std::string what, int sys_errno) {
  return {code_of(sys_errno), std::move(what) + ": " + lower_first_letter(std::strerror(sys_errno)), sys_errno};
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return resource_exhausted("out of memory");
  } catch (const std::system_error& error) {
    if (state::is_full(error)) return resource_exhausted(error.what());
    if (state::is_busy(error)) return unavailable(error.what());
    return unknown(error.what());
  } catch (const std::exception& error) {
    return unknown(error.what());
  } catch (...) {
    return internal("an exception of an unknown type");
  }
}

}  // namespace ctrbox::core
