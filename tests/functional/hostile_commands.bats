# Command lines and hosts that cannot work: one clear line, a non-zero exit, no change.
# SPDX-License-Identifier: Apache-2.0
load lib
load liar # for visible_state

setup_file() { file_registry; push_busybox; }

# changes_nothing PATTERN COMMAND...
changes_nothing() {
  local pattern=$1
  shift
  visible_state >"$BATS_TEST_TMPDIR/before"
  assert_fails_cleanly "$@"
  assert_match "$errors" "$pattern"
  visible_state | diff "$BATS_TEST_TMPDIR/before" -
}

@test "bad namespace names" {
  local name
  ctr namespaces ls
  for name in a foo-1 foo_foo foo..foo -foo.boo foo/.. "foo bar" $'foo\nbar' "$(printf 'x%.0s' {1..77})"; do
    changes_nothing '^ctr: .*namespace' ctr namespaces create -- "$name"
    changes_nothing '^dist: .*namespace' dist --namespace="$name" pull --quiet "$BUSYBOX"
  done
}

@test "bad labels" {
  ctr namespaces create foo good=label
  changes_nothing '^ctr: .*label' ctr namespaces label foo "long=$(printf 'x%.0s' {1..4096})"
  changes_nothing '^ctr: .*label' ctr namespaces label foo "=value"
  assert_match "$(ctr namespaces ls)" 'good=label'
}

@test "bad references" {
  local reference
  ctr namespaces ls
  for reference in "" "http://host/name" "host/UPPER" "host/name:" "host/name@sha256:12" "../../etc/passwd" "host/na me"; do
    changes_nothing '^dist: ' dist pull --quiet "$reference"
  done
}

@test "bad container ids" {
  local name
  require_root
  dist pull --quiet "$BUSYBOX"
  for name in "" .. a/b -x "a b" but__two "$(printf 'x%.0s' {1..77})"; do
    changes_nothing '^ctr: ' ctr run --rm "$BUSYBOX" "$name" true
  done
}

@test "an image that was not pulled" {
  require_root
  ctr namespaces ls
  changes_nothing '^ctr: .*not found' ctr run --rm "$BUSYBOX" "$TOKEN" true
}

@test "an image of another namespace says where it is" {
  require_root
  dist pull --quiet "$BUSYBOX"
  changes_nothing '^ctr: .*not found.*"default"|"default".*not found' ctr -n other run --rm "$BUSYBOX" "$TOKEN" true
}

@test "no runc: the run fails with 125 and leaves nothing" {
  local before
  require_root
  dist pull --quiet "$BUSYBOX"
  before=$(census)
  assert_fails_cleanly env PATH="$CTRBOX_BUILD/bin" "$CTRBOX_BUILD/bin/ctr" run --rm "$BUSYBOX" "$TOKEN" true
  assert_equal "$status" 125
  assert_match "$errors" '^ctr: .*runc'
  assert_equal "$(ctr containers ls -q)$(ctr tasks ls -q)" ""
  assert_equal "$(ctr snapshots ls | grep -c "$TOKEN")" 0
  await_census "$before"
}

@test "a program that is not there: 127, and one that cannot be executed: 126" {
  local before
  require_root
  dist pull --quiet "$BUSYBOX"
  before=$(census)
  run_apart ctr run --rm "$BUSYBOX" "$TOKEN" no-such-program
  assert_equal "$status" 127
  run_apart ctr run --rm "$BUSYBOX" "$TOKEN" /etc/passwd
  assert_equal "$status" 126
  assert_equal "$(ctr containers ls -q)" ""
  await_census "$before"
}

@test "no root: the run says so" {
  local place
  require_root
  place=$(mktemp -d)
  cp "$CTRBOX_BUILD/ctrbox" "$place/ctr"
  chmod 755 "$place" "$place/ctr"
  mkdir -m 777 "$place/own"
  run_apart setpriv --reuid 65534 --regid 65534 --clear-groups env CTRBOX_ROOT="$place/own/root" \
    CTRBOX_STATE="$place/own/state" "$place/ctr" run --rm "$BUSYBOX" "$TOKEN" true
  rm -rf "$place"
  assert_equal "$output" ""
  assert_match "$errors" '^ctr: .*root'
  [ "$status" != 0 ]
}

@test "a root directory that cannot be made" {
  touch "$BATS_TEST_TMPDIR/file"
  assert_fails_cleanly ctr --root "$BATS_TEST_TMPDIR/file/root" namespaces ls
  assert_match "$errors" "$BATS_TEST_TMPDIR/file"
}

@test "a state database that is not one is left alone" {
  mkdir -p "$CTRBOX_ROOT"
  echo "not a database" >"$CTRBOX_ROOT/state.db"
  assert_fails_cleanly ctr namespaces ls
  assert_match "$errors" 'not a database'
  assert_equal "$(cat "$CTRBOX_ROOT/state.db")" "not a database"
}

@test "a full disk fails a pull without a trace" {
  local place=$BATS_TEST_TMPDIR/small before
  require_root
  mkdir "$place"
  mount -t tmpfs -o size=2m tmpfs "$place"
  export CTRBOX_ROOT=$place/root
  ctr namespaces ls
  before=$(visible_state)
  assert_fails_cleanly dist pull --quiet "$BUSYBOX"
  assert_match "$errors" 'space'
  assert_equal "$(visible_state)" "$before"
  mount -o remount,size=32m "$place"
  dist pull --quiet "$BUSYBOX"
  check_state --clean --unpacked overlayfs
}
