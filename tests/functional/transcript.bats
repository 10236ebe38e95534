# The main job, word for word. What differs from run to run is masked by name: REF, DIGEST, TIME, SIZE, RATE.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() { file_registry; push_busybox; }

# normal: names what differs. Column widths follow the port's length, so runs of spaces become one.
normal() {
  sed -E -e "s#$BUSYBOX#REF#g" -e 's/sha256:[0-9a-f]{64}/DIGEST/g' \
    -e 's/elapsed: [0-9.]+ *s/elapsed: TIME/' -e 's/[0-9.]+ (KiB|MiB|GiB)/SIZE/g' -e 's#\([0-9.]+ B/s\)#(RATE)#; s#\(SIZE/s\)#(RATE)#' \
    -e 's/ +/ /g' -e 's/ +$//'
}

# shown: the commands and what they print, as on a screen that is not a terminal.
shown() {
  local line
  while IFS= read -r line; do
    echo "\$ $line" | normal
    bash -c "$line" 2>&1 | normal
  done
}

@test "namespaces, pull, the same image in a second namespace, removal" {
  shown >"$BATS_TEST_TMPDIR/transcript" <<SH
ctr namespaces create foo mylabel=bar
ctr namespaces ls
dist pull $BUSYBOX
dist images ls
CONTAINERD_NAMESPACE=foo dist images ls
CONTAINERD_NAMESPACE=foo dist pull $BUSYBOX
CONTAINERD_NAMESPACE=foo dist images ls
dist images ls
CONTAINERD_NAMESPACE=foo dist images rm $BUSYBOX
CONTAINERD_NAMESPACE=foo dist images ls
dist images ls
ctr namespaces rm foo
ctr namespaces ls
ctr namespaces rm default
SH
  cat "$BATS_TEST_TMPDIR/transcript"
  diff -u "$REPOSITORY/tests/functional/transcript.expected" "$BATS_TEST_TMPDIR/transcript"
}

@test "the second namespace's pull moves nothing" {
  dist pull "$BUSYBOX"
  : >"$REGISTRY_DIR/log"
  run -0 env CONTAINERD_NAMESPACE=foo "$CTRBOX_BUILD/bin/dist" pull "$BUSYBOX"
  assert_match "$output" 'total: +0\.0 B'
  assert_equal "$(grep -c 'GET /v2/[^ ]*/blobs/' "$REGISTRY_DIR/log")" 0
  assert_equal "$(sqlite3 "$CTRBOX_ROOT/state.db" 'SELECT count(*) FROM directories')" 3
}

@test "removing a namespace with images says what is in the way" {
  dist pull --quiet "$BUSYBOX"
  run_apart ctr namespaces rm default
  assert_equal "$status" 1
  assert_equal "$output" ""
  assert_match "$errors" '^ctr: unable to delete default: .*namespace "default" must be empty.*failed precondition$'
}

@test "a pull draws bars on a terminal" {
  run -0 script -qec "stty cols 80; dist pull $BUSYBOX" /dev/null
  assert_match "$output" '\|.*\+\+\+.*\|'
  assert_match "$output" 'elapsed: [0-9.]+ *s'
  assert_match "$output" 'layer-sha256:'
}
