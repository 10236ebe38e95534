#include "core/sys/kernel.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {

std::string kernel_release() {
  struct utsname names {};
  if (::uname(&names) != 0) return "";
  return names.release;
}

std::uint64_t capability_bounds() noexcept {
  std::uint64_t set = 0;
  for (int number = 0; number < 64; ++number) {
    const int held = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (held < 0) break;  // the kernel has no more
    if (held == 1) set |= std::uint64_t{1} << number;
  }
  return set;
}

bool has_apparmor() noexcept {
  try {
    constexpr std::size_t kMaxAnswer = 16;
    return read_file(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", kMaxAnswer).starts_with('Y');
  } catch (const Error&) {
    return false;  // no such module
  }
}

}  // namespace ctrbox::core
