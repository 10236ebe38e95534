#include "commands/flags/snapshotter.h"

#include <cstdlib>

#include "commands/flags/declare.h"
#include "core/snapshots/snapshots.h"

namespace ctrbox::commands {

void add_snapshotter(CLI::App& app, std::string& target) {
  add_value(app, "--snapshotter", target, "NAME",
            "where snapshots are kept: overlayfs (the default) or native (CONTAINERD_SNAPSHOTTER)");
}

std::string chosen_snapshotter(const std::string& typed) {
  std::string name = typed;
  if (const char* wanted = std::getenv("CONTAINERD_SNAPSHOTTER"); name.empty() && wanted != nullptr) name = wanted;
  if (name.empty()) name = core::snapshots::kDefaultSnapshotter;
  core::snapshots::check_snapshotter(name);
  return name;
}

}  // namespace ctrbox::commands
