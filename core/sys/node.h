// Making the nodes of a tree one by one beneath a directory descriptor, and their owners, modes and times: the calls
// that unpacking a layer consists of. No last component is ever followed if it is a symlink. Makers return false (or an
// empty Fd) when the name is taken; every other failure is thrown with the name. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// While one lives, nodes made by this thread get exactly the mode they are made with. Other threads are not touched:
/// the thread gets a umask (and working directory) of its own, for good.
class [[nodiscard]] ThreadUmask {
 public:
  ThreadUmask();
  ~ThreadUmask();
  ThreadUmask(const ThreadUmask&) = delete;
  ThreadUmask& operator=(const ThreadUmask&) = delete;

 private:
  mode_t before_;
};

namespace node {

/// O_PATH on a directory that is no symlink.
Fd open_directory(int parent, const std::string& name);
/// Opens a new file for writing; empty when the name is taken.
Fd create_file(int parent, const std::string& name, mode_t mode);
bool create_directory(int parent, const std::string& name, mode_t mode);
bool create_symlink(int parent, const std::string& name, const std::string& target);
bool create_link(int from_parent, const std::string& from, int parent, const std::string& name);
/// Character and block devices and fifos; `mode` holds the type.
bool create_special(int parent, const std::string& name, mode_t mode, dev_t device);

void write_at(int fd, std::span<const std::byte> bytes, std::int64_t offset);
void set_size(int fd, std::int64_t size);
std::string read_link(int parent, const std::string& name);

void set_owner(int fd, uid_t uid, gid_t gid, const std::string& name);
void set_owner_at(int parent, const std::string& name, uid_t uid, gid_t gid);
/// Not for symlinks, which have no mode.
void set_mode_at(int parent, const std::string& name, mode_t mode);
void set_times(int fd, const timespec& atime, const timespec& mtime, const std::string& name);
void set_times_at(int parent, const std::string& name, const timespec& atime, const timespec& mtime);

/// The bytes of one file into another that is empty, holes kept, blocks shared where the file system can.
void copy_content(int from, int to, std::int64_t size);

}  // namespace node
}  // namespace ctrbox::core
