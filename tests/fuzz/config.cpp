// The daemon's TOML file.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/daemon/config.h"

#include "property.h"

using namespace ctrbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = fuzz::parsed([&] { return runtime::daemon::parse_config(text, "config.toml"); });
  if (config && config->idle_timeout) fuzz::require(config->idle_timeout->count() >= 0, "no timeout is negative");
  return 0;
}
