# The containerd personality: what foreign clients and shims see of us, and what neither they nor a kill can do to it.
# SPDX-License-Identifier: Apache-2.0
load lib
load daemon

setup_file() {
  file_registry
  push_busybox
}

setup() {
  lib_setup
  mkdir -p "$CTRBOX_STATE"
  SOCKET=$CTRBOX_STATE/containerd.sock
  DAEMON=
}

teardown() {
  [ -z "$DAEMON" ] || kill -9 "$DAEMON" 2>/dev/null || true
  lib_teardown
}

# foreign_events FILE [FILTER...]: Debian's ctr subscribes; $FOREIGN is its pid. Returns once it hears.
foreign_events() {
  local file=$1 n=0
  shift
  foreign events "$@" >"$file" 2>&1 3>&- &
  FOREIGN=$!
  # It does not say when it is subscribed: what it hears does. The probe's namespace is matched by every filter here.
  until grep -q /probe/heard "$file"; do
    [ $((n += 1)) -le 200 ] || { cat "$file" >&2; return 1; }
    ctr -n bb events publish /probe/heard '{}'
    sleep 0.05
  done
}
# foreign_lines FILE: what it heard beside the probe.
foreign_lines() { grep -v /probe/heard "$1" || true; }

@test "Debian's ctr asks for our version, plugins and health" {
  containerd_start
  run -0 foreign version
  assert_match "$output" "Server:.*Version:  0.1.0.*UUID: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
  uuid=${output##*UUID: }
  run -0 foreign plugins ls
  assert_match "$output" 'io.containerd.snapshotter.v1 +overlayfs +linux/[a-z0-9]+ +ok'
  run -0 foreign plugins ls 'type==io.containerd.content.v1'
  assert_equal "$(wc -l <<<"$output")" 2
  run -0 events_client health "$SOCKET"
  assert_equal "$output" $'ok\n1'
  run -0 events_client health "$SOCKET" containerd.services.events.v1.Events
  assert_equal "$output" $'ok\n1'
  run -0 events_client health "$SOCKET" no.such.Service
  assert_equal "$output" "NOT_FOUND unknown service"
  containerd_stop
  containerd_start
  run -0 foreign version
  assert_equal "${output##*UUID: }" "$uuid"
}

@test "what is not served says so with the right code" {
  containerd_start
  run -1 foreign images ls
  assert_match "$output" 'unknown service containerd.services.images.v1.Images: not implemented'
  run -0 events_client call "$SOCKET" /containerd.services.events.v1.Events/Frob
  assert_equal "$output" "UNIMPLEMENTED unknown method Frob for service containerd.services.events.v1.Events"
}

@test "Debian's ctr decodes everything that a pull, labels, runs and removals tell" {
  require_root
  containerd_start
  foreign_events "$BATS_TEST_TMPDIR/heard"
  ctr -n bb pull "$BUSYBOX" >/dev/null 2>&1
  ctr -n bb images label "$BUSYBOX" stage=test
  ctr namespaces label bb owner=me
  ctr -n bb pull --snapshotter native "$BUSYBOX" >/dev/null 2>&1
  run -3 ctr -n bb run --rm "$BUSYBOX" "$TOKEN" sh -c 'exit 3'
  ctr -n bb run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr -n bb tasks kill -s KILL "$TOKEN"
  await test -z "$(ctr -n bb tasks ls | grep RUNNING)"
  ctr -n bb tasks rm "$TOKEN"
  ctr -n bb containers rm "$TOKEN"
  ctr -n bb images rm "$BUSYBOX"
  ctr namespaces rm bb
  await contains "$BATS_TEST_TMPDIR/heard" "bb /namespaces/delete"
  assert_equal "$(grep 'cannot unmarshal' "$BATS_TEST_TMPDIR/heard")" ""
  # Line by line what our own command prints of the log, but for a field that its messages do not have yet.
  ctr events --no-follow | grep -v /probe/heard | tail -n "$(foreign_lines "$BATS_TEST_TMPDIR/heard" | wc -l)" >"$BATS_TEST_TMPDIR/ours"
  diff <(sed '/ \/snapshot\//s/,"snapshotter":"[a-z]*"//' "$BATS_TEST_TMPDIR/ours") <(foreign_lines "$BATS_TEST_TMPDIR/heard")
  for topic in namespaces/create namespaces/update namespaces/delete images/create images/update images/delete content/create \
    content/update content/delete snapshot/prepare snapshot/commit snapshot/remove containers/create containers/delete tasks/create \
    tasks/start tasks/exit tasks/delete; do
    contains "$BATS_TEST_TMPDIR/ours" " /$topic {" || { echo "no $topic" >&2; false; }
  done
}

@test "the founding case: tasks of one namespace, while containers start and exit in several" {
  require_root
  for ns in aa bb cc; do ctr -n "$ns" pull "$BUSYBOX" >/dev/null 2>&1; done
  containerd_start
  foreign_events "$BATS_TEST_TMPDIR/heard" 'topic~=/tasks/.+,namespace==bb' topic==/probe/heard
  since=$(($(sql 'SELECT max(sequence) FROM events') + 1))
  runs=()
  for n in 1 2 3; do
    for ns in aa bb cc; do
      ctr -n "$ns" run --rm "$BUSYBOX" "$ns-$n-$TOKEN" sh -c "exit $n" 3>&- &
      runs+=($!)
    done
  done
  for run in "${runs[@]}"; do wait "$run" || true; done
  await_census "$(census)"
  await_lines <(sql "SELECT 1 FROM events WHERE topic = '/tasks/delete'") 9
  ctr events --no-follow --since "$since" 'topic~=/tasks/.+,namespace==bb' >"$BATS_TEST_TMPDIR/ours"
  await_lines "$BATS_TEST_TMPDIR/ours" 12
  await contains "$BATS_TEST_TMPDIR/heard" "$(tail -n 1 "$BATS_TEST_TMPDIR/ours")"
  diff "$BATS_TEST_TMPDIR/ours" <(foreign_lines "$BATS_TEST_TMPDIR/heard")
  assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/ours")" 12
  run ! grep -Ev ' bb /tasks/(create|start|exit|delete) \{"container_id":"bb-[123]-' "$BATS_TEST_TMPDIR/ours"
}

@test "a subscriber hears all namespaces, and with filters just what matches" {
  containerd_start
  events_client subscribe "$SOCKET" 2 >"$BATS_TEST_TMPDIR/all" 3>&- &
  events_client subscribe "$SOCKET" 1 --filter namespace==bar --filter event.labels.x==y >"$BATS_TEST_TMPDIR/some" 3>&- &
  await_lines "$BATS_TEST_TMPDIR/all" 1
  await_lines "$BATS_TEST_TMPDIR/some" 1
  ctr namespaces create foo
  ctr namespaces create bar
  await_lines "$BATS_TEST_TMPDIR/all" 3
  await_lines "$BATS_TEST_TMPDIR/some" 2
  assert_equal "$(tail -n +2 "$BATS_TEST_TMPDIR/all")" $'1 foo /namespaces/create containerd.events.NamespaceCreate\n2 bar /namespaces/create containerd.events.NamespaceCreate'
  assert_equal "$(tail -n +2 "$BATS_TEST_TMPDIR/some")" '2 bar /namespaces/create containerd.events.NamespaceCreate'
}

@test "malformed filters, topics, namespaces, envelopes and sizes are refused with containerd's codes and words" {
  containerd_start
  client() { run -0 events_client "$@"; }
  client subscribe "$SOCKET" 1 --filter 'topic~='
  assert_match "$output" 'INVALID_ARGUMENT subscription error: failed parsing subscription filters: filters: parse error: \[topic~=\]: expected value or quoted$'
  client subscribe "$SOCKET" 1 --filter "$(head -c 70000 /dev/zero | tr '\0' a)"
  assert_match "$output" 'RESOURCE_EXHAUSTED subscription error: failed parsing subscription filters: filters: longer'
  client publish "$SOCKET" "" /a
  assert_equal "$output" "FAILED_PRECONDITION failed publishing event: namespace is required: failed precondition"
  client publish "$SOCKET" a_b /a
  assert_match "$output" '^INVALID_ARGUMENT failed publishing event: namespace validation: namespace "a_b" must match '
  client publish "$SOCKET" foo a
  assert_equal "$output" "INVALID_ARGUMENT failed publishing event: envelope topic \"a\": must start with '/'"
  client publish "$SOCKET" foo /a ""
  assert_equal "$output" "INVALID_ARGUMENT failed publishing event: event /a has no payload"
  client forward "$SOCKET" "" /a
  assert_match "$output" '^INVALID_ARGUMENT event envelope has invalid namespace: namespace "" must match '
  client forward "$SOCKET" foo /a --seconds 0 --nanos 0
  assert_equal "$output" "INVALID_ARGUMENT timestamp must be set on forwarded event: invalid argument"
  client forward "$SOCKET" foo /a --seconds 99999999999999
  assert_match "$output" '^INVALID_ARGUMENT timestamp of forwarded event is out of range'
  client forward "$SOCKET" foo /a --no-envelope
  assert_equal "$output" "INVALID_ARGUMENT forward of no envelope"
  client shim-forward "$SOCKET.ttrpc" foo_ /a
  assert_match "$output" '^3 event envelope has invalid namespace: '
  run -0 events_client publish "$SOCKET" foo /a a.B "$(head -c 100000 /dev/zero | tr '\0' x)"
  assert_equal "$output" ok
  for size in 1048577 3000000; do
    run -0 /usr/bin/python3 -c "
import sys; sys.argv = ['x', 'publish', '$SOCKET', 'foo', '/a', 'a.B', 'x' * $size]
sys.path.insert(0, '$SUPPORT'); import events_client"
    assert_match "$output" '^RESOURCE_EXHAUSTED '
  done
  assert_equal "$(sql 'SELECT count(*) FROM events')" 1
  foreign version >/dev/null
}

@test "publish stamps the time, forward keeps it, over gRPC and as shims do over ttrpc" {
  containerd_start
  assert_equal "$(events_client publish "$SOCKET" foo /tasks/paused)" ok
  assert_equal "$(events_client forward "$SOCKET" foo /tasks/paused)" ok
  assert_equal "$(events_client shim-forward "$SOCKET.ttrpc" bar /tasks/paused)" "ok "
  run -0 ctr events --no-follow
  assert_match "${lines[0]}" "^$(date -u +%Y)-.* foo /tasks/paused \{\"container_id\":\"web\"\}$"
  assert_equal "${lines[1]}" '2017-07-28 22:19:51.832013043 +0000 UTC foo /tasks/paused {"container_id":"web"}'
  assert_equal "${lines[2]}" '2017-07-28 22:19:51.832013043 +0000 UTC bar /tasks/paused {"container_id":"web"}'
}

@test "bytes that are no protocol end their connection and nothing else" {
  containerd_start
  events_client subscribe "$SOCKET" 1 >"$BATS_TEST_TMPDIR/heard" 3>&- &
  await_lines "$BATS_TEST_TMPDIR/heard" 1
  for socket in "$SOCKET" "$SOCKET.ttrpc"; do
    assert_equal "$(head -c 100000 /dev/urandom | events_client raw "$socket")" closed
    assert_equal "$(printf 'GET / HTTP/1.1\r\n\r\n' | events_client raw "$socket")" closed
    assert_equal "$(printf '\xff\xff\xff\xff\x00\x00\x00\x01\x01\x00' | events_client raw "$socket")" closed
    assert_equal "$(printf '' | events_client raw "$socket")" closed
  done
  ctr namespaces create foo
  await_lines "$BATS_TEST_TMPDIR/heard" 2
}

has_events() { [ "$(sql 'SELECT count(*) FROM events')" -ge "$1" ]; }

@test "more clients than there are descriptors do not end it" {
  (
    ulimit -n 32
    exec containerd --state "$CTRBOX_STATE" 2>>"$BATS_TEST_TMPDIR/daemon.log" 3>&-
  ) &
  DAEMON=$!
  await client_is_served
  /usr/bin/python3 -c '
import socket, sys
held = [socket.socket(socket.AF_UNIX) for _ in range(60)]
for s in held:
    s.settimeout(5)
    s.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()' "$SOCKET" < <(sleep 1) >"$BATS_TEST_TMPDIR/held" 3>&-
  assert_equal "$(cat "$BATS_TEST_TMPDIR/held")" held
  await client_is_served
  kill -0 "$DAEMON"
}

@test "two cursors read the same sequence across kills of the daemon" {
  # Whoever reads starts a daemon when none runs, so that there is always one to kill.
  for round in 1 2 3 4; do
    for cursor in one two; do
      ctr events --cursor "$cursor" --format json >>"$BATS_TEST_TMPDIR/$cursor" 2>/dev/null 3>&- &
      eval "$cursor=\$!"
    done
    await client_is_served
    events_client publish "$SOCKET" foo /tick --count 2000 >/dev/null 2>&1 3>&- &
    await has_events $((round * 20))
    pkill -9 -f "^containerd .*--state $CTRBOX_STATE "
    ctr namespaces create "round$round"
    kill -INT "$one" "$two"
    wait "$one" "$two" || true
  done
  for cursor in one two; do ctr events --cursor "$cursor" --no-follow --format json >>"$BATS_TEST_TMPDIR/$cursor"; done
  last=$(sql 'SELECT max(sequence) FROM events')
  assert_equal "$(jq '.sequence' "$BATS_TEST_TMPDIR/one" | sort -nu | tr '\n' ' ')" "$(seq "$last" | tr '\n' ' ')"
  diff <(sort -u "$BATS_TEST_TMPDIR/one") <(sort -u "$BATS_TEST_TMPDIR/two")
}

@test "a client that lost its daemon goes on behind the last sequence it has" {
  containerd_start
  for n in 1 2 3; do events_client publish "$SOCKET" foo /tick >/dev/null; done
  kill -9 "$DAEMON"
  wait "$DAEMON" || true
  ctr namespaces create foo # while nobody serves
  containerd_start
  run -0 events_client subscribe "$SOCKET" 2 --after 2
  assert_equal "$output" $'ready\n3 foo /tick containerd.events.TaskPaused\n4 foo /namespaces/create containerd.events.NamespaceCreate'
  run -0 events_client subscribe "$SOCKET" 1 --after x
  assert_equal "${lines[1]}" 'INVALID_ARGUMENT ctrbox-after-sequence is no sequence: "x"'
}

# rss: the daemon's resident memory in KiB.
rss() { awk '/^VmRSS/ {print $2}' "/proc/$DAEMON/status"; }

@test "a subscriber that stopped with 100,000 events behind it costs no memory, and others hear at once" {
  containerd_start
  mkfifo "$BATS_TEST_TMPDIR/hold"
  events_client stall "$SOCKET" <"$BATS_TEST_TMPDIR/hold" >"$BATS_TEST_TMPDIR/stalled" 3>&- &
  exec 8>"$BATS_TEST_TMPDIR/hold"
  await_lines "$BATS_TEST_TMPDIR/stalled" 1
  # A whole batch goes through once, so that what is kept for good is there.
  fill 1000
  before=$(rss)
  fill 100000
  events_client subscribe "$SOCKET" 1 >"$BATS_TEST_TMPDIR/other" 3>&- &
  await_lines "$BATS_TEST_TMPDIR/other" 1
  ctr namespaces create foo
  await_lines "$BATS_TEST_TMPDIR/other" 2
  after=$(rss)
  echo "resident memory: $before KiB, with 100,000 events unread $after KiB" >&2
  [ $((after - before)) -lt 8192 ] # the events are 30 MB
  exec 8>&-
}
# fill COUNT: so many events of 300 bytes, by another program; that it lets go of the file is what rings.
fill() {
  sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
    INSERT INTO events(timestamp, namespace, topic, type_url, payload)
    SELECT 1501280391000000000 + i, 'foo', '/fill/it', 'foo.Bar', zeroblob(240) FROM n"
}

@test "a filter that passes over 100,000 events finds the one behind them" {
  fill_root
  fill 100000
  ctr namespaces create foo
  containerd_start
  run -0 events_client subscribe "$SOCKET" 1 --after 0 --filter 'event.name==foo'
  assert_equal "$output" $'ready\n100001 foo /namespaces/create containerd.events.NamespaceCreate'
}
# fill_root: the database, without an event.
fill_root() { ctr events --no-follow; }

@test "a subscriber behind the trim is told so, with the gap" {
  for n in $(seq 9); do ctr events publish /tick '{}'; done
  ctr events retention --max-count 3 >/dev/null
  containerd_start
  run -0 events_client subscribe "$SOCKET" 1 --after 2
  assert_equal "$output" $'ready\nDATA_LOSS subscription fell behind: events 3 to 6 are gone: retention removed them before they were read'
}

@test "told to stop it ends streams, takes its names away and exits 0; killed, it leaves what the next one replaces" {
  containerd_start
  events_client subscribe "$SOCKET" 1 >"$BATS_TEST_TMPDIR/heard" 3>&- &
  await_lines "$BATS_TEST_TMPDIR/heard" 1
  containerd_stop
  await_lines "$BATS_TEST_TMPDIR/heard" 2
  assert_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/heard")" "UNAVAILABLE containerd is stopping"
  [ ! -e "$SOCKET" ] && [ ! -e "$SOCKET.ttrpc" ]
  containerd_start
  kill -9 "$DAEMON"
  wait "$DAEMON" || true
  [ -S "$SOCKET" ]
  containerd_start
  foreign version >/dev/null
  assert_fails_cleanly containerd
  assert_equal "$errors" "containerd: $SOCKET is served already by another containerd: already exists"
  foreign version >/dev/null
}

@test "it takes nobody else's place: neither a file's, nor a program's that listens, nor another daemon's for shims" {
  touch "$BATS_TEST_TMPDIR/precious"
  assert_fails_cleanly containerd --address "$BATS_TEST_TMPDIR/precious"
  assert_match "$errors" 'precious is there and is no socket'
  [ -f "$BATS_TEST_TMPDIR/precious" ]
  /usr/bin/python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); sys.stdin.read()' \
    "$BATS_TEST_TMPDIR/theirs" < <(sleep 20) 3>&- &
  theirs=$!
  await test -S "$BATS_TEST_TMPDIR/theirs"
  CONTAINERD_ADDRESS=$BATS_TEST_TMPDIR/theirs assert_fails_cleanly containerd
  assert_match "$errors" 'theirs is served already'
  [ -S "$BATS_TEST_TMPDIR/theirs" ]
  kill "$theirs"
  wait "$theirs" || true
  printf '[ttrpc]\naddress = "%s.ttrpc"\n' "$SOCKET" >"$BATS_TEST_TMPDIR/config.toml"
  containerd_start
  assert_fails_cleanly containerd --config "$BATS_TEST_TMPDIR/config.toml" --state "$BATS_TEST_TMPDIR/other"
  assert_match "$errors" 'containerd.sock.ttrpc is served already by another containerd'
  assert_equal "$(events_client shim-forward "$SOCKET.ttrpc" bar /tasks/paused)" "ok "
}

@test "a call of many messages is refused after the first" {
  containerd_start
  run -0 /usr/bin/python3 -c '
import grpc, sys
call = grpc.insecure_channel("unix://" + sys.argv[1]).stream_unary("/containerd.services.events.v1.Events/Publish")
try:
    call(b"x" * 100000 for _ in range(10000))
except grpc.RpcError as e:
    print(e.code().name, e.details())' "$SOCKET"
  assert_equal "$output" "INVALID_ARGUMENT a request of several messages, one is wanted"
  [ "$(rss)" -lt 100000 ]
}

@test "its configuration is read, read again when told, and kept when it became wrong" {
  config=$BATS_TEST_TMPDIR/config.toml
  printf '[debug]\nlevel = "error"\n[plugins.x]\n[grpc]\naddress = "%s"\n' "$BATS_TEST_TMPDIR/my.sock" >"$config"
  containerd --config "$config" 2>"$BATS_TEST_TMPDIR/daemon.log" 3>&- &
  DAEMON=$!
  await test -S "$BATS_TEST_TMPDIR/my.sock"
  [ -S "$BATS_TEST_TMPDIR/my.sock.ttrpc" ]
  SOCKET=$BATS_TEST_TMPDIR/my.sock
  await client_is_served
  assert_equal "$(cat "$BATS_TEST_TMPDIR/daemon.log")" ""
  printf '[debug]\nlevel = "loud"\n' >"$config"
  kill -HUP "$DAEMON"
  await contains "$BATS_TEST_TMPDIR/daemon.log" 'configuration not read again: '"reading the configuration: $config:2:9: log level"
  printf '[debug]\nlevel = "info"\n' >"$config"
  kill -HUP "$DAEMON"
  await contains "$BATS_TEST_TMPDIR/daemon.log" 'level=info msg="configuration read again'
  kill -USR1 "$DAEMON"
  await contains "$BATS_TEST_TMPDIR/daemon.log" 'connections; the last event is 0'
  containerd_stop
}

@test "its sockets are its user's alone, or a group's when told" {
  containerd_start
  assert_equal "$(stat -c %a "$SOCKET" "$SOCKET.ttrpc" | tr '\n' ' ')" "600 600 "
  containerd_stop
  printf '[grpc]\ngid = 7\n' >"$BATS_TEST_TMPDIR/config.toml"
  containerd_start --config "$BATS_TEST_TMPDIR/config.toml"
  assert_equal "$(stat -c '%a %g' "$SOCKET" "$SOCKET.ttrpc" | tr '\n' ' ')" "660 7 660 7 "
}

@test "with nobody there it leaves after its idle time, and stays while somebody is" {
  containerd --idle-timeout 1s 2>"$BATS_TEST_TMPDIR/daemon.log" 3>&- &
  DAEMON=$!
  await test -S "$SOCKET"
  events_client subscribe "$SOCKET" 1 >"$BATS_TEST_TMPDIR/heard" 3>&- &
  await_lines "$BATS_TEST_TMPDIR/heard" 1
  sleep 1.5 # longer than its patience: it must not have left
  ctr namespaces create foo
  await_lines "$BATS_TEST_TMPDIR/heard" 2
  await test ! -e "$SOCKET"
  wait "$DAEMON"
  contains "$BATS_TEST_TMPDIR/daemon.log" 'stopping: nobody has been here for a while'
}

@test "in the background it returns once it serves, and says on the terminal why it cannot" {
  run -0 containerd --detach
  foreign version >/dev/null
  assert_fails_cleanly containerd --detach
  assert_match "$errors" 'is served already by another containerd'
  pid=$(pgrep -f '^containerd --detach')
  assert_equal "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | tr '\n' ' ')" "/dev/null /dev/null $CTRBOX_STATE/containerd.log "
  kill -TERM "$pid"
  await test ! -e "$SOCKET"
}

@test "the service manager hands over its sockets and hears when it is ready" {
  run -0 /usr/bin/python3 "$SUPPORT/service_manager.py" "$(command -v containerd)" "$CTRBOX_STATE"
  assert_equal "$output" $'before READY: a client waits in the socket\nREADY=1\nclient: ok\nRELOADING=1\nREADY=1\nSTOPPING=1\nexit 0\nsocket is still there'
}

@test "on a full disk publish fails with its code, and works again once there is room" {
  require_root
  mkdir -p "$CTRBOX_ROOT"
  mount -t tmpfs -o size=2m,mode=0700 tmpfs "$CTRBOX_ROOT"
  containerd_start
  dd if=/dev/zero of="$CTRBOX_ROOT/ballast" bs=64k 2>/dev/null || true
  for n in $(seq 20); do
    run -0 events_client publish "$SOCKET" foo /a a.B "$(head -c 60000 /dev/zero | tr '\0' x)"
    [ "$output" = ok ] || break
  done
  assert_match "$output" '^RESOURCE_EXHAUSTED writing the event: .*full'
  foreign version >/dev/null
  rm "$CTRBOX_ROOT/ballast"
  assert_equal "$(events_client publish "$SOCKET" foo /a)" ok
  containerd_stop
  DAEMON=
  umount "$CTRBOX_ROOT"
}
