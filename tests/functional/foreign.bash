# For tests of the shim's binary contract: Debian's containerd, unmodified, with everything of its own below the test's
# directory, and our shim on its PATH.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# peer_prepare: once a file. $PEER_ROOT is a containerd root with the image $PEER_IMAGE in namespace $PEER_NS.
peer_prepare() {
  export PEER_NS=foreign PEER_IMAGE=test/busybox:latest PEER_ROOT=$BATS_FILE_TMPDIR/peer/root
  local tar=$BATS_FILE_TMPDIR/busybox.tar
  python3 "$SUPPORT/make_image.py" image "$BATS_FILE_TMPDIR/layout" latest busybox
  tar -C "$BATS_FILE_TMPDIR/layout" -cf "$tar" .
  PEER=$BATS_FILE_TMPDIR/peer
  peer_start
  peer images import --base-name test/busybox "$tar" >/dev/null
  peer_stop
}

# peer_setup: for each test. A root with the image, and the names that the other functions use.
peer_setup() {
  PEER=$BATS_TEST_TMPDIR/peer
  PEER_PID=
  mkdir -p "$PEER"
  cp -a "$PEER_ROOT" "$PEER/root"
}

# peer_teardown: ends what the test left: tasks, their shims (their arguments name the socket), the daemon.
peer_teardown() {
  local group
  [ -z "$PEER_PID" ] || { kill -9 "$PEER_PID" 2>/dev/null && wait "$PEER_PID" 2>/dev/null; } || true
  lib_teardown
  for group in /sys/fs/cgroup/*/"$PEER_NS"/*"$TOKEN"*; do
    [ -e "$group/cgroup.procs" ] || continue
    xargs -r kill -9 <"$group/cgroup.procs" 2>/dev/null || true
    rmdir "$group" 2>/dev/null || true
  done
  rm -rf "/run/containerd/runc/$PEER_NS"/*"$TOKEN"*
}

# peer_start: $PEER_PID is its pid. Its log is $PEER/log.
peer_start() {
  mkdir -p "$PEER"
  cat >"$PEER/config.toml" <<TOML
version = 2
root = "$PEER/root"
state = "$PEER/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "$PEER/c.sock"
TOML
  CTRBOX_STATE=${CTRBOX_STATE:-$PEER/shims} /usr/bin/containerd --config "$PEER/config.toml" >>"$PEER/log" 2>&1 </dev/null 3>&- 4>&- &
  PEER_PID=$!
  await peer_answers
}
peer_answers() { peer version >/dev/null 2>&1; }

peer_stop() {
  kill -TERM "$PEER_PID"
  wait "$PEER_PID" || true
  PEER_PID=
}

# peer ARG...: Debian's ctr against that daemon.
peer() { timeout -s KILL 60 /usr/bin/ctr --address "$PEER/c.sock" -n "$PEER_NS" "$@"; }
# peer_run [FLAG...] ID [COMMAND...]: with our shim. Flags are words without blanks in front of the id that begin with a dash.
peer_run() {
  local flags=()
  while [[ $1 = -* ]]; do flags+=("$1"); shift; done
  peer run --runtime io.containerd.ctrbox.v2 --fifo-dir "$PEER/fifo" "${flags[@]}" "$PEER_IMAGE" "$@" 3>&-
}
peer_exec() { peer tasks exec --fifo-dir "$PEER/fifo" --exec-id "$@" 3>&-; }
peer_status() { peer tasks ls | awk -v id="$1" '$1 == id {print $3}'; }
is_status() { [ "$(peer_status "$1")" = "$2" ]; }

# peer_shim ID: the pid of its shim.
peer_shim() {
  local entry
  for entry in /proc/[0-9]*; do
    case $({ tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null) in
      "containerd-shim-ctrbox-v2 -namespace $PEER_NS -id $1 "*) echo "${entry#/proc/}" ;;
    esac
  done
}

# peer_listen FILE: events, one a line, from now on.
peer_listen() {
  local n=0
  peer events >"$1" 2>&1 3>&- &
  export LISTENER=$!
  until grep -q /namespaces/update "$1"; do
    [ $((n += 1)) -le 200 ] || return 1
    peer namespaces label "$PEER_NS" probe="$n"
    sleep 0.05
  done
}
# peer_topics FILE ID: what was told of the tasks of one container, in order.
peer_topics() { grep -F "\"container_id\":\"$2\"" "$1" | grep -o ' /tasks/[a-z-]*' | tr -d ' '; }

# peer_census: what no finished task may leave.
peer_census() {
  echo "mounts: $(mounts_here | grep -cv "$PEER/root" || true)"
  echo "shims: $(processes_here | while read -r pid; do tr '\0' ' ' <"/proc/$pid/cmdline"; echo; done | grep -c '^containerd-shim' || true)"
  echo "cgroups: $(cgroups_here | wc -l)"
  echo "sockets: $(find "$CTRBOX_STATE/s" -type s 2>/dev/null | wc -l)"
  echo "fifos: $(find "$PEER/fifo" -type p 2>/dev/null | wc -l)"
  echo "bundles: $(find "$PEER/state/io.containerd.runtime.v2.task" -name config.json 2>/dev/null | wc -l)"
  echo "runc: $(find "/run/containerd/runc/$PEER_NS" -path "*$TOKEN*" -name state.json 2>/dev/null | wc -l)"
}
NOTHING_LEFT=$'mounts: 0\nshims: 0\ncgroups: 0\nsockets: 0\nfifos: 0\nbundles: 0\nrunc: 0'
assert_nothing_left() {
  local now n
  for n in $(seq 30); do
    now=$(peer_census)
    [ "$now" = "$NOTHING_LEFT" ] && return 0
    sleep 0.1
  done
  printf 'left behind (after %s looks):\n%s\n' "$n" "$now" >&2
  return 1
}
