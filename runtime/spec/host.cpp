#include "runtime/spec/host.h"

#include <fcntl.h>

#include "core/oci/platform.h"
#include "core/sys/cgroup.h"
#include "core/sys/file.h"
#include "core/sys/kernel.h"
#include "core/sys/limits.h"

namespace ctrbox::runtime {

HostFacts read_host_facts() {
  HostFacts facts;
  facts.architecture = core::host_platform().architecture;
  facts.hard_limit_of_open_files = core::hard_limit_of_open_files();
  facts.only_cgroup2 = core::has_only_cgroup2();
  facts.capabilities = core::capability_bounds();
  facts.kernel = parse_kernel_version(core::kernel_release());
  facts.has_apparmor = core::has_apparmor();
  for (const char* path : {"/etc/resolv.conf", "/etc/hosts"}) {
    // Opened, not only looked at: a link that leads nowhere could not be mounted.
    if (core::find_at(AT_FDCWD, path, O_PATH)) facts.name_service_files.emplace_back(path);
  }
  return facts;
}

}  // namespace ctrbox::runtime
