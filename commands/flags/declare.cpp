#include "commands/flags/declare.h"

#include <CLI/CLI.hpp>

namespace ctrbox::commands {

void add_switch(CLI::App& app, const std::string& names, bool& target, const std::string& summary) {
  app.add_flag(names, target, summary)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_value(CLI::App& app, const std::string& names, std::string& target, const std::string& value_name,
               const std::string& summary) {
  app.add_option(names, target, summary)->type_name(value_name)->take_last();
}

void add_values(CLI::App& app, const std::string& names, std::vector<std::string>& target,
                const std::string& value_name, const std::string& summary) {
  // WHY no extra args: the parser would take the positionals that follow as further values.
  app.add_option(names, target, summary)->type_name(value_name)->allow_extra_args(false);
}

void add_positional(CLI::App& app, const std::string& name, std::string& target, const std::string& summary,
                    Presence presence) {
  app.add_option(name, target, summary)->required(presence == Presence::required);
}

void add_positionals(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                     const std::string& summary, Presence presence) {
  app.add_option(name, target, summary)->required(presence == Presence::required);
}

std::vector<Declared> declared(const CLI::App& app) {
  std::vector<Declared> all;
  for (const CLI::Option* option : app.get_options()) {
    if (option == app.get_help_ptr()) continue;
    Declared one;
    for (const std::string& name : option->get_snames()) one.short_names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) one.long_names.push_back("--" + name);
    if (option->get_positional()) one.positional = option->get_single_name();
    const bool takes_value = option->get_items_expected_max() > 0;
    if (takes_value && !option->get_positional()) one.value_name = option->get_type_name();
    one.summary = option->get_description();
    one.repeatable = option->get_items_expected_max() > 1;
    one.required = option->get_required();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace ctrbox::commands
