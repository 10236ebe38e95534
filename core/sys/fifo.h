// Pipes, named and not, and reading and writing that never blocks. No call here waits for another process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

struct Pipe {
  Fd read_end;
  Fd write_end;
};
/// Both ends blocking, as a program expects them on its standard streams.
Pipe make_pipe();
void set_nonblocking(int fd);
/// Waits until there is something to read, or the other end is closed. Returns false after `timeout_ms`.
bool wait_for_input(int fd, int timeout_ms);

void make_fifo(const std::string& path, mode_t mode);
/// Opens the reading end without waiting for a writer; non-blocking. Throws invalid_argument if `path` is no fifo.
Fd open_fifo_to_read(const std::string& path);
/// Opens the writing end; non-blocking. std::nullopt if nobody has it open for reading.
std::optional<Fd> open_fifo_to_write(const std::string& path);
/// Opens what `fd` is, a fifo of which we have one end, again: another end, also after its name was removed.
Fd reopen_fifo_to_read(int fd);
Fd reopen_fifo_to_write(int fd);

/// How many bytes are there to be read now.
std::size_t readable_bytes(int fd);
/// std::nullopt: nothing to read now; 0: the end (a terminal whose other side is closed counts as ended).
std::optional<std::size_t> try_read(int fd, std::span<std::byte> buffer);
/// std::nullopt: no room now. Throws canceled if nobody will ever read it.
std::optional<std::size_t> try_write(int fd, std::span<const std::byte> data);

}  // namespace ctrbox::core
