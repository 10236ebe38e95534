#include "core/sys/limits.h"

#include <sys/resource.h>

namespace ctrbox::core {

std::uint64_t hard_limit_of_open_files() noexcept {
  rlimit limit{};
  // Cannot fail with this resource and a good pointer.
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

void raise_limit_of_open_files() noexcept {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace ctrbox::core
