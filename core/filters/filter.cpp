#include "core/filters/filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/base/error.h"
#include "core/filters/parser.h"
#include "core/filters/scanner.h"

namespace ctrbox::core {
namespace {

using filters::Operator;
using filters::Selector;

constexpr std::size_t kMaxExpressionBytes = 64 * 1024;  // of all expressions together
constexpr std::size_t kMaxRegularExpressions = 64;
constexpr std::int64_t kMaxRegularExpressionMemory = 1024 * 1024;  // each; RE2 falls back to slower matching within it

struct Condition {
  Selector selector;
  std::unique_ptr<const RE2> pattern;  // for ~= only
};
using Alternative = std::vector<Condition>;  // all must hold

std::unique_ptr<const RE2> compile(std::string_view expression, const Selector& selector) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxRegularExpressionMemory);
  auto pattern = std::make_unique<const RE2>(selector.value, options);
  if (!pattern->ok())
    filters::Scanner(expression).fail(selector.value_position, "invalid regular expression: " + pattern->error());
  return pattern;
}

bool holds(const Condition& condition, const FieldLookup& lookup) {
  const std::optional<std::string> field = lookup(condition.selector.path);
  switch (condition.selector.operation) {
    case Operator::present: return field.has_value();
    case Operator::equal: return field == condition.selector.value;
    // These two take an absent field for an empty one, as containerd does.
    case Operator::not_equal: return field.value_or("") != condition.selector.value;
    case Operator::matches: return RE2::PartialMatch(field.value_or(""), *condition.pattern);
  }
  return false;
}

}  // namespace

struct Filter::Alternatives {
  std::vector<Alternative> any_of;
};

Filter Filter::parse(const std::vector<std::string>& expressions) {
  std::size_t bytes = 0;
  for (const std::string& expression : expressions) bytes += expression.size();
  if (bytes > kMaxExpressionBytes)
    throw resource_exhausted("filters: longer than " + std::to_string(kMaxExpressionBytes) + " bytes");

  auto alternatives = std::make_shared<Alternatives>();
  std::size_t pattern_count = 0;
  bool matches_everything = expressions.empty();
  for (const std::string& expression : expressions) {
    Alternative alternative;
    for (Selector& selector : filters::parse_selectors(expression)) {
      Condition condition{.selector = std::move(selector), .pattern = nullptr};
      if (condition.selector.operation == Operator::matches) {
        if (++pattern_count > kMaxRegularExpressions)
          throw resource_exhausted("filters: more than " + std::to_string(kMaxRegularExpressions) +
                                   " regular expressions");
        condition.pattern = compile(expression, condition.selector);
      }
      alternative.push_back(std::move(condition));
    }
    matches_everything = matches_everything || alternative.empty();
    alternatives->any_of.push_back(std::move(alternative));
  }
  Filter filter;
  if (!matches_everything) filter.alternatives_ = std::move(alternatives);
  return filter;
}

bool Filter::matches(const FieldLookup& lookup) const {
  if (matches_everything()) return true;
  const auto& any_of = alternatives_->any_of;
  return std::any_of(any_of.begin(), any_of.end(), [&](const Alternative& alternative) {
    return std::all_of(alternative.begin(), alternative.end(),
                       [&](const Condition& condition) { return holds(condition, lookup); });
  });
}

bool Filter::matches_everything() const noexcept { return alternatives_ == nullptr; }

}  // namespace ctrbox::core
