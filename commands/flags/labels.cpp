#include "commands/flags/labels.h"

namespace ctrbox::commands {

core::Labels parse_labels(const std::vector<std::string>& arguments) {
  core::Labels labels;
  for (const std::string& argument : arguments) {
    auto [key, value] = core::parse_label(argument);
    labels[key] = value;
  }
  core::check_labels(labels);
  return labels;
}

std::string labels_cell(const core::Labels& labels) { return labels.empty() ? "-" : core::to_string(labels); }

}  // namespace ctrbox::commands
