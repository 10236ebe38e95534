#include "commands/personality.h"

#include "commands/containerd/containerd.h"
#include "commands/shim/shim.h"

namespace ctrbox::commands {

std::span<const Personality> personalities() noexcept {
  static const Personality table[] = {
      {"ctr", "images, snapshots, containers and tasks", ctr_commands()},
      {"dist", "pull images and look after content", dist_commands()},
      {"shim", "looks after one task; started by ctr", {}, shim_main},
      {"containerd", "the events socket; not built yet in this version", {}, containerd_main},
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
      {"content", {}, "blobs: manifests, configurations and layers as they came"},
      {"images", {"image", "i"}, "images: names and what they point to"},
      {"namespaces", {"namespace", "ns"}, "namespaces: keep images and containers apart"},
      {"snapshots", {"snapshot"}, "snapshots: unpacked layers and containers' file systems"},
      {"tasks", {"task", "t"}, "tasks: what runs"},
  };
  return table;
}

}  // namespace ctrbox::commands
