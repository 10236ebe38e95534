#include "runtime/spec/environment.h"

#include <algorithm>

#include "core/base/error.h"

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

}  // namespace ctrbox::runtime
