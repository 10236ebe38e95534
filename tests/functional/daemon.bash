# For tests of the containerd personality: a daemon of the test's own, foreign clients, and waiting for what they print.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# containerd_start [FLAG...]: in the foreground of this test; $DAEMON is its pid, $SOCKET where it listens.
containerd_start() {
  containerd "$@" 2>>"$BATS_TEST_TMPDIR/daemon.log" 3>&- &
  DAEMON=$!
  await test -S "$SOCKET"
  await client_is_served
}
client_is_served() { foreign version >/dev/null 2>&1; }

# containerd_stop: asks it to end, and returns its exit status.
containerd_stop() {
  kill -TERM "$DAEMON"
  wait "$DAEMON"
}

# Debian's own ctr, unmodified.
foreign() { /usr/bin/ctr --address "$SOCKET" "$@"; }
events_client() { /usr/bin/python3 "$SUPPORT/events_client.py" "$@"; }

# has_lines FILE COUNT: the file has at least so many.
has_lines() { [ "$(wc -l <"$1" 2>/dev/null || echo 0)" -ge "$2" ]; }
await_lines() { await has_lines "$1" "$2" || { cat "$1" >&2; return 1; }; }
contains() { grep -qF -- "$2" "$1"; }

sql() { sqlite3 "$CTRBOX_ROOT/state.db" "$1"; }
