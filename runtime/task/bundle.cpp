#include "runtime/task/bundle.h"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/mount.h"

namespace ctrbox::runtime {
namespace {

using std::chrono::milliseconds;

constexpr mode_t kPrivate = 0700;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::chrono::seconds kPatience{30};
constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{20};

}  // namespace

core::FileLock lock_new_bundle(const core::Paths& paths, const std::string& ns, const std::string& id,
                               const std::function<bool()>& taken) {
  const std::string bundle = paths.task(ns, id);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    core::make_directories(paths.tasks(), kPrivate);
    if (taken()) throw core::already_exists("task " + id + " already exists");
    core::make_directory(AT_FDCWD, paths.tasks() + "/" + ns, kPrivate);
    // Whoever removes a directory has it locked, so one that is ours and still has its name stays.
    if (auto lock = core::FileLock::try_make_directory(bundle, kPrivate)) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= deadline)
      throw core::unavailable("the shim of the task before " + id + " has not ended yet");
    std::this_thread::sleep_for(pause);
  }
}

std::optional<core::FileLock> try_lock_bundle(const std::string& bundle) {
  return core::FileLock::try_lock_directory(AT_FDCWD, bundle);
}

bool is_bundle_locked(const std::string& bundle) {
  auto directory = core::find_at(AT_FDCWD, bundle, kDirectory);
  return directory && !core::FileLock::try_lock(std::move(*directory));
}

void remove_bundle(const std::string& bundle) {
  core::unmount_all(bundle + "/" + kBundleRootfs);
  core::remove_tree(AT_FDCWD, bundle);
}

}  // namespace ctrbox::runtime
