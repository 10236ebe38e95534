// The error of an object that is not in this namespace: it says in which others the object is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/error.h"
#include "state/statement.h"

namespace ctrbox::core::namespaces {

/// `what` is the object as messages name it (`image "x"`); `holders` yields the names of the namespaces that have it.
/// Returns not_found `image "x": not found`, or with holders
/// `image "x": not found in namespace "foo"; it is in namespace "default" (use -n default)`.
Error not_found_in(const std::string& what, const std::string& ns, state::Statement holders);

}  // namespace ctrbox::core::namespaces
