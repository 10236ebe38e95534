#include "commands/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "commands/errors.h"
#include "commands/flags/global.h"
#include "commands/lookup.h"

namespace ctrbox::commands {
namespace {

const Declared* find_flag(const std::vector<Declared>& flags, const std::string& name) {
  for (const Declared& flag : flags) {
    if (std::find(flag.long_names.begin(), flag.long_names.end(), name) != flag.long_names.end()) return &flag;
    if (std::find(flag.short_names.begin(), flag.short_names.end(), name) != flag.short_names.end()) return &flag;
  }
  return nullptr;
}

std::string shown_name(const Declared& flag) {
  return flag.long_names.empty() ? flag.short_names.front() : flag.long_names.front();
}

void check_switch(const std::string& name, const std::string& value, const std::string& help_command) {
  if (value == "true" || value == "false") return;
  throw UsageError("flag " + name + " is true or false, not " + core::quoted(value), help_command);
}

/// One flag argument taken apart, in the parser's plainest form: "--name", "value". Returns the flag that still waits
/// for its value in the next argument, or null.
const Declared* normalise_flag(const std::vector<Declared>& flags, const std::string& text,
                               std::vector<std::string>& plain, const std::string& help_command) {
  if (text.starts_with("--")) {
    const std::size_t equals = text.find('=');
    const Declared* flag = find_flag(flags, text.substr(0, equals));
    const bool takes_value = flag != nullptr && !flag->value_name.empty();
    if (flag != nullptr && !takes_value && equals != std::string::npos)
      check_switch(text.substr(0, equals), text.substr(equals + 1), help_command);
    if (!takes_value || equals == std::string::npos) {
      plain.push_back(text);
      return takes_value ? flag : nullptr;
    }
    // WHY: the parser takes the next argument for the value of "--name=".
    plain.push_back(text.substr(0, equals));
    plain.push_back(text.substr(equals + 1));
    return nullptr;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    const std::string name = std::string("-") + text[i];
    const Declared* flag = find_flag(flags, name);
    plain.push_back(name);
    if (flag == nullptr || flag->value_name.empty()) continue;
    if (i + 1 == text.size()) return flag;
    plain.push_back(text.substr(text[i + 1] == '=' ? i + 2 : i + 1));
    return nullptr;
  }
  return nullptr;
}

std::string unknown_flag(const std::vector<Declared>& flags, const std::string& text) {
  const std::string name = text.substr(0, text.find('='));
  for (const GlobalFlag& global : global_flags())
    if (name == global.name || name == global.short_name) return "flag " + name + " goes before the command";
  std::vector<std::string> names = {"--help"};
  for (const Declared& flag : flags) names.insert(names.end(), flag.long_names.begin(), flag.long_names.end());
  const std::string near = nearest(name, names);
  return "unknown flag " + name + (near.empty() ? "" : "; did you mean " + near + "?");
}

std::string extra_argument(const CLI::App& app) {
  for (const std::string& extra : app.remaining()) {
    if (extra == "--") continue;
    if (extra.size() > 1 && extra[0] == '-') return unknown_flag(declared(app), extra);
    return "unexpected argument " + core::quoted(extra);
  }
  return "unexpected argument";
}

std::string missing_argument(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    if (option->get_required() && option->count() == 0) return "missing argument " + option->get_single_name();
  return "missing argument";
}

}  // namespace

CommandLine::CommandLine(const Command& command) : command_(command), app_(std::make_unique<CLI::App>()) {
  app_->set_help_flag("-h,--help", "show this help");
  action_ = command.declare(*app_);
}

CommandLine::~CommandLine() = default;
CommandLine::CommandLine(CommandLine&&) noexcept = default;

std::vector<Declared> CommandLine::declared() const { return commands::declared(*app_); }

std::vector<std::string> CommandLine::split_tail(std::span<const std::string> arguments,
                                                 const std::string& help_command) {
  const std::vector<Declared> flags = declared();
  std::vector<std::string> plain;
  bool flags_ended = false;
  int positionals = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& text = arguments[i];
    if (text == "--" && command_.raw_after > 0 && positionals > 0) {
      // The other positionals are left out: an optional one is before the container's command line.
      tail_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (!flags_ended && text == "--") {
      flags_ended = true;
      plain.push_back(text);
      continue;
    }
    if (!flags_ended && text.size() > 1 && text[0] == '-') {
      const Declared* waiting = normalise_flag(flags, text, plain, help_command);
      if (waiting == nullptr) continue;
      if (i + 1 == arguments.size())
        throw UsageError("flag " + shown_name(*waiting) + " needs a value (" + waiting->value_name + ")", help_command);
      plain.push_back(arguments[++i]);
      continue;
    }
    plain.push_back(text);
    if (command_.raw_after == 0 || ++positionals < command_.raw_after) continue;
    tail_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
    if (!tail_.empty() && tail_.front() == "--") tail_.erase(tail_.begin());
    break;
  }
  return plain;
}

CommandLine::Outcome CommandLine::parse(std::span<const std::string> arguments, const std::string& help_command) {
  std::vector<std::string> plain = split_tail(arguments, help_command);
  std::reverse(plain.begin(), plain.end());  // the parser takes them from the back
  try {
    app_->parse(std::move(plain));
    return Outcome::run;
  } catch (const CLI::CallForHelp&) {
    return Outcome::help;
  } catch (const CLI::ExtrasError&) {
    throw UsageError(extra_argument(*app_), help_command);
  } catch (const CLI::RequiredError&) {
    throw UsageError(missing_argument(*app_), help_command);
  } catch (const CLI::ConversionError& error) {
    throw UsageError(std::string("flag with a bad value: ") + error.what(), help_command);
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what(), help_command);
  }
}

}  // namespace ctrbox::commands
