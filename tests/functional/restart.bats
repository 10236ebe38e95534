# Containers that are started again by their policy: by their shim, and by a command after a reboot.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
  sql 'DELETE FROM events'
}

sql() { sqlite3 "$CTRBOX_ROOT/state.db" "$1"; }
starts() { sql "SELECT count(*) FROM events WHERE topic = '/tasks/start'"; }
status_of() { ctr tasks ls | awk -v id="$1" '$1 == id {print $3}'; }
has_status() { [ "$(status_of "$1")" = "$2" ]; }
has_starts() { [ "$(starts)" -ge "$1" ]; }
pid_of() { ctr tasks ls | awk -v id="$1" '$1 == id {print $2}'; }
remove() {
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "on-failure:2 is started three times in all, and keeps its files between the starts" {
  ctr run -d --restart on-failure:2 "$BUSYBOX" "$TOKEN" sh -c 'echo x >>/count; wc -l </count; exit 3'
  await has_status "$TOKEN" STOPPED
  assert_equal "$(starts)" 3
  assert_equal "$(sql "SELECT group_concat(substr(topic, 8), ' ') FROM (SELECT topic FROM events WHERE topic LIKE '/tasks/%' ORDER BY sequence)")" \
    "create start exit delete create start exit delete create start exit"
  remove
}

@test "an end without failure is an end" {
  ctr run -d --restart on-failure "$BUSYBOX" "$TOKEN" true
  await has_status "$TOKEN" STOPPED
  assert_equal "$(starts)" 1
  remove
}

@test "always: a process that was killed from outside comes back, one that a user kills does not" {
  ctr run -d --restart always "$BUSYBOX" "$TOKEN" sleep 1000
  local first
  first=$(pid_of "$TOKEN")
  kill -9 "$first"
  await has_starts 2
  await has_status "$TOKEN" RUNNING
  [ "$(pid_of "$TOKEN")" != "$first" ]
  ctr tasks kill -s KILL "$TOKEN"
  await has_status "$TOKEN" STOPPED
  assert_equal "$(starts)" 2
  assert_match "$(ctr containers ls)" 'containerd.io/restart.explicitly-stopped=true'
  remove
}

@test "a container that waits to be started again can be stopped and removed" {
  ctr run -d --restart always "$BUSYBOX" "$TOKEN" false
  await has_starts 4 # the pause is about a second then
  await has_status "$TOKEN" CREATED
  ctr tasks rm -f "$TOKEN"
  assert_equal "$(status_of "$TOKEN")" ""
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "the shim that is killed between two lives: the next command sees a task that has ended" {
  ctr run -d --restart always "$BUSYBOX" "$TOKEN" false
  await has_starts 4
  await has_status "$TOKEN" CREATED
  kill -9 "$(pgrep -f "^shim .*-id $TOKEN ")"
  await has_status "$TOKEN" STOPPED
  remove
}

@test "after a reboot those run again that are to: always, and unless-stopped if nobody has stopped it" {
  local id
  ctr run -d --restart always --log-uri "file://$BATS_TEST_TMPDIR/log" "$BUSYBOX" "$TOKEN-a" sh -c 'echo lives; sleep 1000'
  ctr run -d --restart unless-stopped "$BUSYBOX" "$TOKEN-b" sleep 1000
  ctr run -d --restart unless-stopped "$BUSYBOX" "$TOKEN-c" sleep 1000
  ctr run -d "$BUSYBOX" "$TOKEN-d" sleep 1000
  ctr tasks kill -s KILL "$TOKEN-c"
  await has_status "$TOKEN-c" STOPPED
  for id in a b d; do kill -9 "$(pgrep -f "^shim .*-id $TOKEN-$id ")" "$(pid_of "$TOKEN-$id")"; done
  rm -rf "$CTRBOX_STATE"
  assert_equal "$(ctr tasks start --by-policy)" "default/$TOKEN-a"$'\n'"default/$TOKEN-b"
  assert_equal "$(ctr tasks ls | awk 'NR > 1 {print $1, $3}' | sed "s/$TOKEN-//")" \
    "a RUNNING"$'\n'"b RUNNING"$'\n'"c STOPPED"$'\n'"d STOPPED"
  await eval '[ "$(grep -c lives "$BATS_TEST_TMPDIR/log")" = 2 ]' # where it was written before, it is written again
  assert_equal "$(ctr tasks start --by-policy)" ""
  assert_fails_cleanly ctr tasks start --by-policy "$TOKEN-d"
  for id in a b c d; do
    ctr tasks rm -f "$TOKEN-$id"
    ctr containers rm "$TOKEN-$id"
  done
  await_census "$NOTHING_LEFT"
}

@test "in the foreground: the client has the first exit, the container stays and is started again" {
  run_apart ctr run --restart on-failure:1 "$BUSYBOX" "$TOKEN" sh -c 'echo lives; exit 3'
  assert_equal "$status $output" "3 lives"
  await has_status "$TOKEN" STOPPED
  assert_equal "$(starts)" 2
  remove
}

@test "a place for its output that has gone ends the restarts, and its end is told" {
  mkdir "$BATS_TEST_TMPDIR/out"
  ctr run -d --restart always --log-uri "file://$BATS_TEST_TMPDIR/out/log" "$BUSYBOX" "$TOKEN" sh -c 'sleep 0.3; exit 3'
  rm -r "$BATS_TEST_TMPDIR/out"
  await has_starts 1
  await eval '[ "$(sql "SELECT count(*) FROM events WHERE topic = '"'/tasks/exit'"'")" -ge 1 ]'
  [ -n "$(pgrep -f "^shim .*-id $TOKEN ")" ]
  mkdir "$BATS_TEST_TMPDIR/out"
  await has_starts 2
  remove
}

@test "whoever follows its log or waits for it goes from one life into the next" {
  ctr run -d --restart on-failure:2 "$BUSYBOX" "$TOKEN" sh -c 'echo x >>/count; wc -l </count; exit 3'
  assert_equal "$(timeout 10 ctr logs -f "$TOKEN" | tr '\n' ' ')" "1 2 3 "
  assert_equal "$(ctr wait "$TOKEN")" 3
  remove
}

@test "wrong policies, and --rm with one, are refused" {
  assert_fails_cleanly ctr run -d --restart sometimes "$BUSYBOX" "$TOKEN" true
  assert_match "$errors" 'restart policy "sometimes" is not known'
  assert_fails_cleanly ctr run --rm --restart always "$BUSYBOX" "$TOKEN" true
  assert_match "$errors" '\-\-rm and \-\-restart'
  assert_equal "$(ctr containers ls -q)" ""
}
