#include "runtime/spec/root_files.h"

#include <fcntl.h>

#include <memory>

#include "core/sys/file.h"

namespace ctrbox::runtime {

RootFileReader reader_beneath(core::Fd root) {
  const auto held = std::make_shared<core::Fd>(std::move(root));
  return [held](const std::string& path) -> std::optional<std::string> {
    // Non-blocking: what should be a file may be a fifo that nobody writes to.
    const auto file = core::find_in_root(held->get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file || !S_ISREG(core::status_of(file->get()).st_mode)) return std::nullopt;
    return core::read_all(file->get(), kMaxUserFileBytes, path);
  };
}

}  // namespace ctrbox::runtime
