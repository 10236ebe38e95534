# What every functional test stands on: the built program on PATH, a registry of its own for each file, a root and a state
# directory of its own for each test, and a check that nothing is left behind.
#
# A test file starts with:   load lib
#                            setup_file() { file_registry; push_busybox; }
# Its tests may use $REGISTRY (host:port), $BUSYBOX (a pulled-by reference), ctr, dist, ctrbox, push_image, census.
# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SUPPORT=$REPOSITORY/tests/support
: "${CTRBOX_BUILD:=$REPOSITORY/build/dev}"
PATH=$CTRBOX_BUILD/bin:$CTRBOX_BUILD:$PATH
export REPOSITORY SUPPORT CTRBOX_BUILD PATH
# shellcheck source=../support/registry.bash
source "$SUPPORT/registry.bash"

# --- once a file -------------------------------------------------------------------------------------------------------

file_registry() {
  registry_start "$BATS_FILE_TMPDIR/registry"
  export REGISTRY REGISTRY_PID
  export REGISTRY_DIR=$BATS_FILE_TMPDIR/registry
}

teardown_file() { registry_stop "$BATS_FILE_TMPDIR/registry"; }

# push_image NAME[:TAG] [make_image options] LAYER...: an image at $REGISTRY/NAME:TAG. LAYER: tar, directory or `busybox`.
push_image() {
  local name=$1 layout=$BATS_FILE_TMPDIR/layouts/${1//[:\/]/_}
  shift
  mkdir -p "$BATS_FILE_TMPDIR/layouts"
  python3 "$SUPPORT/make_image.py" image "$layout" latest "$@"
  python3 "$SUPPORT/make_image.py" push "$layout" latest "$REGISTRY/$name"
}

# image_digests NAME[:TAG] [layers|diffs|config]: of an image that push_image pushed.
image_digests() {
  python3 "$SUPPORT/make_image.py" digest "$BATS_FILE_TMPDIR/layouts/${1//[:\/]/_}" latest "${@:2}"
}

# push_busybox: $BUSYBOX, a runnable image of three layers.
push_busybox() {
  local tree=$BATS_FILE_TMPDIR/trees
  mkdir -p "$tree/one/etc" "$tree/two/srv/data"
  echo "hello from the second layer" >"$tree/one/etc/motd"
  head -c 300000 /dev/zero | tr '\0' 'x' >"$tree/two/srv/data/large"
  push_image library/busybox:latest busybox "$tree/one" "$tree/two"
  export BUSYBOX=$REGISTRY/library/busybox:latest
}

# file_pulled: once a file, a root with $BUSYBOX in it; every test works on a copy, which is quicker than a pull.
file_pulled() {
  file_registry
  push_busybox
  CTRBOX_ROOT=$BATS_FILE_TMPDIR/pulled CTRBOX_STATE=$BATS_FILE_TMPDIR/pulled-state ctr pull "$BUSYBOX" >/dev/null 2>&1
}

# --- once a test -------------------------------------------------------------------------------------------------------

# A file that needs more in setup() calls lib_setup first.
lib_setup() {
  export CTRBOX_ROOT=$BATS_TEST_TMPDIR/root CTRBOX_STATE=$BATS_TEST_TMPDIR/state
  # Short and unlike every other: container ids made from it can be told apart in the cgroup tree and in ps.
  TOKEN=t$(printf '%s' "$BATS_TEST_TMPDIR" | sha256sum | cut -c1-10)
  export TOKEN
  unset CONTAINERD_NAMESPACE FAILPOINT
}
setup() { lib_setup; }

# setup_pulled: for a file that has called file_pulled.
setup_pulled() {
  require_root
  lib_setup
  cp -a "$BATS_FILE_TMPDIR/pulled" "$CTRBOX_ROOT"
  mkdir -p "$CTRBOX_STATE"
}

# Ends what a failed test left running, so that it does not spoil the next one.
lib_teardown() {
  local pid mount
  for pid in $(processes_here); do kill -9 "$pid" 2>/dev/null || true; done
  while read -r mount; do umount -l "$mount" 2>/dev/null || true; done < <(mounts_here)
}
teardown() { lib_teardown; }

require_root() { [ "$(id -u)" = 0 ] || skip "needs root"; }

# stderr and stdout of a command apart: run_apart CMD... sets status, output (stdout), errors (stderr).
run_apart() {
  status=0
  "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
  output=$(cat "$BATS_TEST_TMPDIR/stdout")
  errors=$(cat "$BATS_TEST_TMPDIR/stderr")
}

# await CMD...: until it succeeds, ten seconds at most.
await() {
  local n
  for n in $(seq 200); do "$@" && return 0; sleep 0.05; done
  echo "after $n looks still not: $*" >&2
  return 1
}

# assert_equal ACTUAL EXPECTED
assert_equal() {
  [ "$1" = "$2" ] && return 0
  printf 'expected: %s\nactual:   %s\n' "$2" "$1" >&2
  return 1
}

# assert_match TEXT EXTENDED_REGEX
assert_match() {
  [[ "$1" =~ $2 ]] && return 0
  printf 'no match for: %s\nin: %s\n' "$2" "$1" >&2
  return 1
}

# assert_fails_cleanly CMD...: exits non-zero with exactly one line on stderr (in $errors) and nothing on stdout.
assert_fails_cleanly() {
  run_apart "$@"
  if [ "$status" = 0 ] || [ -n "$output" ] || [ "$(grep -c . <<<"$errors")" != 1 ]; then
    printf 'status %s\nstdout: %s\nstderr: %s\n' "$status" "$output" "$errors" >&2
    return 1
  fi
}

# --- what is left behind -----------------------------------------------------------------------------------------------

mounts_here() { awk -v root="$BATS_TEST_TMPDIR/" 'index($5, root) == 1 {print $5}' /proc/self/mountinfo; }

# Processes that name this test's directories in their arguments or stand in them: shims, runc, stray clients.
processes_here() {
  local entry
  for entry in /proc/[0-9]*; do
    [ "${entry#/proc/}" = "$$" ] && continue
    [ "${entry#/proc/}" = "$BASHPID" ] && continue
    case $({ tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null) in
      *bats-exec*) continue ;;
      *"$BATS_TEST_TMPDIR"/*) echo "${entry#/proc/}"; continue ;;
    esac
    case $(readlink "$entry/cwd" 2>/dev/null) in
      "$BATS_TEST_TMPDIR"/root* | "$BATS_TEST_TMPDIR"/state*) echo "${entry#/proc/}" ;;
    esac
  done
}

cgroups_here() { find /sys/fs/cgroup -type d -name "*$TOKEN*" 2>/dev/null; }

# census: what a finished command must not leave: mounts, processes, cgroups (of ids that contain $TOKEN), fifos, sockets,
# partial downloads, staging directories, bundles. Take it before and after, and compare.
census() {
  echo "mounts: $(mounts_here | wc -l)"
  echo "processes: $(processes_here | wc -l)"
  echo "cgroups: $(cgroups_here | wc -l)"
  echo "fifos: $(find "$CTRBOX_ROOT" "$CTRBOX_STATE" -type p 2>/dev/null | wc -l)"
  echo "sockets: $(find "$CTRBOX_ROOT" "$CTRBOX_STATE" -type s 2>/dev/null | wc -l)"
  echo "ingests: $(find "$CTRBOX_ROOT/content/ingest" -name data 2>/dev/null | wc -l)"
  echo "bundles: $(find "$CTRBOX_STATE/tasks" -name config.json 2>/dev/null | wc -l)"
  echo "runc: $(find "$CTRBOX_STATE/runc" -name state.json 2>/dev/null | wc -l)"
}

# await_census EXPECTED: the shim tidies up after its answer; polls for at most ten seconds until the census is EXPECTED.
await_census() {
  local tries now
  for tries in $(seq 100); do
    now=$(census)
    [ "$now" = "$1" ] && return 0
    sleep 0.1
  done
  printf 'left behind (after %s looks):\n%s\nexpected:\n%s\n' "$tries" "$now" "$1" >&2
  processes_here | while read -r pid; do tr '\0' ' ' <"/proc/$pid/cmdline"; echo; done >&2
  return 1
}

# check_state: the invariants of the state (every row has its files, every blob its digest, nothing half done).
check_state() { python3 "$SUPPORT/check_state.py" "$CTRBOX_ROOT" "$@"; }
