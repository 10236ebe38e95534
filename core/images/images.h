// Images: a name and the descriptor it points to, per namespace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/labels/labels.h"
#include "core/oci/descriptor.h"
#include "state/transaction.h"

namespace ctrbox::core::images {

struct Image {
  std::string name;
  Descriptor target;
  Labels labels;
  std::optional<std::int64_t> measured_size;  // what of it is here, if that is known (images/measure.h)
  std::string measured_platforms;             // "linux/amd64,linux/arm64"
  UnixNanos created_at = 0;
  UnixNanos updated_at = 0;
};

/// Creates the image, or moves an existing one to a new target (event create or update; nothing if nothing changes).
/// Labels are merged. Creates the namespace if needed.
void put(state::Transaction& tx, const std::string& ns, const std::string& name, const Descriptor& target,
         const Labels& labels);
std::optional<Image> find(state::Database& database, const std::string& ns, const std::string& name);
/// Throws not_found; the message names the other namespaces that have the image, if any.
Image get(state::Database& database, const std::string& ns, const std::string& name);
/// In byte order of names. Filters are ORed (core/filters); throws invalid_argument for a bad one.
std::vector<Image> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters);
/// Merges labels (empty value removes) and returns the result. Throws not_found.
Labels label(state::Transaction& tx, const std::string& ns, const std::string& name, const Labels& labels);
/// Returns false if there is none.
bool remove(state::Transaction& tx, const std::string& ns, const std::string& name);

}  // namespace ctrbox::core::images
