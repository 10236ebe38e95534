// What a long operation tells while it runs: pure values and a sink. Floors below commands report, commands draw.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ctrbox::core {

enum class ProgressState { resolving, resolved, waiting, downloading, verifying, unpacking, done, exists };

/// "resolving", "downloading", … as the progress screen shows them.
const char* to_string(ProgressState state) noexcept;

/// The state of one thing: the reference being resolved, or one blob ("layer-sha256:…").
struct ProgressItem {
  std::string key;
  ProgressState state = ProgressState::waiting;
  std::int64_t offset = 0;  // bytes moved so far by this operation
  std::int64_t total = 0;   // bytes wanted; 0 when unknown
};

class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// The first update of a key fixes its place in the list; later ones replace its state. Thread: any, must not block.
  virtual void update(const ProgressItem& item) = 0;
};

}  // namespace ctrbox::core
