#include "runtime/daemon/config.h"

#include <fcntl.h>

// WHY no assertions: version 3.3 has one on a key that it then refuses by itself ("[!a]").
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <limits>

#include "core/base/duration.h"
#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::daemon {
namespace {

constexpr std::size_t kMaxConfigBytes = 32 << 10;  // the parser goes one call deeper with each part of a dotted key

/// One table of the file, and what is known of where it is.
struct Table {
  const toml::table& values;
  const std::string& file;
  std::string prefix;  // "grpc."
  Config& config;
};

using Reader = void (*)(const Table& table, const toml::key& key, const toml::node& node);
struct Key {
  std::string_view name;
  Reader read;
};

core::Error fault_at(const std::string& file, const toml::source_region& source, const std::string& message) {
  return core::invalid_argument(file + ":" + std::to_string(source.begin.line) + ":" +
                                std::to_string(source.begin.column) + ": " + message);
}

core::Error wrong_type(const Table& table, const toml::key& key, const toml::node& node, const std::string& wanted) {
  return fault_at(table.file, node.source(), table.prefix + std::string(key.str()) + " must be " + wanted);
}

std::string text_of(const Table& table, const toml::key& key, const toml::node& node) {
  const auto text = node.value_exact<std::string>();
  if (!text) throw wrong_type(table, key, node, "a string");
  return *text;
}

std::uint32_t id_of(const Table& table, const toml::key& key, const toml::node& node) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 0 || *number >= std::numeric_limits<std::uint32_t>::max())
    throw wrong_type(table, key, node, "a user or group id");
  return static_cast<std::uint32_t>(*number);
}

/// What a value's own parser says, with the place it stands at.
template <typename Parse>
auto parsed(const Table& table, const toml::node& node, Parse&& parse) {
  try {
    return parse();
  } catch (const core::Error& error) {
    throw fault_at(table.file, node.source(), error.what());
  }
}

void read_table(const Table& table, std::initializer_list<Key> keys);

void read_grpc(const Table& outer, const toml::key& name, const toml::node& node) {
  if (!node.is_table()) throw wrong_type(outer, name, node, "a table");
  read_table({*node.as_table(), outer.file, "grpc.", outer.config},
             {{"address", [](const auto& t, const auto& k, const auto& n) { t.config.address = text_of(t, k, n); }},
              {"uid", [](const auto& t, const auto& k, const auto& n) { t.config.uid = id_of(t, k, n); }},
              {"gid", [](const auto& t, const auto& k, const auto& n) { t.config.gid = id_of(t, k, n); }}});
}

void read_ttrpc(const Table& outer, const toml::key& name, const toml::node& node) {
  if (!node.is_table()) throw wrong_type(outer, name, node, "a table");
  read_table(
      {*node.as_table(), outer.file, "ttrpc.", outer.config},
      {{"address", [](const auto& t, const auto& k, const auto& n) { t.config.ttrpc_address = text_of(t, k, n); }}});
}

void read_debug(const Table& outer, const toml::key& name, const toml::node& node) {
  if (!node.is_table()) throw wrong_type(outer, name, node, "a table");
  read_table({*node.as_table(), outer.file, "debug.", outer.config},
             {{"level", [](const auto& t, const auto& k, const auto& n) {
                 const std::string text = text_of(t, k, n);
                 t.config.level = parsed(t, n, [&] { return parse_level(text); });
               }}});
}

void read_idle_timeout(const Table& table, const toml::key& key, const toml::node& node) {
  const std::string text = text_of(table, key, node);
  const double seconds = parsed(table, node, [&] { return core::parse_duration(text); });
  table.config.idle_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

void read_table(const Table& table, std::initializer_list<Key> keys) {
  for (const auto& entry : table.values) {
    const toml::key& key = entry.first;
    const toml::node& node = entry.second;
    const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& one) { return one.name == key.str(); });
    if (known == keys.end()) {
      table.config.ignored.push_back(table.prefix + std::string(key.str()));
    } else {
      known->read(table, key, node);
    }
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name) {
  toml::table values;
  try {
    values = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw fault_at(name, error.source(), std::string(error.description()));
  }
  Config config;
  read_table({values, name, "", config},
             {{"version", [](const auto&, const auto&, const auto&) {}},  // all of containerd's are alike here
              {"root", [](const auto& t, const auto& k, const auto& n) { t.config.root = text_of(t, k, n); }},
              {"state", [](const auto& t, const auto& k, const auto& n) { t.config.state = text_of(t, k, n); }},
              {"idle_timeout", read_idle_timeout},
              {"grpc", read_grpc},
              {"ttrpc", read_ttrpc},
              {"debug", read_debug}});
  return config;
}

std::optional<Config> read_config(const std::string& path) {
  if (!core::find_status(AT_FDCWD, path)) return std::nullopt;
  return parse_config(core::read_file(AT_FDCWD, path, kMaxConfigBytes), path);
}

core::log::Level parse_level(std::string_view text) {
  using core::log::Level;
  if (text == "trace" || text == "debug") return Level::debug;
  if (text == "info") return Level::info;
  if (text == "warn" || text == "warning") return Level::warning;
  if (text == "error" || text == "fatal" || text == "panic") return Level::error;
  throw core::invalid_argument("log level " + core::quoted(text) + " is not one of debug, info, warn, error");
}

std::string default_config() {
  return R"(# What ctrbox's containerd reads. Every key is at its default; "" means what stands behind it.
version = 2
root = ""            # CTRBOX_ROOT, or /var/lib/ctrbox
state = ""           # CTRBOX_STATE, or /run/ctrbox
# idle_timeout = "5m"  # leave after so long without connections, "0" is never; by default 5m in the background, else never

[grpc]
address = ""         # <state>/containerd.sock
# With uid or gid the sockets are theirs and 0660, otherwise 0600. The address must then be in a directory that they can
# enter: the one it has by default is private.
# uid = 0
# gid = 0

[ttrpc]
address = ""         # the address above and ".ttrpc"

[debug]
level = "info"       # debug, info, warn, error
)";
}

}  // namespace ctrbox::runtime::daemon
