// The commands of dist, sorted by path. They are ctr's functions under the names of 2017.
#include "commands/ctr/content/content.h"
#include "commands/ctr/images/images.h"
#include "commands/ctr/pull.h"
#include "commands/ctr/version.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> dist_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "content get",
       .arguments = "DIGEST",
       .summary = "write the bytes of a blob to stdout",
       .declare = declare_content_get},
      {.path = "content ls",
       .other_paths = {"content list"},
       .arguments = "[FILTER...]",
       .summary = "list blobs",
       .declare = declare_content_ls},
      {.path = "fetch",
       .other_paths = {"content fetch"},
       .arguments = "REF",
       .summary = "fetch an image without unpacking it",
       .declare = declare_fetch},
      {.path = "images label",
       .arguments = "REF [LABEL...]",
       .summary = "set or remove labels of an image and print what it has",
       .declare = declare_images_label},
      {.path = "images ls",
       .other_paths = {"images list"},
       .arguments = "[FILTER...]",
       .summary = "list images",
       .declare = declare_images_ls},
      {.path = "images rm",
       .other_paths = {"images remove", "images delete"},
       .arguments = "REF...",
       .summary = "remove images from the namespace",
       .declare = declare_images_rm},
      {.path = "pull",
       .other_paths = {"images pull"},
       .arguments = "REF",
       .summary = "fetch an image and unpack it",
       .declare = declare_pull,
       .needs_root = kPullNeedsRoot,
       .examples = "$ pull redis | docker.io/library/redis:latest for this host's platform"},
      {.path = "version", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
