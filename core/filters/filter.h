// containerd's filter language: `name==redis,labels."a/b"~=^x`. Comma is and; several filters are or.
// Grammar: docs/formats/filters.md. Regular expressions are RE2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::core {

/// The value of a field path ({"labels", "a/b"}), or std::nullopt when the object has no such field.
using FieldLookup = std::function<std::optional<std::string>(const std::vector<std::string>& path)>;

/// A parsed set of filters. Copyable, immutable. Thread: any.
class Filter {
 public:
  /// ORs all of `expressions`; none, or an empty one, matches everything. Throws invalid_argument with the spot, and
  /// resource_exhausted for more than 64 KiB of text or 64 regular expressions.
  static Filter parse(const std::vector<std::string>& expressions);
  bool matches(const FieldLookup& lookup) const;
  bool matches_everything() const noexcept;

 private:
  struct Alternatives;
  std::shared_ptr<const Alternatives> alternatives_;
};

}  // namespace ctrbox::core
