#include "core/sys/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> named_signal(std::string_view name) {
  if (name == "IOT") return SIGABRT;
  if (name == "CLD") return SIGCHLD;
  if (name == "POLL") return SIGIO;
  for (int number = 1; number < 32; ++number) {
    const char* known = sigabbrev_np(number);
    if (known != nullptr && name == known) return number;
  }
  return std::nullopt;
}

/// "RTMIN", "RTMIN+3", "RTMAX-1".
std::optional<int> real_time_signal(std::string_view name) {
  if (name.size() < 5) return std::nullopt;
  const bool from_top = name.substr(0, 5) == "RTMAX";
  if (!from_top && name.substr(0, 5) != "RTMIN") return std::nullopt;
  name.remove_prefix(5);
  int offset = 0;
  if (!name.empty()) {
    if (name[0] != (from_top ? '-' : '+')) return std::nullopt;
    const auto value = number_of(name.substr(1));
    if (!value || *value < 0 || *value > 64) return std::nullopt;
    offset = *value;
  }
  return from_top ? SIGRTMAX - offset : SIGRTMIN + offset;
}

}  // namespace

SignalFd::SignalFd(const std::vector<int>& signals) : before_{} {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : signals) sigaddset(&wanted, number);
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  fd_ = Fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) {
    const int failure = errno;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    throw system_error("watching signals", failure);
  }
}

SignalFd::~SignalFd() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> SignalFd::next() {
  signalfd_siginfo info = {};
  ssize_t size = 0;
  do {
    size = read(fd_.get(), &info, sizeof info);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

std::vector<int> forwardable_signals() {
  return {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGTSTP, SIGIO, SIGPWR};
}

int parse_signal(std::string_view text) {
  std::optional<int> signal = number_of(text);
  if (!signal) {
    std::string name = upper(text);
    if (name.rfind("SIG", 0) == 0) name.erase(0, 3);
    signal = named_signal(name);
    if (!signal) signal = real_time_signal(name);
  }
  if (!signal || *signal < 1 || *signal > SIGRTMAX) throw invalid_argument("unknown signal " + quoted(text));
  return *signal;
}

void ignore_broken_pipes() noexcept { signal(SIGPIPE, SIG_IGN); }

}  // namespace ctrbox::core
