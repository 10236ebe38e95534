# A registry that lies (tests/support/lying_registry.py), for tests of what must be refused.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # errors is run_apart's

# liar_layout: the image that liars serve, once a file: two layers. $LIAR_LAYOUT.
liar_layout() {
  local tree=$BATS_FILE_TMPDIR/liar-tree
  export LIAR_LAYOUT=$BATS_FILE_TMPDIR/liar-layout
  mkdir -p "$tree/srv"
  head -c 200000 /dev/urandom >"$tree/srv/data"
  python3 "$SUPPORT/make_image.py" image "$LIAR_LAYOUT" latest busybox "$tree"
}

# liar [FAULT...]: starts one; its address is in $LIAR, its request log is "$LIAR_LOG". Several may run in a test.
liar() {
  local place fault words=() tries
  place=$(mktemp -d "$BATS_TEST_TMPDIR/liar.XXXXXX")
  for fault; do words+=(--fault "$fault"); done
  python3 "$SUPPORT/lying_registry.py" "${LIAR_SERVES:-$LIAR_LAYOUT}" latest --port-file "$place/port" --log "$place/log" \
    "${words[@]}" >"$place/out" 2>&1 3>&- 4>&- </dev/null &
  echo $! >>"$BATS_TEST_TMPDIR/liars"
  for tries in $(seq 200); do
    [ -s "$place/port" ] && break
    sleep 0.05
  done
  LIAR=$(cat "$place/port") || { cat "$place/out" >&2; return "$tries"; }
  LIAR_LOG=$place/log
  LIAR_REF=$LIAR/hostile/image:latest
}

liars_stop() {
  local pid
  [ -f "$BATS_TEST_TMPDIR/liars" ] || return 0
  while read -r pid; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done <"$BATS_TEST_TMPDIR/liars"
  rm -f "$BATS_TEST_TMPDIR/liars"
}

# visible_state: all that the database shows, to be compared before and after.
visible_state() {
  [ -f "$CTRBOX_ROOT/state.db" ] || return 0
  sqlite3 "$CTRBOX_ROOT/state.db" .dump | grep -v 'INTO counters\|INTO sqlite_sequence'
}

# log_count JQ_CONDITION: how many requests of the last liar's log meet it.
log_count() { jq -s "[.[] | select($1)] | length" "$LIAR_LOG"; }

# refuses PATTERN [FAULT...]: a pull from such a liar gives one line that matches, fails, and changes nothing.
refuses() {
  local pattern=$1
  shift
  liar "$@"
  ctr namespaces ls >/dev/null
  visible_state >"$BATS_TEST_TMPDIR/before"
  assert_fails_cleanly timeout 120 dist pull --quiet "$LIAR_REF"
  echo "$errors" # shown when the test fails
  assert_match "$errors" '^dist: '
  assert_match "$errors" "$pattern"
  visible_state | diff "$BATS_TEST_TMPDIR/before" -
  check_state
  assert_equal "$(find "$CTRBOX_ROOT/snapshots" -mindepth 2 2>/dev/null)" ""
}

# accepts [FAULT...]: a pull from such a liar succeeds and leaves a whole image.
accepts() {
  liar "$@"
  timeout 120 dist pull --quiet "$LIAR_REF" >/dev/null
  assert_equal "$(dist images ls -q)" "$LIAR_REF"
  check_state --clean --unpacked overlayfs
}
