// Labels: string pairs on namespaces, images, content, snapshots and containers.
//
// An empty value is no label: it removes its key. Lists of labelled objects are read with labels/labelled_rows.h.
// Thread: that of the Database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/transaction.h"

namespace ctrbox::core {

using Labels = std::map<std::string, std::string>;

/// Which table holds them.
enum class LabelOwner { namespaces, images, content, snapshots, containers };

/// Key and value together; containerd's own figure.
inline constexpr std::size_t kMaxLabelBytes = 4096;

/// Throws invalid_argument if a pair is longer than kMaxLabelBytes, a key is empty, or either is not UTF-8.
void check_labels(const Labels& labels);
Labels read_labels(state::Database& database, LabelOwner owner, std::int64_t owner_id);
/// Sets the given labels and leaves others; an empty value removes its key. Returns whether that changed anything.
bool merge_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels);
/// Replaces all labels. Returns whether that changed anything.
bool replace_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels);
/// What is stored of `labels`: those with a value.
Labels without_removals(Labels labels);
/// "" if there is none: a label without a value is not stored.
std::string label_or_none(const Labels& labels, const std::string& key);
/// "k=v" pairs as typed: a bare key means value "true", "key=" means removal. Throws invalid_argument.
std::pair<std::string, std::string> parse_label(std::string_view text);
/// "a=b,c=d", sorted by key; "" when none.
std::string to_string(const Labels& labels);
/// The label that a filter's field path means: {"labels", "a", "b"} is the key "a.b". std::nullopt if there is none.
std::optional<std::string> find_label(const Labels& labels, const std::vector<std::string>& path);

}  // namespace ctrbox::core
