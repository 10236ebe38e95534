#include "runtime/shim/sink.h"

#include <fcntl.h>

#include <array>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr int kMostBuffersDropped = 64;
constexpr mode_t kPrivateFile = 0600;

/// Writes what fits. Throws canceled if nobody reads.
std::size_t write_what_fits(int fd, std::span<const std::byte> bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto count = core::try_write(fd, bytes.subspan(written));
    if (!count) break;
    written += *count;
  }
  return written;
}

/// The writing end, whether or not somebody reads already.
core::Fd open_output(const std::string& path) {
  const core::Fd reader = core::open_fifo_to_read(path);  // so that there is somebody: us
  return core::reopen_fifo_to_write(reader.get());
}

class FifoSink final : public Sink {
 public:
  explicit FifoSink(core::Fd fifo) : fifo_(std::move(fifo)) {
    core::set_nonblocking(fifo_.get());
    hold_reader();
  }

  std::size_t write(std::span<const std::byte> bytes) override {
    try {
      const std::size_t written = write_what_fits(fifo_.get(), bytes);
      // Full. Without our own reading end the kernel tells at once if nobody else reads.
      if (written < bytes.size()) own_reader_.reset();
      return written;
    } catch (const core::Error&) {
      lose_reader();
      return bytes.size();
    }
  }
  int fd() const noexcept override { return fifo_.get(); }

 private:
  void hold_reader() { own_reader_ = core::reopen_fifo_to_read(fifo_.get()); }
  void lose_reader() {
    hold_reader();
    // What was left in the pipe is older than what comes now.
    std::array<std::byte, kBufferBytes> old;
    for (int i = 0; i < kMostBuffersDropped; ++i) {
      const auto count = core::try_read(own_reader_.get(), old);
      if (!count || *count == 0) break;
    }
  }

  core::Fd fifo_;
  core::Fd own_reader_;  // keeps it alive while nobody else reads
};

class PipeSink final : public Sink {
 public:
  explicit PipeSink(core::Fd pipe) : pipe_(std::move(pipe)) { core::set_nonblocking(pipe_.get()); }

  std::size_t write(std::span<const std::byte> bytes) override {
    try {
      return write_what_fits(pipe_.get(), bytes);
    } catch (const core::Error&) {
      gone_ = true;
      return bytes.size();
    }
  }
  int fd() const noexcept override { return pipe_.get(); }
  bool tells_loss() const noexcept override { return true; }
  void lose() noexcept override { gone_ = true; }
  bool is_gone() const noexcept override { return gone_; }

 private:
  core::Fd pipe_;
  bool gone_ = false;
};

class FileSink final : public Sink {
 public:
  explicit FileSink(core::Fd file) : file_(std::move(file)) {}

  std::size_t write(std::span<const std::byte> bytes) override {
    try {
      core::write_all(file_.get(), bytes);
    } catch (const core::Error&) {
      // A full disk must not stop the process.
    }
    return bytes.size();
  }

 private:
  core::Fd file_;
};

}  // namespace

std::unique_ptr<Sink> make_fifo_sink(const std::string& path) { return std::make_unique<FifoSink>(open_output(path)); }

std::unique_ptr<Sink> make_client_sink(const std::string& path) {
  return std::make_unique<PipeSink>(open_output(path));
}

std::unique_ptr<Sink> make_pipe_sink(core::Fd writing_end) {
  return std::make_unique<PipeSink>(std::move(writing_end));
}

std::unique_ptr<Sink> make_file_sink(const std::string& path) {
  return std::make_unique<FileSink>(
      core::open_at(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, kPrivateFile));
}

}  // namespace ctrbox::runtime::shim
