// The one place that knows how to wait for another process's write transaction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

struct sqlite3;

namespace ctrbox::state {

/// Makes every statement of the connection wait, with growing jittered pauses of at most 20 ms, for up to two minutes
/// before it reports SQLITE_BUSY. Transactions are short by rule, so hundreds of waiting processes all get their turn.
void wait_when_busy(sqlite3* connection);

/// Runs `attempt`, again when it threw SQLITE_BUSY or SQLITE_BUSY_SNAPSHOT, at most 5 times. Other errors pass through.
void retry_when_busy(const std::function<void()>& attempt);

}  // namespace ctrbox::state
