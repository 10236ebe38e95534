#include "commands/personality.h"

#include "commands/shim/contract.h"
#include "commands/shim/shim.h"

namespace ctrbox::commands {

std::span<const Personality> personalities() noexcept {
  static const Personality table[] = {
      {"ctr", "images, snapshots, containers and tasks", ctr_commands()},
      {"dist", "pull images and look after content", dist_commands()},
      {"shim", "looks after one task; started by ctr", {}, {}, shim_main},
      {"containerd-shim-ctrbox-v2", "looks after one task; started by containerd", {}, {}, contract_main},
      {"containerd", "serve events to containerd's clients and shims", containerd_commands(), "serve"},
  };
  return table;
}

const Personality& box() noexcept {
  static const Personality row = {"ctrbox", "containerd's world in one executable, without a daemon", box_commands()};
  return row;
}

const Personality* find_personality(std::string_view name) noexcept {
  for (const Personality& row : personalities())
    if (row.name == name) return &row;
  return nullptr;
}

std::span<const Noun> nouns() noexcept {
  static constexpr Noun table[] = {
      {"containers", {"container", "c"}, "containers: what to run, on which snapshot"},
      {"config", {}, "the configuration file"},
      {"content", {}, "blobs: manifests, configurations and layers as they came"},
      {"events", {}, "events: what has changed, and what changes"},
      {"images", {"image", "i"}, "images: names and what they point to"},
      {"namespaces", {"namespace", "ns"}, "namespaces: keep images and containers apart"},
      {"shim", {}, "shim: the process that looks after one task, asked directly"},
      {"snapshots", {"snapshot"}, "snapshots: unpacked layers and containers' file systems"},
      {"tasks", {"task", "t"}, "tasks: what runs"},
  };
  return table;
}

}  // namespace ctrbox::commands
