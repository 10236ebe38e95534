#include <memory>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/flags/container.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

int create(Context& context, const ContainerFlags& flags) {
  // The name may be taken by a container whose shim was killed and which was to be removed.
  runtime::settle_tasks(context.database(), context.paths(), context.ns());
  const ContainerPlan plan = plan_container(context, flags);
  create_planned(context, flags, plan);
  if (plan.id_was_generated) context.out() << plan.request.spec.id << "\n";
  return 0;
}

}  // namespace

Action declare_containers_create(CLI::App& app) {
  const auto flags = std::make_shared<ContainerFlags>();
  add_container_flags(app, *flags);
  return [flags](Context& context) { return create(context, *flags); };
}

}  // namespace ctrbox::commands
