// The one error of ctrbox above the state floor: a class, a message, the context added on the way out.
//
// Throw through the makers: `throw not_found("image " + quoted(name))`.
// Absence that is normal is std::optional from find_x; get_x throws not_found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace ctrbox::core {

/// Numbered as gRPC's status codes, which are also containerd's errdefs on the wire.
enum class ErrorCode {
  canceled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  not_implemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// "not found", "failed precondition", … as containerd spells them.
std::string_view to_string(ErrorCode code) noexcept;

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, int sys_errno = 0);

  ErrorCode code() const noexcept { return code_; }
  /// errno of the system call that failed, or 0.
  int sys_errno() const noexcept { return sys_errno_; }
  /// The message without its context.
  const std::string& message() const noexcept { return message_; }
  /// "outer context: inner context: message". Untrusted text inside is escaped only where it is printed.
  const char* what() const noexcept override { return text_.c_str(); }

  /// Adds "while doing this" in front. Returns *this.
  Error& add_context(std::string context);

 private:
  ErrorCode code_;
  int sys_errno_;
  std::string message_;
  std::string text_;
};

Error canceled(std::string message);
Error unknown(std::string message);
Error invalid_argument(std::string message);
Error not_found(std::string message);
Error already_exists(std::string message);
Error permission_denied(std::string message);
Error resource_exhausted(std::string message);
Error failed_precondition(std::string message);
Error out_of_range(std::string message);
Error not_implemented(std::string message);
Error internal(std::string message);
Error unavailable(std::string message);
Error data_loss(std::string message);
Error unauthenticated(std::string message);
Error deadline_exceeded(std::string message);

/// The error of a failed system call: "<what>: <strerror>", its class chosen from errno. Call it with the errno of the
/// failure, before anything else can change it.
Error system_error(std::string what, int sys_errno);

/// `"name"`: how names of objects stand in messages.
std::string quoted(std::string_view name);
// WHY: for a std::string the compiler also finds std::quoted (of <iomanip>) and likes it better than a conversion.
inline std::string quoted(const std::string& name) { return quoted(std::string_view(name)); }
inline std::string quoted(std::string& name) { return quoted(std::string_view(name)); }
inline std::string quoted(const char* name) { return quoted(std::string_view(name)); }

/// Runs `action`; an Error that leaves it gets `context` in front. A std::system_error or std::bad_alloc becomes an
/// Error.
template <typename Action>
decltype(auto) with_context(const std::string& context, Action&& action);

/// The exception being handled as an Error, whatever it was. Call only inside a catch block.
Error current_error();

template <typename Action>
decltype(auto) with_context(const std::string& context, Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (...) {
    throw current_error().add_context(context);
  }
}

}  // namespace ctrbox::core
