// The environment of a container's process: a default PATH, the image's variables, then the command line's.
// Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

inline constexpr std::size_t kMaxEnvFileBytes = 1 << 20;

/// The entries "K=V" of a file as Docker reads one: an assignment a line, taken verbatim; lines that are empty or begin
/// with # say nothing; a bare name has the value that `find_value` gives, and is passed over when it gives none. Throws
/// invalid_argument with the number of the line.
std::vector<std::string> parse_env_file(
    std::string_view text, const std::function<std::optional<std::string>(const std::string&)>& find_value);

}  // namespace ctrbox::runtime
