# `ctr run` from odd places, with odd images and odd callers.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() {
  file_registry
  push_busybox
  local tree=$BATS_FILE_TMPDIR/odd/bin
  mkdir -p "$tree"
  printf '#!/bin/nowhere\n' >"$tree/orphan"
  printf '\177ELFnot really' >"$tree/broken"
  chmod 755 "$tree"/*
  push_image library/odd busybox "$BATS_FILE_TMPDIR/odd"
  for n in 3 5 7 9; do push_image "library/fd$n" --config '{"WorkingDir": "/proc/self/fd/'$n'"}' busybox; done
  export ODD=$REGISTRY/library/odd:latest
  CTRBOX_ROOT=$BATS_FILE_TMPDIR/pulled CTRBOX_STATE=$BATS_FILE_TMPDIR/pulled-state
  export CTRBOX_ROOT CTRBOX_STATE
  for image in "$BUSYBOX" "$ODD" "$REGISTRY"/library/fd{3,5,7,9}:latest; do ctr pull "$image" >/dev/null 2>&1; done
}

setup() {
  require_root
  lib_setup
  cp -a "$BATS_FILE_TMPDIR/pulled" "$CTRBOX_ROOT"
  NOTHING_LEFT=$(census)
}

# hello: a container runs and what it says arrives.
hello() { ctr run --rm "$BUSYBOX" "$TOKEN" echo hello; }

@test "each signal that can be forwarded is, under its own name" {
  local signal pid out=$BATS_TEST_TMPDIR/out verdict
  ctr run --rm "$BUSYBOX" "$TOKEN" sh -c 'for s in INT HUP USR1 USR2; do trap "echo $s" $s; done
    trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done' >"$out" </dev/null 3>&- &
  pid=$!
  until grep -q ready "$out"; do sleep 0.05; done
  for signal in HUP USR1 INT USR2; do
    "$(command -v kill)" "-$signal" "$pid"
    timeout 20 bash -c "until grep -q '^$signal' '$out'; do sleep 0.05; done"
  done
  "$(command -v kill)" -TERM "$pid"
  verdict=0
  wait "$pid" || verdict=$?
  assert_equal "$verdict:$(tr '\n' ' ' <"$out")" "9:ready HUP USR1 INT USR2 "
}

@test "a terminal has its modes back after the run, however it ends" {
  run_apart script -qec "stty -a >$BATS_TEST_TMPDIR/before; ctr run --rm -t $BUSYBOX $TOKEN sh -c 'stty raw -echo; exit 6'
    echo \$? >$BATS_TEST_TMPDIR/verdict; stty -a >$BATS_TEST_TMPDIR/after
    ctr run --rm -t $BUSYBOX $TOKEN nonesuch; stty -a >$BATS_TEST_TMPDIR/failed" /dev/null </dev/null
  assert_equal "$(cat "$BATS_TEST_TMPDIR/verdict")" 6
  assert_match "$(cat "$BATS_TEST_TMPDIR/before")" 'icanon'
  assert_equal "$(cat "$BATS_TEST_TMPDIR/after")" "$(cat "$BATS_TEST_TMPDIR/before")"
  assert_equal "$(cat "$BATS_TEST_TMPDIR/failed")" "$(cat "$BATS_TEST_TMPDIR/before")"
  await_census "$NOTHING_LEFT"
}

@test "what the kernel cannot execute ends with a status and a word about it" {
  run_apart ctr run --rm "$ODD" "$TOKEN" /bin/orphan
  assert_match "$status" '^(1|126|127)$'
  assert_match "$errors" 'no such file'
  run_apart ctr run --rm "$ODD" "$TOKEN" /bin/broken
  assert_match "$status" '^(1|126)$'
  assert_match "$errors" 'exec format error'
  await_census "$NOTHING_LEFT"
}

@test "no descriptor of ours is open inside" {
  assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN" sh -c 'echo /proc/self/fd/*' </dev/null)" \
    "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3"
  # Two more, open in the caller, one of them a directory of the host.
  assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN" sh -c 'echo /proc/self/fd/*' 8</ 9</etc/passwd </dev/null)" \
    "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3"
}

@test "a working directory in /proc/self/fd leads nowhere outside" {
  local n
  for n in 3 5 7 9; do
    run_apart ctr run --rm "$REGISTRY/library/fd$n:latest" "$TOKEN" ls ../../etc/shadow ../../../../../etc/shadow /etc/debian_version
    [ "$status" != 0 ]
    assert_equal "$output" ""
  done
  await_census "$NOTHING_LEFT"
}

@test "long names: state directory, namespace and id" {
  local long id
  long=$(printf 'd%.0s' $(seq 160))
  id=$TOKEN$(printf 'i%.0s' $(seq $((76 - ${#TOKEN}))))
  CONTAINERD_NAMESPACE=$TOKEN$(printf 'n%.0s' $(seq $((76 - ${#TOKEN}))))
  export CONTAINERD_NAMESPACE
  CTRBOX_STATE=$BATS_TEST_TMPDIR/state/$long
  ctr pull "$BUSYBOX" >/dev/null 2>&1
  assert_equal "$(ctr run --rm "$BUSYBOX" "$id" echo hello)" hello
  ctr run -d "$BUSYBOX" "$id" sleep 1000
  ctr tasks rm -f "$id"
  ctr containers rm "$id"
  # 77 is one too many.
  assert_fails_cleanly ctr run --rm "$BUSYBOX" "${id}x" true
  # The namespace's own group is left, empty.
  find /sys/fs/cgroup -depth -type d -name "$CONTAINERD_NAMESPACE" -exec rmdir {} +
  await_census "$NOTHING_LEFT"
}

@test "odd callers: no HOME, no environment, closed streams, umask, descriptors" {
  assert_equal "$(unset HOME; hello)" hello
  assert_equal "$(env -i CTRBOX_ROOT="$CTRBOX_ROOT" CTRBOX_STATE="$CTRBOX_STATE" "$(command -v ctr)" run --rm "$BUSYBOX" "$TOKEN" echo hello)" hello
  assert_equal "$(hello <&-)" hello
  assert_equal "$(hello 2>&-)" hello
  (ctr run --rm "$BUSYBOX" "$TOKEN" true <&- >&- 2>&-)
  assert_equal "$(umask 000; ctr run --rm "$BUSYBOX" "$TOKEN" sh -c 'umask; : >/f; stat -c %a /f')" $'0022\n644'
  # Nothing under the state directory may be open to others, whatever the umask was.
  assert_equal "$(find "$CTRBOX_STATE" -perm /077 ! -type l)" ""
  python3 - "$(command -v ctr)" run --rm "$BUSYBOX" "$TOKEN" true <<'END'
import os, resource, sys
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 65536), limit))
null = os.open("/dev/null", os.O_RDONLY)
for target in range(10, min(4106, limit - 64)):
    os.dup2(null, target)
os.execv(sys.argv[1], sys.argv[1:])
END
  await_census "$NOTHING_LEFT"
}

@test "odd places: a directory that is read-only, one that was removed" {
  mkdir "$BATS_TEST_TMPDIR/here"
  assert_equal "$(cd /proc && hello)" hello
  assert_equal "$(cd "$BATS_TEST_TMPDIR/here" && rmdir "$BATS_TEST_TMPDIR/here" && hello)" hello
}

# (single)
@test "100 runs one after the other leave neither rows nor descriptors" {
  local n before
  ctr run -d "$BUSYBOX" "$TOKEN-long" sleep 1000
  before=$(find "/proc/$(pgrep -f "^shim .*-id $TOKEN-long ")/fd" | wc -l)
  for n in $(seq 100); do ctr run --rm "$BUSYBOX" "$TOKEN" true 2>>"$BATS_TEST_TMPDIR/err" </dev/null; done
  assert_equal "$n:$(cat "$BATS_TEST_TMPDIR/err")" 100:
  ctr tasks ls >/dev/null
  assert_equal "$(find "/proc/$(pgrep -f "^shim .*-id $TOKEN-long ")/fd" | wc -l)" "$before"
  ctr tasks rm -f "$TOKEN-long"
  ctr containers rm "$TOKEN-long"
  await_census "$NOTHING_LEFT"
  assert_equal "$(sqlite3 "$CTRBOX_ROOT/state.db" 'SELECT (SELECT count(*) FROM tasks) + (SELECT count(*) FROM containers)
    + (SELECT count(*) FROM snapshots WHERE kind <> 3)')" 0
  check_state --clean --unpacked overlayfs
}
