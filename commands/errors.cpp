#include "commands/errors.h"

#include "core/base/escape.h"
#include "core/sys/interrupt.h"

namespace ctrbox::commands {
namespace {

constexpr int kFailure = 1;
constexpr int kSignalBase = 128;

bool class_is_told(core::ErrorCode code) noexcept {
  switch (code) {
    case core::ErrorCode::invalid_argument:
    case core::ErrorCode::not_found:
    case core::ErrorCode::already_exists:
    case core::ErrorCode::failed_precondition:
    case core::ErrorCode::unavailable: return true;
    default: return false;
  }
}

/// "layer sha256:…: " of "layer sha256:…: interrupted": nobody has interrupted us.
std::string without_interrupted(std::string text) {
  constexpr std::string_view kWord = "interrupted";
  if (!text.ends_with(kWord)) return text + ": ";
  text.resize(text.size() - kWord.size());
  return text;
}

int report(const std::string& program, std::ostream& err) {
  try {
    throw;
  } catch (const UsageError& error) {
    err << program << ": " << core::escape_for_terminal(error.what());
    if (!error.hint().empty()) err << " (see '" << error.hint() << "')";
    err << "\n";
    return kFailure;
  } catch (...) {
    const core::Error error = core::current_error();
    if (error.code() == core::ErrorCode::canceled && core::out_of_time()) {
      err << program << ": " << without_interrupted(describe(error)) << "the time of --timeout is over\n";
      return kFailure;
    }
    err << program << ": " << describe(error) << "\n";
    const int signal = core::interrupting_signal();
    return signal != 0 ? kSignalBase + signal : kFailure;
  }
}

}  // namespace

std::string describe(const core::Error& error) {
  std::string text = error.what();
  const std::string suffix = ": " + std::string(core::to_string(error.code()));
  // An errno's own words say it better.
  if (class_is_told(error.code()) && error.sys_errno() == 0 && text.find(suffix) == std::string::npos) text += suffix;
  return core::escape_for_terminal(text);
}

int report_current_error(const std::string& program, std::ostream& err) noexcept {
  try {
    return report(program, err);
  } catch (...) {
    return kFailure;  // not even the report could be made: no memory, or stderr is gone
  }
}

}  // namespace ctrbox::commands
