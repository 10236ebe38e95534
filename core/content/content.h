// Content records: which blobs a namespace knows. The bytes are in content/store.h and are shared by all namespaces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/labels/labels.h"
#include "core/oci/digest.h"
#include "state/transaction.h"

namespace ctrbox::core::content {

struct Info {
  Digest digest;
  std::int64_t size = 0;
  Labels labels;
  UnixNanos created_at = 0;
  UnixNanos updated_at = 0;
};

/// Size of a committed blob, whatever namespace knows it.
std::optional<std::int64_t> find_blob(state::Database& database, const Digest& digest);
/// Whether the namespace knows the blob.
bool has(state::Database& database, const std::string& ns, const Digest& digest);
std::optional<Info> find(state::Database& database, const std::string& ns, const Digest& digest);
/// Throws not_found `content digest <d>: not found`, naming other namespaces that know it.
Info get(state::Database& database, const std::string& ns, const Digest& digest);
/// In byte order of digests; filters are ORed.
std::vector<Info> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters);

/// Records a blob whose file is in its place and durable; merges labels; no error if the namespace has it already.
/// Creates the namespace if needed. Writes /content/create when the record is new.
void put(state::Transaction& tx, const std::string& ns, const Digest& digest, std::int64_t size, const Labels& labels);
/// Removes the namespace's record. Returns false if there is none.
bool remove(state::Transaction& tx, const std::string& ns, const Digest& digest);

}  // namespace ctrbox::core::content
