// Unpacks layer files (plain, gzip or zstd; base first) into a store of its own and tells how long each step took.
//
//   unpack_layers [--snapshotter NAME] [--mounts] ROOT LAYER...
//
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "core/archive/inflate.h"
#include "core/base/error.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/unpack.h"
#include "core/sys/file.h"
#include "state/transaction.h"
#include "support/memory_source.h"

namespace ctrbox {
namespace {

struct Options {
  std::string snapshotter = "overlayfs";
  bool mounts = false;
  std::string root;
  std::vector<std::string> layers;
};

std::string inflate_file(const std::string& path) {
  std::string plain;
  core::Inflater inflater(
      [&](std::span<const std::byte> data) { plain.append(reinterpret_cast<const char*>(data.data()), data.size()); });
  const core::Fd file = core::open_at(AT_FDCWD, path, O_RDONLY);
  std::vector<std::byte> buffer(1 << 20);
  while (const std::size_t size = core::read_some(file.get(), buffer)) inflater.write(std::span(buffer).first(size));
  inflater.finish();
  return plain;
}

std::string diff_id_of(const std::string& plain) { return core::Digest::of(plain).text(); }

/// Wall and processor time: on a busy machine only the second says something.
class Clock {
 public:
  void lap(const char* what) {
    const auto now = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    std::fprintf(stderr, "%-8s %7.3f s wall %7.3f s cpu\n", what, std::chrono::duration<double>(now - last_).count(),
                 static_cast<double>(cpu - cpu_) / CLOCKS_PER_SEC);
    last_ = now;
    cpu_ = cpu;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

Options parse(int argc, char** argv) {
  Options options;
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--snapshotter") == 0 && i + 1 < argc) {
      options.snapshotter = argv[++i];
    } else if (std::strcmp(argv[i], "--mounts") == 0) {
      options.mounts = true;
    } else {
      words.emplace_back(argv[i]);
    }
  }
  if (words.size() < 2) throw core::invalid_argument("usage: unpack_layers [options] ROOT LAYER...");
  options.root = words.front();
  options.layers.assign(words.begin() + 1, words.end());
  return options;
}

void run(const Options& options) {
  core::Paths paths{options.root, options.root + "/run"};
  core::make_directories(options.root, 0700);
  state::Database database(paths.database());
  std::vector<std::string> plain;
  std::vector<core::Digest> diff_ids;
  Clock clock;
  for (const std::string& layer : options.layers) {
    plain.push_back(inflate_file(layer));
    diff_ids.push_back(core::Digest::parse(diff_id_of(plain.back())));
  }
  clock.lap("inflate");
  core::snapshots::Unpack unpack(database, paths, "default", options.snapshotter, diff_ids);
  for (const std::size_t layer : unpack.missing()) {
    tests::MemorySource source(std::move(plain[layer]), 512 * 1024);
    clock.lap("copy");
    unpack.apply(layer, source);
    clock.lap("apply");
  }
  unpack.finish();
  clock.lap("finish");
  core::sync_filesystem(unpack.filesystem(), "sync");
  clock.lap("sync");
  unpack.place();
  database.write(state::Durability::full, [&](state::Transaction& tx) { unpack.record(tx); });
  unpack.keep();
  clock.lap("record");
  if (!options.mounts) return;
  core::snapshots::Snapshots snapshots(database, paths, "default", options.snapshotter);
  std::string chain;
  for (const auto& info : snapshots.list()) {
    bool is_parent = false;
    for (const auto& other : snapshots.list()) is_parent = is_parent || other.parent == info.key;
    if (!is_parent) chain = info.key;
  }
  for (const core::Mount& mount : snapshots.view("view", chain)) {
    std::string words;
    for (const std::string& option : mount.options) words += (words.empty() ? "" : ",") + option;
    std::printf("-t %s -o %s %s\n", mount.type == "bind" ? "none" : mount.type.c_str(),
                mount.type == "bind" ? "rbind,ro" : words.c_str(), mount.source.c_str());
  }
}

}  // namespace
}  // namespace ctrbox

int main(int argc, char** argv) {
  try {
    ctrbox::run(ctrbox::parse(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unpack_layers: %s\n", error.what());
    return 1;
  }
}
