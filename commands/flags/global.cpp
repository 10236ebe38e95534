#include "commands/flags/global.h"

#include <cstdlib>
#include <optional>

#include "commands/errors.h"
#include "commands/lookup.h"
#include "core/base/duration.h"

namespace ctrbox::commands {
namespace {

constexpr GlobalFlag kFlags[] = {
    {"--namespace", "-n", "NAME", "namespace to work in (CONTAINERD_NAMESPACE; default \"default\")"},
    {"--root", "", "DIR", "directory of what lasts (CTRBOX_ROOT; default /var/lib/ctrbox)"},
    {"--state", "", "DIR", "directory of what a reboot may forget (CTRBOX_STATE; default /run/ctrbox)"},
    {"--timeout", "", "DURATION", "give up after this time, like 30s or 2m"},
    {"--debug", "", "", "tell on stderr what is done, SQL included"},
    {"--help", "-h", "", "show help"},
    {"--version", "-v", "", "print the version"},
};

const GlobalFlag* find_flag(std::string_view name) {
  for (const GlobalFlag& flag : kFlags)
    if (name == flag.name || (!flag.short_name.empty() && name == flag.short_name)) return &flag;
  return nullptr;
}

/// "--name=value", "--name", "-nvalue", "-n" as name and what is attached to it.
std::pair<std::string, std::optional<std::string>> split_flag(const std::string& text) {
  if (text.starts_with("--")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return {text, std::nullopt};
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  if (text.size() == 2) return {text, std::nullopt};
  return {text.substr(0, 2), text.substr(text[2] == '=' ? 3 : 2)};
}

UsageError unknown_flag(const std::string& program, const std::string& name) {
  std::vector<std::string> names;
  for (const GlobalFlag& flag : kFlags) names.emplace_back(flag.name);
  const std::string near = nearest(name, names);
  return {"unknown flag " + name + (near.empty() ? "" : "; did you mean " + near + "?"), program + " --help"};
}

bool parse_switch(const std::string& program, const std::string& name, const std::optional<std::string>& value) {
  if (!value || *value == "true") return true;
  if (*value == "false") return false;
  throw UsageError("flag " + name + " is true or false, not " + core::quoted(*value), program + " --help");
}

void set_flag(ParsedGlobals& parsed, std::string_view name, const std::string& value) {
  if (name == "--namespace") parsed.flags.ns = value;
  if (name == "--root") parsed.flags.root = value;
  if (name == "--state") parsed.flags.state = value;
  if (name == "--timeout") parsed.flags.timeout_seconds = core::parse_duration(value);
}

void set_switch(ParsedGlobals& parsed, std::string_view name, bool on) {
  if (name == "--debug") parsed.flags.debug = on;
  if (name == "--help") parsed.help = on;
  if (name == "--version") parsed.version = on;
}

}  // namespace

std::span<const GlobalFlag> global_flags() noexcept { return kFlags; }

ParsedGlobals parse_globals(const std::string& program, std::span<const std::string> arguments) {
  ParsedGlobals parsed;
  if (const char* ns = std::getenv("CONTAINERD_NAMESPACE"); ns != nullptr && *ns != '\0') parsed.flags.ns = ns;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].size() > 1 && arguments[next][0] == '-') {
    if (arguments[next] == "--") {
      ++next;
      break;
    }
    auto [name, value] = split_flag(arguments[next++]);
    const GlobalFlag* flag = find_flag(name);
    if (flag == nullptr) throw unknown_flag(program, name);
    if (flag->value.empty()) {
      set_switch(parsed, flag->name, parse_switch(program, name, value));
      continue;
    }
    if (!value && next < arguments.size()) value = arguments[next++];
    if (!value || value->empty()) {
      throw UsageError("flag " + name + " needs a value (" + std::string(flag->value) + ")", program + " --help");
    }
    set_flag(parsed, flag->name, *value);
  }
  parsed.rest.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  return parsed;
}

}  // namespace ctrbox::commands
