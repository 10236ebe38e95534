// How a registry is reached, as the commands that reach one declare it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands/context.h"
#include "registry/remote/access.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

struct RegistryFlags {
  bool plain_http = false;
  bool skip_verify = false;
  std::string user;  // "NAME" or "NAME:PASSWORD"
};

void add_registry_flags(CLI::App& app, RegistryFlags& flags);

/// Asks for the password on stderr, without showing what is typed, when a user was given without one.
registry::Access access_from(Context& context, const RegistryFlags& flags);

}  // namespace ctrbox::commands
