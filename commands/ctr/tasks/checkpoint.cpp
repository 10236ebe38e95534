#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "runtime/checkpoint/checkpoint.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string image;
  bool rw = false;
  bool exit = false;
};

int checkpoint(Context& context, const Options& options) {
  runtime::CheckpointRequest request;
  request.ns = context.ns();
  request.id = options.id;
  request.image = options.image;
  request.rw = options.rw;
  request.exit = options.exit;
  const auto made = runtime::make_checkpoint(context.database(), context.paths(), request);
  context.out() << made.target.digest.text() << '\n';
  return 0;
}

}  // namespace

Action declare_tasks_checkpoint(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "--exit", options->exit, "end the container once its checkpoint is safe");
  add_switch(app, "--rw", options->rw, "with what the container has changed of its root file system");
  add_value(app, "--image", options->image, "REF",
            "name of the checkpoint; containerd.io/checkpoint/ID:TIME when left out");
  add_positional(app, "CONTAINER", options->id, "container");
  return [options](Context& context) { return checkpoint(context, *options); };
}

}  // namespace ctrbox::commands
