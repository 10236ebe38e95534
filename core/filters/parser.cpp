#include "core/filters/parser.h"

#include "core/filters/scanner.h"

namespace ctrbox::core::filters {
namespace {

Operator to_operator(std::string_view text) {
  if (text == "==") return Operator::equal;
  return text == "!=" ? Operator::not_equal : Operator::matches;
}

Selector parse_selector(Scanner& scanner) {
  Selector selector;
  do selector.path.push_back(scanner.take_field());
  while (scanner.take('.'));
  if (scanner.at_end() || scanner.next_is(',')) return selector;
  selector.operation = to_operator(scanner.take_operator());
  selector.value_position = scanner.position();
  selector.value = scanner.take_value();
  return selector;
}

}  // namespace

std::vector<Selector> parse_selectors(std::string_view expression) {
  Scanner scanner(expression);
  std::vector<Selector> selectors;
  if (scanner.at_end()) return selectors;
  do selectors.push_back(parse_selector(scanner));
  while (scanner.take(','));
  if (!scanner.at_end()) scanner.fail(scanner.position(), "unexpected input: expected a comma or the end");
  return selectors;
}

}  // namespace ctrbox::core::filters
