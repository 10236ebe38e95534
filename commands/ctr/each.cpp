#include "commands/ctr/each.h"

#include "commands/context.h"
#include "commands/errors.h"

namespace ctrbox::commands {

int for_each_name(Context& context, const std::vector<std::string>& names,
                  const std::function<void(const std::string& name)>& action) {
  int status = 0;
  for (const std::string& name : names) {
    try {
      action(name);
    } catch (...) {
      const int failure = report_current_error(context.program(), context.err());
      if (status == 0) status = failure;
      if (Context::cancelled()) break;
    }
  }
  return status;
}

}  // namespace ctrbox::commands
