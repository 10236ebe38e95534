#include "core/sys/random.h"

#include <sys/random.h>

#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {

void fill_random(std::span<std::byte> buffer) {
  while (!buffer.empty()) {
    const ssize_t count = getrandom(buffer.data(), buffer.size(), 0);
    if (count < 0) {
      if (errno == EINTR) continue;
      throw system_error("getrandom", errno);
    }
    buffer = buffer.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace ctrbox::core
