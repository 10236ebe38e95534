#include "runtime/task/start_failure.h"

#include <string_view>

namespace ctrbox::runtime {

int exit_code_of_start_failure(const core::Error& error) {
  // The runtime says it in words only: `… exec: "name": executable file not found in $PATH` (runc) and
  // "executable file `name` not found in $PATH" (crun). Anything it says of other files is a failure of the set-up.
  const std::string_view text = error.what();
  const auto at = text.find("exec: \"");
  const std::string_view rest = at != text.npos ? text.substr(at) : std::string_view();
  const auto says = [](std::string_view where, std::string_view what) { return where.find(what) != where.npos; };
  if (says(text, "executable file") && says(text, "not found in $PATH")) return kExitNotFound;
  if (says(rest, "no such file or directory")) return kExitNotFound;
  if (says(rest, "permission denied") || says(rest, "exec format error") || says(rest, "is a directory") ||
      says(rest, "not a directory"))
    return kExitCannotExecute;
  return kExitOurs;
}

}  // namespace ctrbox::runtime
