# truth.py, which compares the events with the state: it is content with what commands do, and finds each kind of lie.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() {
  # One root with something of everything in it; every test works on a copy.
  file_registry
  push_busybox
  export CTRBOX_ROOT=$BATS_FILE_TMPDIR/told CTRBOX_STATE=$BATS_FILE_TMPDIR/told-state
  ctr namespaces create other owner=me
  ctr namespaces create gone
  ctr namespaces rm gone
  ctr pull "$BUSYBOX" >/dev/null 2>&1
  ctr -n other pull "$BUSYBOX" >/dev/null 2>&1
  ctr images label "$BUSYBOX" stage=test
  ctr events publish /storm/tick '{"n":1}'
  [ "$(id -u)" = 0 ] || return 0
  ctr run --rm "$BUSYBOX" "$(token)-gone" true
  ctr run -d --label app=web "$BUSYBOX" "$(token)-ended" true
  ctr run -d "$BUSYBOX" "$(token)-killed" sleep 1000
  ctr tasks kill -s KILL "$(token)-killed"
  ended() { [ "$(ctr tasks ls | grep -c STOPPED)" = 2 ]; }
  local n
  for n in $(seq 200); do ended && break; sleep 0.05; done
  ended || { echo "after $n looks they still run" >&2; return 1; }
}
# $TOKEN is made for each test, and these containers are older.
token() { printf 't%s' "$(printf '%s' "$BATS_FILE_TMPDIR" | sha256sum | cut -c1-10)"; }

setup() {
  require_root
  lib_setup
  cp -a "$BATS_FILE_TMPDIR/told" "$CTRBOX_ROOT"
}

sql() { sqlite3 "$CTRBOX_ROOT/state.db" "$1"; }
truth() { python3 "$SUPPORT/truth.py" "$CTRBOX_ROOT" "$@"; }
# lies PATTERN...: there are as many lines as patterns, and each matches its own.
lies() {
  local lines n=0 pattern
  run_apart truth
  assert_equal "$status" 1
  mapfile -t lines <<<"$output"
  for pattern; do
    assert_match "${lines[n]}" "$pattern"
    n=$((n + 1))
  done
  assert_equal "$output" "$(head -n "$n" <<<"$output")"
}
# one_of TOPIC: the sequence of the first event of it.
one_of() { sql "SELECT min(sequence) FROM events WHERE topic = '$1'"; }

@test "what commands do is told truly" {
  assert_equal "$(truth)" ""
  assert_match "$(truth --stats)" ' 3 /tasks/exit'
  assert_match "$(truth --stats)" ' 1 /storm/tick'
}

@test "a root in which nothing ever happened is told truly" {
  rm -rf "$CTRBOX_ROOT"
  assert_equal "$(truth)" ""
}

@test "an event that is missing leaves a hole" {
  local number
  number=$(one_of /storm/tick)
  sql "DELETE FROM events WHERE sequence = $number"
  lies "^sequence: $number to $number are missing$"
  # The last one of all is missed as well.
  sql "INSERT INTO events VALUES($number, 1, 'default', '/storm/tick', 'x', '')"
  number=$(sql 'SELECT max(sequence) FROM events')
  sql "DELETE FROM events WHERE sequence = $number"
  run_apart truth
  assert_match "$output" "^sequence: the last is $((number - 1)), and $number were given away"
}

@test "an exit that is told twice, or of another task, is found" {
  local number
  sql "INSERT INTO events(timestamp, namespace, topic, type_url, payload)
    SELECT timestamp, namespace, topic, type_url, payload FROM events WHERE topic = '/tasks/exit' ORDER BY sequence"
  lies "/tasks/exit: task $(token)-gone is not there" "/tasks/exit: task $(token)-[a-z]+ is stopped" \
    "/tasks/exit: task $(token)-[a-z]+ is stopped"
}

@test "an exit that is not told is found, although there is no hole" {
  local number
  number=$(one_of /tasks/exit)
  sql "UPDATE events SET topic = '/storm/tick', type_url = 'x' WHERE sequence = $number"
  lies "/tasks/delete: task $(token)-gone is running" "/containers/delete: container $(token)-gone goes before its task" \
    "default: task $(token)-gone: told and not there"
}

@test "a row that was changed behind the events' back is found" {
  sql "UPDATE images SET size = size + 1 WHERE namespace_id = (SELECT id FROM namespaces WHERE name = 'other')"
  lies "^other: image $BUSYBOX: told .*, is "
}

@test "each kind of row is compared" {
  sql "UPDATE namespace_labels SET value = 'you'; DELETE FROM image_labels;
    UPDATE snapshots SET kind = 1 WHERE key = '$(token)-ended';
    UPDATE container_labels SET value = 'db'; UPDATE tasks SET exit_status = 5 WHERE exit_status = 137;
    INSERT INTO content_labels SELECT id, 'new', 'label' FROM content ORDER BY id LIMIT 1;
    INSERT INTO namespaces(name, created_at) VALUES('unheard', 1)"
  lies '^namespace unheard: there and not told' '^default: image ' '^default: content sha256:' \
    "^default: snapshot overlayfs $(token)-ended: told \('active', .*, is \('view'" \
    "^default: container $(token)-ended: told .*web.*, is .*db" "^default: task $(token)-killed: told .*137.*, is .*5" \
    "^namespace other: told .*me.*, is .*you"
}

@test "a payload of another type, or with a field that is none of its own, is found" {
  local number
  number=$(one_of /images/update)
  sql "UPDATE events SET type_url = 'types.containerd.io/' || type_url WHERE sequence = $number"
  lies "^event $number default /images/update: type types.containerd.io/" "^default: image $BUSYBOX: told"
  sql "UPDATE events SET type_url = substr(type_url, 21), payload = CAST(payload || x'1a0178' AS BLOB)
    WHERE sequence = $number"
  lies "^event $number default /images/update: payload: field 3 is not known" "^default: image $BUSYBOX: told"
}
