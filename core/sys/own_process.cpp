#include "core/sys/own_process.h"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr const char* kOomScore = "/proc/self/oom_score_adj";
constexpr int kBackgroundNice = 10;

}  // namespace

void become_subreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw system_error("becoming the reaper of orphans", errno);
}

void enter_own_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0) throw system_error("entering a mount namespace", errno);
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    throw system_error("making the mounts of a namespace its own", errno);
}

int set_oom_score_adj(int value) {
  try {
    write_all(open_at(AT_FDCWD, kOomScore, O_WRONLY).get(), std::to_string(value));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::permission_denied) throw;  // lowering it needs CAP_SYS_RESOURCE
  }
  return std::stoi(read_file(AT_FDCWD, kOomScore, 64));
}

void set_process_name(const std::string& name) { prctl(PR_SET_NAME, name.c_str()); }

void return_free_memory() noexcept { malloc_trim(0); }

void lower_priority() noexcept { setpriority(PRIO_PROCESS, 0, kBackgroundNice); }

}  // namespace ctrbox::core
