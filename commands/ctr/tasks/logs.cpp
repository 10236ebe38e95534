#include <memory>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
namespace ctrbox::commands {
Action declare_tasks_logs(CLI::App&) { return [](Context&) { return 0; }; }
}  // namespace ctrbox::commands
