// Named moments at which a test may kill this process: FAILPOINT=name=kill in the environment. Compiled away in
// releases. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::core {

#ifdef CTRBOX_FAILPOINTS
/// Raises SIGKILL on this process if FAILPOINT names this point.
void failpoint(const char* name);
#else
inline void failpoint(const char*) {}
#endif

}  // namespace ctrbox::core
