#include "runtime/shim/contract/invocation.h"

#include <array>
#include <string_view>

#include "core/base/error.h"
#include "core/base/ids.h"

namespace ctrbox::runtime::shim::contract {
namespace {

struct ActionName {
  std::string_view name;
  Action action;
};
constexpr std::array kActions = {ActionName{"start", Action::start}, ActionName{"delete", Action::remove},
                                 ActionName{"serve", Action::serve}};

Action parse_action(std::string_view word) {
  for (const auto& row : kActions)
    if (row.name == word) return row.action;
  throw core::invalid_argument("unknown action " + core::quoted(word) + ": start and delete are known");
}

/// "-id", "--id" and "-id=x" without dashes and value.
std::string_view flag_name(std::string_view word) {
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  return word.substr(0, word.find('='));
}

class Words {
 public:
  explicit Words(std::span<const std::string> words) : words_(words) {}

  bool done() const noexcept { return at_ == words_.size(); }
  const std::string& next() { return words_[at_++]; }
  /// Of the flag just read.
  std::string value(const std::string& word) {
    const auto equals = word.find('=');
    if (equals != word.npos) return word.substr(equals + 1);
    if (done()) throw core::invalid_argument("flag " + word + " needs a value");
    return next();
  }

 private:
  std::span<const std::string> words_;
  std::size_t at_ = 0;
};

std::string* find_text(Invocation& invocation, std::string_view flag) {
  if (flag == "namespace") return &invocation.ns;
  if (flag == "id") return &invocation.id;
  if (flag == "address") return &invocation.address;
  if (flag == "publish-binary") return &invocation.publish_binary;
  if (flag == "bundle") return &invocation.bundle;
  return nullptr;
}

void check(const Invocation& invocation) {
  if (invocation.action == Action::version || invocation.action == Action::info) return;
  if (invocation.ns.empty()) throw core::invalid_argument("-namespace is missing");
  if (invocation.id.empty()) throw core::invalid_argument("-id is missing");
  // What names a namespace is the daemon's to say; here it becomes part of paths.
  core::with_context("namespace " + core::quoted(invocation.ns), [&] { core::check_identifier(invocation.ns); });
  core::with_context("id " + core::quoted(invocation.id), [&] { core::check_identifier(invocation.id); });
}

}  // namespace

Invocation parse_invocation(std::span<const std::string> arguments) {
  Invocation invocation;
  Words words(arguments);
  bool has_action = false;
  while (!words.done() && !has_action) {
    const std::string& word = words.next();
    if (!word.starts_with('-')) {
      invocation.action = parse_action(word);
      has_action = true;
      continue;
    }
    const std::string_view flag = flag_name(word);
    if (std::string* text = find_text(invocation, flag)) {
      *text = words.value(word);
    } else if (flag == "debug") {
      invocation.debug = !word.ends_with("=false");
    } else if (flag == "v" || flag == "info") {
      invocation.action = flag == "v" ? Action::version : Action::info;
      has_action = true;
    } else {
      throw core::invalid_argument("unknown flag " + word);
    }
  }
  if (!has_action) throw core::invalid_argument("no action: start or delete");
  if (!words.done() && invocation.action != Action::version && invocation.action != Action::info)
    throw core::invalid_argument("unexpected argument " + core::quoted(words.next()) + " behind the action");
  check(invocation);
  return invocation;
}

}  // namespace ctrbox::runtime::shim::contract
