# `ctr events`: the log as people and scripts see it, without a daemon's help. Needs no registry.
# SPDX-License-Identifier: Apache-2.0
load lib
load daemon

teardown_file() { :; }

# Reads in the background into a file; $READER is its pid.
follow() {
  local out=$1
  shift
  ctr events "$@" >"$out" 2>"$out.err" 3>&- &
  READER=$!
}
stop_reader() {
  kill -INT "$READER"
  wait "$READER" || true
}

@test "a change is one line, as containerd's ctr prints it" {
  ctr namespaces create foo b=2 a=1
  run -0 ctr events --no-follow
  assert_match "$output" '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(\.[0-9]{1,9})? \+0000 UTC foo /namespaces/create \{"name":"foo","labels":\{"a":"1","b":"2"\}\}$'
}

@test "as JSON a line is an object with its sequence and all fields" {
  ctr namespaces create foo
  ctr -n foo events publish /deploy/done '{"app":"web","version":7}'
  run -0 ctr events --no-follow --format json
  assert_equal "$(jq -c '[.sequence, .namespace, .topic, .type, .event]' <<<"$output")" \
    '[1,"foo","/namespaces/create","containerd.events.NamespaceCreate",{"name":"foo"}]
[2,"foo","/deploy/done","google.protobuf.Struct",{"app":"web","version":7}]'
  assert_match "$(jq -r '.timestamp' <<<"$output" | head -1)" '^[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?Z$'
}

@test "filters look at the topic, the namespace and the payload" {
  ctr namespaces create foo owner=me
  ctr namespaces create bar owner=you
  ctr -n foo events publish /tasks/exit '{"container_id":"web","exit_status":3}'
  ctr -n foo events publish /tasks/exit '{"container_id":"db"}'
  lines() { ctr events --no-follow --format json "$@" | jq -r '.sequence' | tr '\n' ' '; }
  assert_equal "$(lines topic==/tasks/exit)" "3 4 "
  assert_equal "$(lines 'topic~=/tasks/.+,event.exit_status!=0')" "3 "
  assert_equal "$(lines event.exit_status==0)" "4 "
  assert_equal "$(lines 'event.container_id==web' 'event.labels.owner==you')" "2 3 "
  assert_equal "$(lines namespace==bar)" "2 "
  assert_equal "$(lines 'namespace==bar,topic==/tasks/exit')" ""
}

@test "a filter that cannot be read points at the spot, and opens nothing" {
  assert_fails_cleanly ctr events 'topic~=(,x'
  assert_match "$errors" '^ctr: filters: parse error: \[topic~= >\|\(\|< ,x\]: invalid regular expression: .*: invalid argument$'
  assert_fails_cleanly ctr events --since yesterday
  assert_match "$errors" '^ctr: --since: "yesterday" is not a sequence \(42\), a duration'
  assert_fails_cleanly ctr events --format yaml
  [ ! -e "$CTRBOX_ROOT" ]
}

@test "since and until take sequences, times and durations" {
  for name in aa bb cc dd; do ctr namespaces create "$name"; done
  names() { ctr events --no-follow --format json "$@" | jq -r '.event.name' | tr '\n' ' '; }
  assert_equal "$(names --since 3)" "cc dd "
  assert_equal "$(names --until 2)" "aa bb "
  assert_equal "$(names --since 2 --until 3)" "bb cc "
  assert_equal "$(names --since 1h)" "aa bb cc dd "
  assert_equal "$(names --until 1h)" ""
  third=$(ctr events --no-follow --format json | jq -r 'select(.sequence == 3).timestamp')
  assert_equal "$(names --since "$third")" "cc dd "
  assert_equal "$(names --until "$third")" "aa bb cc "
  printed=$(ctr events --no-follow | sed -n '3s/ UTC .*/ UTC/p')
  assert_equal "$(names --since "$printed")" "cc dd "
}

@test "following shows what comes, with no daemon and with one, and ends quietly when asked to" {
  ctr namespaces create before
  follow "$BATS_TEST_TMPDIR/out"
  await test -S "$CTRBOX_STATE/containerd.sock"
  ctr namespaces create after
  await_lines "$BATS_TEST_TMPDIR/out" 1
  kill -9 "$(pgrep -f -- "--state $CTRBOX_STATE ")" # the daemon that it started: nothing depends on it
  ctr namespaces create later
  await_lines "$BATS_TEST_TMPDIR/out" 2
  assert_equal "$(awk '{print $5}' "$BATS_TEST_TMPDIR/out" | tr '\n' ' ')" "after later "
  kill -INT "$READER"
  status=0
  wait "$READER" || status=$?
  assert_equal "$status" 130
  assert_equal "$(cat "$BATS_TEST_TMPDIR/out.err")" ""
}

@test "until a time that is to come, it follows until then" {
  follow "$BATS_TEST_TMPDIR/out" --since 0 --until +2s
  ctr namespaces create now
  status=0
  wait "$READER" || status=$?
  assert_equal "$status" 0
  assert_match "$(cat "$BATS_TEST_TMPDIR/out")" '/namespaces/create \{"name":"now"\}$'
  follow "$BATS_TEST_TMPDIR/out" --since 0 --until 2
  ctr namespaces create two
  wait "$READER"
  assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/out")" 2
}

@test "each line is there at once, also in a pipe" {
  ctr events 2>/dev/null 3>&- | while read -r line; do echo "got $line"; done >"$BATS_TEST_TMPDIR/piped" &
  reader=$!
  await pgrep -f "^ctr events" >/dev/null
  await test -S "$CTRBOX_STATE/containerd.sock"
  for name in one two; do
    ctr namespaces create "$name"
    await contains "$BATS_TEST_TMPDIR/piped" "/namespaces/create {\"name\":\"$name\"}"
  done
  pkill -INT -f "^ctr events" || true
  wait "$reader" || true
}

@test "a reader that goes away ends it, also while nothing happens, and that is no failure" {
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  ctr events >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
  pid=$!
  exec 8<"$BATS_TEST_TMPDIR/pipe"
  await test -S "$CTRBOX_STATE/containerd.sock"
  exec 8<&-
  status=0
  wait "$pid" || status=$?
  assert_equal "$status" 0
  assert_equal "$(cat "$BATS_TEST_TMPDIR/errors")" ""
  for n in $(seq 300); do echo "{\"n\":$n}"; done | while read -r json; do ctr events publish /tick "$json"; done
  run -0 bash -o pipefail -c 'ctr events --no-follow | head -n 1'
  assert_equal "${#lines[@]}" 1
}

@test "a cursor goes on where it stopped, and is kept by name" {
  for name in aa bb; do ctr namespaces create "$name"; done
  names() { ctr events --no-follow --cursor "$1" --format json | jq -r '.event.name' | tr '\n' ' '; }
  assert_equal "$(names one)" "aa bb "
  assert_equal "$(names one)" ""
  ctr namespaces create cc
  assert_equal "$(names one)" "cc "
  assert_equal "$(names two)" "aa bb cc "
  assert_fails_cleanly ctr events --no-follow --cursor 'a b'
}

@test "a cursor that is killed at any moment misses nothing" {
  : >"$BATS_TEST_TMPDIR/seen"
  for round in $(seq 8); do
    ctr events --cursor c --format json >>"$BATS_TEST_TMPDIR/seen" 2>/dev/null 3>&- &
    reader=$!
    for n in 1 2 3; do ctr events publish /tick "{\"round\":$round,\"n\":$n}"; done
    kill -9 "$reader"
    wait "$reader" || true
  done
  ctr events --cursor c --no-follow --format json >>"$BATS_TEST_TMPDIR/seen"
  assert_equal "$(jq -R 'fromjson? | .sequence' "$BATS_TEST_TMPDIR/seen" | sort -n | uniq | tr '\n' ' ')" "$(seq 24 | tr '\n' ' ')"
}

@test "a full disk under a cursor's output does not move the cursor" {
  ctr namespaces create aa
  run -1 bash -c 'ctr events --no-follow --cursor c 2>&1 >/dev/full'
  assert_equal "$output" "ctr: writing to stdout: no space left on device"
  assert_match "$(ctr events --no-follow --cursor c)" '"name":"aa"'
}

@test "publish and forward append events, and refuse what is none" {
  ctr -n foo events publish /tasks/start '{"container_id":"web","pid":5}'
  echo '{"app":"web"}' | ctr events publish /deploy/done -
  assert_fails_cleanly ctr events publish deploy '{}'
  assert_match "$errors" "envelope topic \"deploy\": must start with '/'"
  assert_fails_cleanly ctr events publish /tasks/start '{"container":"web"}'
  assert_match "$errors" 'JSON for /tasks/start \(containerd.events.TaskStart\): .*container'
  assert_fails_cleanly ctr events publish /a '[1]'
  assert_fails_cleanly ctr -n foo_foo events publish /a '{}'
  head -c 1100000 /dev/zero | tr '\0' 'x' | sed 's/^/{"a":"/; s/$/"}/' >"$BATS_TEST_TMPDIR/large"
  run_apart ctr events publish /a - <"$BATS_TEST_TMPDIR/large"
  assert_equal "$status" 1
  assert_match "$errors" '^ctr: .*(larger|1048576|too large)'
  before=$(ctr events --no-follow --format json | jq -c 'del(.sequence)')
  CTRBOX_ROOT=$BATS_TEST_TMPDIR/other ctr events forward < <(ctr events --no-follow --format json)
  assert_equal "$(CTRBOX_ROOT=$BATS_TEST_TMPDIR/other ctr events --no-follow --format json | jq -c 'del(.sequence)')" "$before"
  run_apart ctr events forward <<<'{"topic":"/a"}'
  assert_equal "$errors" 'ctr: line 1: an event without "timestamp", which is a string: invalid argument'
}

@test "retention is a setting of the host, and a reader behind it is told the gap" {
  run -0 ctr events retention
  assert_equal "$output" $'max age:   336h\nmax count: 1000000'
  for n in $(seq 9); do ctr events publish /tick "{\"n\":$n}"; done
  ctr events --no-follow --cursor c --until 3 >/dev/null
  run -0 ctr events retention --max-age 1h --max-count 4
  assert_equal "$output" $'max age:   1h\nmax count: 4'
  run_apart ctr events --no-follow --cursor c --format json
  assert_equal "$errors" "ctr: warning: events 4 to 5 are gone: retention removed them before they were read"
  assert_equal "$(jq -r '.sequence' <<<"$output" | tr '\n' ' ')" "6 7 8 9 "
  assert_fails_cleanly ctr events retention --max-count -1
  assert_fails_cleanly ctr events retention --max-age 5
}

@test "a follower that fell behind the trim is told the gap" {
  ctr events publish /tick '{}'
  follow "$BATS_TEST_TMPDIR/out" --format json
  await test -S "$CTRBOX_STATE/containerd.sock"
  ctr events publish /tick '{}'
  await_lines "$BATS_TEST_TMPDIR/out" 1
  kill -STOP "$READER"
  for n in 1 2 3 4 5; do ctr events publish /tick "{\"n\":$n}"; done
  ctr events retention --max-count 2 >/dev/null
  kill -CONT "$READER"
  await_lines "$BATS_TEST_TMPDIR/out" 3
  stop_reader
  assert_equal "$(cat "$BATS_TEST_TMPDIR/out.err")" "ctr: warning: events 3 to 5 are gone: retention removed them before they were read"
  pkill -TERM -f -- "--state $CTRBOX_STATE "
}

@test "a cursor does not pass what --until leaves for later" {
  ctr namespaces create aa
  assert_equal "$(ctr events --no-follow --cursor c --until 1h)" ""
  assert_match "$(ctr events --no-follow --cursor c)" '"name":"aa"'
}

@test "a writer that nobody reads from can be ended" {
  head -c 400000 /dev/zero | tr '\0' 'x' | sed 's/^/{"a":"/; s/$/"}/' >"$BATS_TEST_TMPDIR/large"
  ctr events publish /large - <"$BATS_TEST_TMPDIR/large"
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  exec 8<>"$BATS_TEST_TMPDIR/pipe"
  ctr events --no-follow >&8 2>/dev/null 3>&- &
  pid=$!
  await grep -q pipe_write "/proc/$pid/wchan"
  kill -TERM "$pid"
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  assert_equal "$status" 143
  exec 8>&-
}

@test "many that watch at once say nothing of who serves" {
  for n in $(seq 8); do
    ctr events >/dev/null 2>>"$BATS_TEST_TMPDIR/errors" 3>&- &
  done
  await test -S "$CTRBOX_STATE/containerd.sock"
  sleep 1 # all have had their try
  pkill -INT -f "^ctr events$"
  await gone_all
  assert_equal "$(cat "$BATS_TEST_TMPDIR/errors")" ""
  assert_equal "$(pgrep -cf -- "--state $CTRBOX_STATE ")" 1
  pkill -TERM -f -- "--state $CTRBOX_STATE "
}
gone_all() { ! pgrep -f "^ctr events$" >/dev/null; }

@test "two that watch start one daemon, and it leaves after them" {
  follow "$BATS_TEST_TMPDIR/one"
  first=$READER
  follow "$BATS_TEST_TMPDIR/two"
  await test -S "$CTRBOX_STATE/containerd.sock"
  ctr namespaces create foo
  await_lines "$BATS_TEST_TMPDIR/one" 1
  await_lines "$BATS_TEST_TMPDIR/two" 1
  assert_equal "$(pgrep -cf -- "--state $CTRBOX_STATE ")" 1
  kill -INT "$first" "$READER"
  wait "$first" "$READER" || true
  # Its idle minutes are not waited for here (daemon tests shorten them): it ends when told.
  kill -TERM "$(pgrep -f -- "--state $CTRBOX_STATE ")"
  await test ! -e "$CTRBOX_STATE/containerd.sock"
}
