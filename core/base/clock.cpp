#include "core/base/clock.h"

#include <cstdio>
#include <ctime>

namespace ctrbox::core {
namespace {
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
}

UnixNanos now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec;
}

std::string to_rfc3339(UnixNanos time) {
  std::int64_t fraction = time % kNanosPerSecond;
  if (fraction < 0) fraction += kNanosPerSecond;
  const auto seconds = static_cast<std::time_t>((time - fraction) / kNanosPerSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::string result(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts));
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(fraction));
    result += text;
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result + "Z";
}

}  // namespace ctrbox::core
