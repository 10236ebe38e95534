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

constexpr std::string_view kTmpfsWords[] = {"ro",       "rw",         "suid",        "nosuid",       "dev",
                                            "nodev",    "exec",       "noexec",      "sync",         "async",
                                            "dirsync",  "atime",      "noatime",     "diratime",     "nodiratime",
                                            "relatime", "norelatime", "strictatime", "nostrictatime"};
constexpr std::string_view kTmpfsKeys[] = {"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge"};
// What a tmpfs has unless its opposite is asked for.
constexpr std::string_view kTmpfsDefaults[] = {"nosuid", "noexec", "nodev"};
constexpr std::string_view kPropagation[] = {"shared",  "rshared",  "slave",      "rslave",
                                             "private", "rprivate", "unbindable", "runbindable"};

template <std::size_t size>
bool is_in(const std::string_view (&words)[size], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

void check_tmpfs_option(std::string_view option) {
  const auto equals = option.find('=');
  const bool known = equals == std::string_view::npos
                         ? is_in(kTmpfsWords, option)
                         : is_in(kTmpfsKeys, option.substr(0, equals)) && equals + 1 < option.size();
  if (!known) throw core::invalid_argument("tmpfs option " + core::quoted(option) + " not supported");
}

}  // namespace

SpecMount parse_tmpfs(std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  SpecMount mount{"tmpfs", "tmpfs", std::string(text.substr(0, colon)), {}};
  check(mount);
  std::vector<std::string> wanted;
  for (std::string_view rest = text.substr(std::min(colon + 1, text.size())); !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    wanted.emplace_back(rest.substr(0, comma));
    check_tmpfs_option(wanted.back());
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  for (const std::string_view word : kTmpfsDefaults) {
    const std::string_view opposite = word.substr(2);
    if (std::find(wanted.begin(), wanted.end(), opposite) == wanted.end()) mount.options.emplace_back(word);
  }
  for (std::string& option : wanted)
    if (std::find(mount.options.begin(), mount.options.end(), option) == mount.options.end())
      mount.options.push_back(std::move(option));
  return mount;
}

std::string parse_propagation(std::string_view text) {
  if (!is_in(kPropagation, text)) {
    throw core::invalid_argument(core::quoted(text) +
                                 " is no propagation: expected shared, slave, private or unbindable, or one of these "
                                 "with an r in front");
  }
  return std::string(text);
}

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
