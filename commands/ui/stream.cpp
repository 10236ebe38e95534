#include "commands/ui/stream.h"

#include <string_view>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::commands {

FdBuffer::FdBuffer(int fd) : fd_(fd) { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

bool FdBuffer::write(const char* data, std::size_t size) {
  if (error_ != 0) return false;
  try {
    core::write_all(fd_, std::string_view(data, size));
    return true;
  } catch (const core::Error& error) {
    error_ = error.sys_errno();
    return false;
  }
}

void FdBuffer::abandon() noexcept {
  error_ = 0;
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

int FdBuffer::sync() {
  const bool written = pptr() == pbase() || write(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return written ? 0 : -1;
}

FdBuffer::int_type FdBuffer::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  return sputc(traits_type::to_char_type(character));
}

std::streamsize FdBuffer::xsputn(const char* data, std::streamsize size) {
  if (size < epptr() - pptr()) return std::streambuf::xsputn(data, size);
  // What does not fit goes out at once: blobs are not copied twice.
  if (sync() != 0 || !write(data, static_cast<std::size_t>(size))) return 0;
  return size;
}

}  // namespace ctrbox::commands
