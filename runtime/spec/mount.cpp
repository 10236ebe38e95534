#include "runtime/spec/mount.h"

#include <algorithm>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

// One CSV record: a field that starts with a quote ends at the next single quote; two quotes inside are one.
std::vector<std::string> split_record(std::string_view text) {
  std::vector<std::string> fields(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += text[++i];
      } else {
        in_quotes = false;
      }
    } else if (c == '"' && fields.back().empty()) {
      in_quotes = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (in_quotes) throw core::invalid_argument("invalid mount specification: a quote is not closed");
  return fields;
}

std::vector<std::string> split_options(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(':'), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void apply_field(SpecMount& mount, const std::string& field) {
  const auto equals = field.find('=');
  if (equals == std::string::npos) {
    if (field != "ro" && field != "rw") throw core::invalid_argument("invalid mount specification: expected key=val");
    mount.options.push_back(field);
    return;
  }
  const std::string key = field.substr(0, equals);
  const std::string value = field.substr(equals + 1);
  if (key == "type") {
    mount.type = value;
  } else if (key == "source" || key == "src") {
    mount.source = value;
  } else if (key == "destination" || key == "dst" || key == "dest" || key == "target") {
    mount.destination = value;
  } else if (key == "options") {
    for (std::string& word : split_options(value)) mount.options.push_back(std::move(word));
  } else {
    throw core::invalid_argument("mount option " + core::quoted(key) + " not supported");
  }
}

bool is_bind(const std::string& option) { return option == "bind" || option == "rbind"; }

void check(const SpecMount& mount) {
  if (mount.destination.empty()) throw core::invalid_argument("invalid mount specification: no destination");
  if (mount.destination.front() != '/')
    throw core::invalid_argument("mount destination " + core::quoted(mount.destination) + " is not an absolute path");
  if (mount.type != "bind") return;
  if (mount.source.empty()) throw core::invalid_argument("invalid mount specification: no source");
  if (mount.source.front() != '/')
    throw core::invalid_argument("mount source " + core::quoted(mount.source) + " is not an absolute path");
}

}  // namespace

SpecMount parse_mount(std::string_view text) {
  SpecMount mount;
  for (const std::string& field : split_record(text)) apply_field(mount, field);
  if (mount.type.empty()) mount.type = "bind";
  check(mount);
  // Without the word the kernel would look for a file system called "bind".
  if (mount.type == "bind" && std::none_of(mount.options.begin(), mount.options.end(), is_bind))
    mount.options.insert(mount.options.begin(), "rbind");
  return mount;
}

}  // namespace ctrbox::runtime
