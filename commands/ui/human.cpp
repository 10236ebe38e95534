#include "commands/ui/human.h"

#include <array>
#include <cstdio>

namespace ctrbox::commands {
namespace {

constexpr std::array kBinaryUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
constexpr std::array kDecimalUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

template <std::size_t N>
std::string scaled(double value, double base, const std::array<const char*, N>& units, const char* format) {
  std::size_t unit = 0;
  while (value >= base && unit + 1 < N) {
    value /= base;
    ++unit;
  }
  char text[64];
  std::snprintf(text, sizeof text, format, value, units[unit]);
  return text;
}

std::string counted(std::int64_t count, const char* unit) { return std::to_string(count) + " " + unit; }

}  // namespace

std::string binary_size(double bytes) { return scaled(bytes, 1024, kBinaryUnits, "%.1f %s"); }

std::string decimal_size(std::int64_t bytes) {
  return scaled(static_cast<double>(bytes), 1000, kDecimalUnits, "%.4g %s");
}

std::string age_in_words(std::int64_t nanoseconds) {
  const std::int64_t seconds = nanoseconds / 1'000'000'000;
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = (minutes + 30) / 60;
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return counted(seconds, "seconds");
  if (minutes == 1) return "About a minute";
  if (minutes < 46) return counted(minutes, "minutes");
  if (hours <= 1) return "About an hour";
  if (hours < 48) return counted(hours, "hours");
  const std::int64_t days = hours / 24;
  if (days < 14) return counted(days, "days");
  if (days < 60) return counted(days / 7, "weeks");
  if (days < 730) return counted(days / 30, "months");
  return counted(days / 365, "years");
}

}  // namespace ctrbox::commands
