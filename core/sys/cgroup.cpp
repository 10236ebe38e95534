#include "core/sys/cgroup.h"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace ctrbox::core {

bool has_only_cgroup2() noexcept {
  struct statfs status {};
  return ::statfs("/sys/fs/cgroup", &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

}  // namespace ctrbox::core
