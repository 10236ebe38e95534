// The environment of a container's process: a default PATH, the image's variables, then the command line's.
// Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ctrbox::runtime {

/// Variables in the order they first appear; a name is there once.
class Environment {
 public:
  /// PATH alone, as containerd sets it.
  Environment();
  bool has(const std::string& name) const;
  void set(const std::string& name, const std::string& value);
  void unset(const std::string& name);
  /// "K=V" sets. Entries that are no assignment are dropped: the image is content, not a command line.
  void add_from_image(const std::vector<std::string>& entries);
  /// "K=V" sets, "K" unsets. Throws invalid_argument when there is no name.
  void add_from_options(const std::vector<std::string>& entries);
  const std::vector<std::string>& entries() const noexcept { return entries_; }

 private:
  std::vector<std::string>::iterator find(const std::string& name);
  std::vector<std::string> entries_;
};

}  // namespace ctrbox::runtime
