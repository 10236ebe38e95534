// What of an image is here: its size and the platforms whose manifests are present.
//
// Measuring reads small documents, so what was found is remembered beside the image together with the digests on whose
// presence it depends; the database forgets it by itself when one of those comes or goes (triggers on content).
// Thread: that of the Database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "core/content/store.h"
#include "core/oci/descriptor.h"
#include "state/transaction.h"

namespace ctrbox::core::images {

struct Measure {
  std::int64_t size_bytes = 0;      // manifests, configurations and layers of what is here, each digest once
  std::set<std::string> platforms;  // "linux/amd64"
};

/// "linux/amd64,linux/arm64".
std::string to_string(const std::set<std::string>& platforms);

/// Adds what is found below `target` to `measure`, and to `depends_on` what was looked for. Throws core::Error when a
/// document that should be here cannot be read or is damaged; what was counted until then is in `measure`.
void measure(state::Database& database, const content::Store& store, const std::string& ns, const Descriptor& target,
             Measure& measure, std::set<Digest>& depends_on);

/// Measures the images of that target unless that is known, and remembers it. What cannot be measured is left: who asks
/// will be told then.
void remember_measure(state::Transaction& tx, const content::Store& store, const std::string& ns,
                      const Descriptor& target);

}  // namespace ctrbox::core::images
