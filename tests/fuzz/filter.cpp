// Filters as a list command or a subscriber sends them: expressions with NULs between them.
// SPDX-License-Identifier: Apache-2.0
#include "core/filters/filter.h"

#include "property.h"

using namespace ctrbox;

namespace {

using Path = std::vector<std::string>;

std::optional<std::string> nothing(const Path&) { return std::nullopt; }

/// Every field is there, its value its path.
std::optional<std::string> echo(const Path& path) {
  std::string value;
  for (const std::string& part : path) value += part + ".";
  return value;
}

std::optional<std::string> image(const Path& path) {
  if (path == Path{"name"}) return "docker.io/library/redis:latest";
  if (path.size() == 2 && path[0] == "labels") return path[1] == "a/b" ? "x\xff\n" : "";
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  std::vector<std::string> expressions;
  while (!input.empty()) expressions.emplace_back(input.take_part());
  const auto filter = fuzz::parsed([&] { return core::Filter::parse(expressions); });
  if (!filter) return 0;
  for (const core::FieldLookup& lookup :
       {core::FieldLookup(nothing), core::FieldLookup(echo), core::FieldLookup(image)})
    fuzz::require(filter->matches(lookup) || !filter->matches_everything(), "what matches everything matches this");
  // Several filters are or: one more can only let more through, where it is not the first.
  if (expressions.empty() || !filter->matches(image)) return 0;
  expressions.emplace_back("no==such");
  const auto wider = fuzz::parsed([&] { return core::Filter::parse(expressions); });  // it may be too much text
  fuzz::require(!wider || wider->matches(image), "a further filter takes nothing away");
  return 0;
}
