#include "runtime/checkpoint/scratch.h"

#include <fcntl.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/sys/file.h"

namespace ctrbox::runtime {
namespace {

constexpr mode_t kPrivate = 0700;

void sweep(const std::string& area) {
  const core::Fd directory = core::open_at(AT_FDCWD, area, O_RDONLY | O_DIRECTORY);
  for (const std::string& name : core::list_directory(directory.get())) {
    if (core::FileLock::try_lock_directory(directory.get(), name)) core::remove_tree(directory.get(), name);
  }
}

}  // namespace

Scratch Scratch::make(const core::Paths& paths) {
  core::make_directories(paths.checkpoints(), kPrivate);
  sweep(paths.checkpoints());
  while (true) {
    const std::string path = paths.checkpoints() + "/" + core::random_hex(8);
    if (auto lock = core::FileLock::try_make_directory(path, kPrivate)) return {path, std::move(*lock)};
  }
}

Scratch::Scratch(const core::Paths& paths) : Scratch(make(paths)) {}

Scratch::Scratch(Scratch&& other) noexcept
    : path_(std::exchange(other.path_, std::string())), lock_(std::move(other.lock_)) {}

Scratch::~Scratch() {
  if (path_.empty()) return;
  try {
    core::remove_tree(AT_FDCWD, path_);
  } catch (...) {
    core::log::debug("removing " + path_ + ": " + core::current_error().what());  // the next one sweeps it
  }
}

}  // namespace ctrbox::runtime
