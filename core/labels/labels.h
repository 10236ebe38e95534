// Labels: string pairs on namespaces, images, content, snapshots and containers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "state/transaction.h"

namespace ctrbox::core {

using Labels = std::map<std::string, std::string>;

/// Which table holds them.
enum class LabelOwner { namespaces, images, content, snapshots, containers };

/// Key and value together; containerd's own figure.
inline constexpr std::size_t kMaxLabelBytes = 4096;

/// Throws invalid_argument if a pair is longer than kMaxLabelBytes or a key is empty.
void check_labels(const Labels& labels);
Labels read_labels(state::Database& database, LabelOwner owner, std::int64_t owner_id);
/// Sets the given labels and leaves others; an empty value removes its key.
void merge_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels);
/// Replaces all labels.
void replace_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels);
/// "k=v" pairs as typed: a bare key means value "true", "key=" means removal. Throws invalid_argument.
std::pair<std::string, std::string> parse_label(std::string_view text);
/// "a=b,c=d", sorted by key; "" when none.
std::string to_string(const Labels& labels);

}  // namespace ctrbox::core
