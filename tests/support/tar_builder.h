// Tar streams for tests, written byte by byte so that wrong ones can be made too. Values have harmless defaults:
// owner 0:0, mode 0644 (directories 0755), mtime 1500000000. pax records are added where ustar does not reach or when
// asked. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ctrbox::tests {

struct Member {
  std::string name = {};
  char type = '0';           // ustar's typeflag
  std::string content = {};  // of a file
  std::string link = {};     // of a symlink or hard link
  int mode = -1;             // -1: the default of the type
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::int64_t mtime = 1500000000;
  unsigned major = 0;
  unsigned minor = 0;
  std::vector<std::pair<std::string, std::string>> pax = {};  // records of an extended header before it
  std::int64_t claimed_size = -1;                             // the header's size field, when it shall lie
};

class TarBuilder {
 public:
  TarBuilder& add(const Member& member);
  TarBuilder& file(const std::string& name, const std::string& content, int mode = 0644);
  TarBuilder& directory(const std::string& name, int mode = 0755);
  TarBuilder& symlink(const std::string& name, const std::string& target);
  TarBuilder& hard_link(const std::string& name, const std::string& target);
  /// The stream with its two blocks of zeros.
  std::string finish() const;
  /// The stream cut where the last member ends.
  const std::string& bytes() const { return bytes_; }

 private:
  void header(const Member& member, std::size_t size);
  std::string bytes_;
};

}  // namespace ctrbox::tests
