# What is left and what is said after a death: for crash tests, loaded after ../functional/lib.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside

# A test that fails leaves containers whose shim lib_teardown kills.
aftermath_teardown() {
  local group pid
  lib_teardown
  for _ in $(seq 50); do
    while read -r group; do
      echo THAWED 2>/dev/null >"$group/freezer.state" || true
      while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$group/cgroup.procs"
      rmdir "$group" 2>/dev/null || true
    done < <(find /sys/fs/cgroup -depth -type d -name "*$TOKEN*")
    [ -n "$(cgroups_here)" ] || break
    sleep 0.1
  done
}
teardown() { aftermath_teardown; }

sql() { sqlite3 "$CTRBOX_ROOT/state.db" "$1"; }

shim_of() { pgrep -f "^shim .*-id $1 " | head -n 1; }

gone() { ! kill -0 "$1" 2>/dev/null; }
# Its shim is dead or has finished.
without_shim() { [ -z "$(shim_of "$1")" ]; }

# What is left of a host on which nothing runs: it prints what it finds.
leftovers() {
  find "$CTRBOX_STATE/fifo" -mindepth 1 2>/dev/null
  find "$CTRBOX_STATE/tasks" "$CTRBOX_STATE/runc" -mindepth 2 2>/dev/null
  mounts_here
  cgroups_here
  pgrep -af -- "-state $CTRBOX_STATE |--root $CTRBOX_STATE/" || true # in a group, others are seen above
}
is_clean() { [ -z "$(leftovers)" ]; }
nothing_left() {
  await is_clean && return 0
  leftovers >&2
  return 1
}

# left_of ID: what is left of one container while others live. Its record, its log and its row of an ended task may stay.
left_of() {
  find "$CTRBOX_STATE/tasks" "$CTRBOX_STATE/runc" -mindepth 2 -maxdepth 2 -name "$1" 2>/dev/null
  awk -v part="/$1/" 'index($5, part) {print $5}' /proc/self/mountinfo
  find /sys/fs/cgroup -type d -name "$1" 2>/dev/null
  pgrep -af -- "-id $1 |--root $CTRBOX_STATE/.* $1\$" || true
}
is_clean_of() { [ -z "$(left_of "$1")" ]; }
nothing_left_of() {
  await is_clean_of "$1" && return 0
  left_of "$1" >&2
  return 1
}

status_of() { ctr tasks ls | awk -v id="$1" '$1 == id {print $3}'; }

# lives ARG...: what the events say (tests/support/lives.py).
lives() { python3 "$SUPPORT/lives.py" "$CTRBOX_ROOT" "$@"; }

events_are_the_state() { python3 "$SUPPORT/truth.py" "$CTRBOX_ROOT"; }

# failpoints_in DIRECTORY...: read from the sources, so that none is forgotten.
failpoints_in() { (cd "$REPOSITORY" && grep -rhoE 'failpoint\("[a-z_.]+"' "$@" --include='*.cpp' | sed 's/.*"\(.*\)"/\1/' | sort -u); }

# fake_runc SCRIPT: a runc before the real one on PATH; $@ are its arguments, $REAL the real one.
fake_runc() {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/bash\nREAL=%s\n%s\nexec "$REAL" "$@"\n' "$(command -v runc)" "$1" >"$BATS_TEST_TMPDIR/bin/runc"
  chmod 755 "$BATS_TEST_TMPDIR/bin/runc"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}
