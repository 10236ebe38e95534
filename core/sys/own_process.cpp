#include "core/sys/own_process.h"

#include <malloc.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

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

void set_process_name(const std::string& name) { prctl(PR_SET_NAME, name.c_str()); }

void return_free_memory() noexcept { malloc_trim(0); }

void forget_small_heap() noexcept { unsetenv("GLIBC_TUNABLES"); }

void lower_priority() noexcept { setpriority(PRIO_PROCESS, 0, kBackgroundNice); }

}  // namespace ctrbox::core
