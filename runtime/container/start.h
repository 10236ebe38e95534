// The task of a container whose record is there: what is needed to start it, and those that are to run by their policy.
// Thread: the main one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"
#include "runtime/task/task.h"

namespace ctrbox::runtime {

/// Root file system, terminal and log as the record has them, no streams. Throws not_found.
CreateOptions start_options(state::Database& database, const core::Paths& paths, const std::string& ns,
                            const std::string& id);

/// A task that has ended makes way for the next one. Throws already_exists for a living one.
void make_way(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id);

/// Told of each container that was to be started: nullptr if it runs now.
using OnStarted = std::function<void(const std::string& ns, const std::string& id, const core::Error* failure)>;

/// After the host was started anew: starts, in all namespaces, the containers that ran then and whose policy
/// (restart_policy.h) wants them to run: always, or unless-stopped if no user has stopped it.
void start_by_policy(state::Database& database, const core::Paths& paths, const OnStarted& on_started);

}  // namespace ctrbox::runtime
