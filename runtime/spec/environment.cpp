#include "runtime/spec/environment.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace ctrbox::runtime {
namespace {

bool is_entry_of(const std::string& entry, const std::string& name) {
  return entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0;
}

}  // namespace

Environment::Environment() : entries_{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} {}

std::vector<std::string>::iterator Environment::find(const std::string& name) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return is_entry_of(entry, name); });
}

bool Environment::has(const std::string& name) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) { return is_entry_of(entry, name); });
}

void Environment::set(const std::string& name, const std::string& value) {
  const auto found = find(name);
  if (found == entries_.end()) {
    entries_.push_back(name + "=" + value);
  } else {
    *found = name + "=" + value;
  }
}

void Environment::unset(const std::string& name) {
  const auto found = find(name);
  if (found != entries_.end()) entries_.erase(found);
}

void Environment::add_from_image(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0 || entry.find('\0') != std::string::npos) continue;
    set(entry.substr(0, equals), entry.substr(equals + 1));
  }
}

void Environment::add_from_options(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    if (entry.empty() || equals == 0)
      throw core::invalid_argument("invalid environment variable " + core::quoted(entry) +
                                   ": expected NAME=VALUE or NAME");
    if (equals == std::string::npos) {
      unset(entry);
    } else {
      set(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
}

std::vector<std::string> parse_env_file(
    std::string_view text, const std::function<std::optional<std::string>(const std::string&)>& find_value) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> entries;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string name(line.substr(0, line.find('=')));
    if (name.empty() || name.find_first_of(" \t") != std::string::npos || !core::is_utf8(line) ||
        line.find('\0') != std::string_view::npos)
      throw core::invalid_argument("line " + std::to_string(number) + " is no variable: " + core::quoted(line));
    if (name.size() < line.size()) {
      entries.emplace_back(line);
    } else if (const auto value = find_value(name)) {
      entries.push_back(name + "=" + *value);
    }
  }
  return entries;
}

}  // namespace ctrbox::runtime
