#include "commands/each.h"

#include "commands/errors.h"
#include "core/base/error.h"
#include "core/base/escape.h"

namespace ctrbox::commands {

int for_each_name(Context& context, const std::vector<std::string>& names, const std::string& doing,
                  const std::function<void(const std::string&)>& action, Echo echo) {
  int status = 0;
  for (const std::string& name : names) {
    if (Context::cancelled()) throw core::canceled("interrupted before " + core::quoted(name));
    try {
      core::with_context(doing + " " + name, [&] { action(name); });
      if (echo == Echo::names) context.out() << core::escape_for_terminal(name) << "\n";
    } catch (...) {
      context.out().flush();
      status = report_current_error(context.program(), context.err());
    }
  }
  return status;
}

}  // namespace ctrbox::commands
