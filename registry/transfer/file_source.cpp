#include "registry/transfer/file_source.h"

#include <fcntl.h>

#include <vector>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::registry::transfer {

void read_file_into(const core::Fd& file, const Deliver& deliver, const std::function<bool()>& cancelled) {
  std::vector<std::byte> piece(kBufferBytes);
  while (const std::size_t length = core::read_some(file.get(), piece)) {
    if (cancelled()) throw core::canceled("interrupted");
    deliver(std::span(piece).first(length));
  }
}

core::Fd reopen(int fd) { return core::open_at(AT_FDCWD, "/proc/self/fd/" + std::to_string(fd), O_RDONLY); }

}  // namespace ctrbox::registry::transfer
