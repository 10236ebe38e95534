#include "core/sys/failpoint.h"

#ifdef CTRBOX_FAILPOINTS

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace ctrbox::core {

void failpoint(const char* name) {
  static const char* const setting = std::getenv("FAILPOINT");
  if (setting == nullptr) return;
  const std::string_view wanted = setting;
  const std::string_view here = name;
  if (wanted.size() == here.size() + 5 && wanted.substr(0, here.size()) == here &&
      wanted.substr(here.size()) == "=kill")
    std::raise(SIGKILL);
}

}  // namespace ctrbox::core

#endif
