#include "core/base/clock.h"

#include <cstdio>
#include <ctime>

namespace ctrbox::core {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kFirstYear = 1678, kLastYear = 2261;  // whole years that nanoseconds reach

/// "2017-07-28<separator>22:19:51.832013043".
std::string to_text(UnixNanos time, char separator) {
  std::int64_t fraction = time % kNanosPerSecond;
  if (fraction < 0) fraction += kNanosPerSecond;
  const auto seconds = static_cast<std::time_t>((time - fraction) / kNanosPerSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::string result(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts));
  result[result.find(' ')] = separator;
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(fraction));
    result += text;
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result;
}

/// Takes `digits` digits from the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

/// Nanoseconds of ".832013043"; 0 if there is no fraction.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t nanos = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits)
    if (digits < 9) nanos = nanos * 10 + (text[digits] - '0');
  if (digits == 0) return std::nullopt;
  for (std::size_t i = digits; i < 9; ++i) nanos *= 10;
  text.remove_prefix(digits);
  return nanos;
}

/// Seconds east of UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  take(text, ' ');
  const bool west = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  take(text, ':');
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  if (text == " UTC") text = {};
  return (*hours * 3600 + *minutes * 60) * (west ? -1 : 1);
}

/// "22:19" or "22:19:51.83" after the date, as nanoseconds of the day.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  std::int64_t second = 0;
  std::optional<std::int64_t> fraction = 0;
  if (take(text, ':')) {
    const auto seconds = take_number(text, 2);
    fraction = take_fraction(text);
    if (!seconds || *seconds > 60 || !fraction) return std::nullopt;
    second = *seconds;
  }
  return ((*hour * 60 + *minute) * 60 + second) * kNanosPerSecond + *fraction;
}

/// std::nullopt where the hours or the zone have led into a year that is not taken.
std::optional<UnixNanos> if_in_range(UnixNanos time) {
  const auto seconds = static_cast<std::time_t>(time / kNanosPerSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  const std::int64_t year = parts.tm_year + 1900;
  return year < kFirstYear || year > kLastYear ? std::nullopt : std::optional(time);
}

}  // namespace

UnixNanos now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec;
}

std::string to_rfc3339(UnixNanos time) { return to_text(time, 'T') + "Z"; }

std::string to_go_text(UnixNanos time) { return to_text(time, ' ') + " +0000 UTC"; }

std::optional<UnixNanos> parse_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || *year < kFirstYear || *year > kLastYear || *month < 1 || *month > 12 || *day < 1 || *day > 31)
    return std::nullopt;
  std::tm date{};
  date.tm_year = static_cast<int>(*year - 1900);
  date.tm_mon = static_cast<int>(*month - 1);
  date.tm_mday = static_cast<int>(*day);
  const UnixNanos midnight = static_cast<std::int64_t>(timegm(&date)) * kNanosPerSecond;
  if (date.tm_mday != *day) return std::nullopt;  // the 31st of a shorter month
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto clock = take_clock(text);
  const auto zone = clock ? take_zone(text) : std::nullopt;
  if (!zone || !text.empty()) return std::nullopt;
  return if_in_range(midnight + *clock - *zone * kNanosPerSecond);
}

}  // namespace ctrbox::core
