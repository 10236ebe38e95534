// Files and directories by descriptor: the only callers of open, read, write, rename and their kin.
// Every function: O_CLOEXEC, EINTR handled, short transfers completed, errors thrown as core::Error with the path.
// `directory` is a directory descriptor or AT_FDCWD. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// open(2) with `flags` | O_CLOEXEC.
Fd open_at(int directory, const std::string& path, int flags, mode_t mode = 0);
/// As open_at, but std::nullopt when nothing is there (ENOENT).
std::optional<Fd> find_at(int directory, const std::string& path, int flags);
/// openat2 with RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS: for names that come from outside.
Fd open_beneath(int directory, const std::string& path, int flags, mode_t mode = 0);
/// O_PATH on a directory beneath `directory` that is reached through real directories only: no symlink, no other file
/// system. std::nullopt when there is none.
std::optional<Fd> find_real_directory(int directory, const std::string& path);
/// openat2 with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: as a process whose root is `directory` would open it, absolute
/// links and ".." included. std::nullopt when nothing is there.
std::optional<Fd> find_in_root(int directory, const std::string& path, int flags);

/// Reads up to `buffer.size()` bytes; returns 0 only at the end of the file.
std::size_t read_some(int fd, std::span<std::byte> buffer);
/// The same at an offset; fills the buffer unless the file ends before.
std::size_t read_at(int fd, off_t offset, std::span<std::byte> buffer);
void write_all(int fd, std::span<const std::byte> data);
void write_all(int fd, std::string_view text);
/// The whole of a file of at most `max_bytes`. Throws resource_exhausted beyond.
std::string read_file(int directory, const std::string& path, std::size_t max_bytes);
std::string read_all(int fd, std::size_t max_bytes, const std::string& what);

/// Writes `<path>.<random>`, fsyncs it, renames it over `path` and fsyncs the directory.
void write_file_atomically(int directory, const std::string& path, std::string_view content, mode_t mode);

struct stat status_of(int fd);
std::optional<struct stat> find_status(int directory, const std::string& path);  // does not follow a last symlink

/// Exactly `mode`, whatever the umask. No error if a directory is there already; its mode then stays.
void make_directory(int directory, const std::string& path, mode_t mode);
/// And its missing parents, these with 0755 less the umask.
void make_directories(const std::string& path, mode_t mode);
void change_mode(int fd, mode_t mode, const std::string& what);  // fchmod
void rename_at(int from_directory, const std::string& from, int to_directory, const std::string& to);
/// RENAME_NOREPLACE. Returns false if `to` exists.
bool rename_without_replacing(int from_directory, const std::string& from, int to_directory, const std::string& to);
void sync_file(int fd, const std::string& what);        // fdatasync, fsync for a directory; an error is final
void sync_filesystem(int fd, const std::string& what);  // syncfs
/// Names in a directory without "." and "..", sorted. Does not disturb the descriptor's own position.
std::vector<std::string> list_directory(int directory);
/// Removes a file or a whole tree beneath `directory`, never following a link, of any depth. Absent is fine. A mount
/// point inside is never entered: throws failed_precondition there, with the rest possibly gone.
void remove_tree(int directory, const std::string& name);
/// unlinkat; absent is fine. Returns whether something was removed.
bool remove_file(int directory, const std::string& name);

}  // namespace ctrbox::core
