# `ctr tasks …`: lists, signals and removal.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
}

await_status() {
  local n
  for n in $(seq 100); do ctr tasks ls | grep -Eq "^$1 +[0-9]+ +$2" && return 0; sleep 0.05; done
  ctr tasks ls >&2
  return 1
}

@test "list: header alone, then tasks with pid and status" {
  assert_equal "$(ctr tasks ls)" "TASK    PID    STATUS"
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  assert_equal "$(ctr t ls -q)" "$TOKEN"
  local pid
  pid=$(ctr tasks list | awk 'NR == 2 {print $2}')
  assert_equal "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "sleep 100 "
  assert_match "$(ctr tasks ls)" "$TOKEN +$pid +RUNNING"
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "kill: names with and without SIG, any case, numbers" {
  local signal
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c \
    'trap "echo >>/got" USR1; trap "exit 0" TERM; : >/got; while :; do sleep 0.05; done'
  for signal in USR1 usr1 SIGUSR1 sigusr1 10; do ctr tasks kill -s "$signal" "$TOKEN"; sleep 0.2; done
  assert_fails_cleanly ctr tasks kill -s NONSENSE "$TOKEN"
  assert_match "$errors" 'unknown signal "NONSENSE"'
  ctr kill "$TOKEN"
  await_status "$TOKEN" STOPPED
  assert_equal "$(wc -l <"$(find "$CTRBOX_ROOT/snapshots" -name got)")" 5
  assert_fails_cleanly ctr tasks kill "$TOKEN"
  assert_match "$errors" 'process already finished'
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "kill --all reaches every process" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'trap "" TERM; sleep 100 & sleep 200 & while :; do sleep 0.05; done'
  ctr tasks kill --all -s KILL "$TOKEN"
  await_status "$TOKEN" STOPPED
  ctr tasks rm "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "kill and rm of what is not there say so" {
  assert_fails_cleanly ctr tasks kill nonesuch
  assert_match "$errors" 'no running task found.*nonesuch.*not found'
  assert_fails_cleanly ctr tasks rm nonesuch
  ctr run "$BUSYBOX" "$TOKEN" true
  assert_fails_cleanly ctr tasks kill "$TOKEN"
  assert_match "$errors" 'no running task found'
}

@test "rm refuses a running task unless forced" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  assert_fails_cleanly ctr tasks delete "$TOKEN"
  await_status "$TOKEN" RUNNING
  ctr tasks delete --force "$TOKEN"
  assert_equal "$(ctr tasks ls -q)" ""
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "the shim that was killed: the task has ended, and all can be removed" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  local shim
  shim=$(pgrep -f "shim.*$TOKEN" | head -n 1)
  kill -9 "$shim"
  await_status "$TOKEN" STOPPED
  ctr tasks rm "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "another root's container of the same name is left alone" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  local pid
  pid=$(ctr tasks ls | awk 'NR == 2 {print $2}')
  mkdir -p "$BATS_TEST_TMPDIR/rootfs/bin"
  cp /bin/busybox "$BATS_TEST_TMPDIR/rootfs/bin/true"
  assert_fails_cleanly env CTRBOX_ROOT="$BATS_TEST_TMPDIR/other" CTRBOX_STATE="$BATS_TEST_TMPDIR/other-state" \
    ctr run --rm --rootfs "$BATS_TEST_TMPDIR/rootfs" "$TOKEN" true
  assert_match "$errors" 'control group .* is in use by others'
  kill -0 "$pid"
  await_status "$TOKEN" RUNNING
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "a shim that does not answer: whoever waits for it can be stopped" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  local shim client status=0
  shim=$(pgrep -f "^shim .*-id $TOKEN ")
  kill -STOP "$shim"
  ctr tasks ps "$TOKEN" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  client=$!
  await waits_in_poll "$client"
  kill -TERM "$client"
  wait "$client" || status=$?
  kill -CONT "$shim"
  assert_equal "$status" 143
  assert_match "$(cat "$BATS_TEST_TMPDIR/out")" 'the shim does not answer'
  await_status "$TOKEN" RUNNING
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}
waits_in_poll() { grep -q poll "/proc/$1/wchan"; }

@test "a shim without descriptors goes on, and its container with it" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  local shim
  shim=$(pgrep -f "^shim .*-id $TOKEN ")
  prlimit --pid "$shim" --nofile=3:4096
  timeout -s KILL 1 ctr tasks ps "$TOKEN" || true
  timeout -s KILL 1 ctr exec "$TOKEN" true || true
  prlimit --pid "$shim" --nofile=1024:4096
  await_status "$TOKEN" RUNNING
  assert_equal "$(pgrep -f "^shim .*-id $TOKEN ")" "$shim"
  timeout -s KILL 10 ctr exec "$TOKEN" true
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

descriptors_of() { find "/proc/$1/fd" -mindepth 1 | wc -l; }

@test "clients that attach and leave cost the shim nothing" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  local shim before n
  shim=$(pgrep -f "^shim .*-id $TOKEN ")
  before=$(descriptors_of "$shim")
  for _ in 1 2 3 4 5; do timeout -s KILL 0.5 ctr tasks attach --no-stdin "$TOKEN" || true; done
  for n in $(seq 100); do
    [ "$(descriptors_of "$shim")" -gt "$before" ] || break
    sleep 0.05
  done
  assert_equal "$(descriptors_of "$shim")" "$before"
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "rm -f of a task that goes with its container is no failure" {
  ctr run -d --rm "$BUSYBOX" "$TOKEN" sleep 1000
  run -0 ctr tasks rm -f "$TOKEN"
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
}

@test "rm -f in the moment in which a task ends by itself is no failure" {
  local n
  for n in $(seq 20); do
    ctr run -d "$BUSYBOX" "$TOKEN" sleep "0.0$((n % 5 + 1))"
    run -0 ctr tasks rm -f "$TOKEN"
    ctr containers rm "$TOKEN"
  done
  await_census "$NOTHING_LEFT"
}

@test "kill: several containers, each told apart" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  ctr run -d "$BUSYBOX" "$TOKEN-2" sleep 100
  run_apart ctr tasks kill -s KILL "$TOKEN" nonesuch "$TOKEN-2"
  assert_equal "$status" 1
  assert_match "$errors" 'failed to kill nonesuch: .*not found'
  await_status "$TOKEN" STOPPED
  await_status "$TOKEN-2" STOPPED
  ctr containers rm "$TOKEN" "$TOKEN-2"
  await_census "$NOTHING_LEFT"
}

@test "stop: asks, waits, and kills what does not listen" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'trap "exit 7" TERM; while :; do sleep 0.05; done'
  ctr run -d "$BUSYBOX" "$TOKEN-deaf" sh -c 'trap "" TERM; sleep 1000 & while :; do sleep 0.05; done'
  sleep 0.3
  ctr stop -t 1 "$TOKEN" "$TOKEN-deaf"
  assert_equal "$(ctr tasks wait "$TOKEN" "$TOKEN-deaf")" "$(printf '7\n137')"
  # What is stopped can be stopped again, with and without its task.
  ctr stop "$TOKEN"
  ctr tasks rm "$TOKEN"
  ctr stop "$TOKEN"
  assert_fails_cleanly ctr stop nonesuch
  assert_fails_cleanly ctr stop -t soon "$TOKEN"
  assert_fails_cleanly ctr stop -t 100000000 "$TOKEN"
  assert_fails_cleanly ctr stop -s NONSENSE "$TOKEN"
  ctr containers rm "$TOKEN" "$TOKEN-deaf"
  await_census "$NOTHING_LEFT"
}

@test "stop: with the signal of the label, or the one that is given" {
  local script='trap "exit 3" USR1; trap "exit 4" USR2; trap "exit 5" TERM; while :; do sleep 0.05; done'
  ctr run -d --label io.containerd.image.config.stop-signal=SIGUSR1 "$BUSYBOX" "$TOKEN" sh -c "$script"
  ctr run -d --label io.containerd.image.config.stop-signal=rubbish "$BUSYBOX" "$TOKEN-2" sh -c "$script"
  sleep 0.3
  ctr stop "$TOKEN" "$TOKEN-2"
  assert_equal "$(ctr wait "$TOKEN" "$TOKEN-2")" "$(printf '3\n5')"
  ctr tasks rm "$TOKEN"
  ctr tasks start -d "$TOKEN"
  sleep 0.3
  ctr stop -s USR2 "$TOKEN"
  assert_equal "$(ctr wait "$TOKEN")" 4
  ctr containers rm "$TOKEN" "$TOKEN-2"
  await_census "$NOTHING_LEFT"
}

@test "stop: one that is paused ends in peace" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'trap "exit 7" TERM; while :; do sleep 0.05; done'
  sleep 0.3
  ctr pause "$TOKEN"
  ctr stop -t 5 "$TOKEN"
  assert_equal "$(ctr wait "$TOKEN")" 7
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "wait: before the end, after it, after a death of the shim, interrupted" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'sleep 0.5; exit 9'
  assert_equal "$(ctr wait "$TOKEN")" 9
  assert_equal "$(ctr wait "$TOKEN" "$TOKEN")" "$(printf '9\n9')"
  ctr tasks rm "$TOKEN"
  assert_fails_cleanly ctr wait "$TOKEN"
  ctr run -d "$BUSYBOX" "$TOKEN-2" sleep 1000
  ctr wait "$TOKEN-2" >"$BATS_TEST_TMPDIR/out" 2>&1 &
  local client=$! status=0
  sleep 0.3
  kill -INT "$client"
  wait "$client" || status=$?
  assert_equal "$status" 130
  kill -9 "$(pgrep -f "shim.*$TOKEN-2" | head -n 1)"
  assert_equal "$(ctr wait "$TOKEN-2")" 137
  ctr containers rm "$TOKEN" "$TOKEN-2"
  await_census "$NOTHING_LEFT"
}

@test "pause and resume: nothing runs in between" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do echo x >>/ticks; sleep 0.02; done'
  local ticks before
  ticks=$(find "$CTRBOX_ROOT/snapshots" -name ticks)
  ctr pause "$TOKEN"
  await_status "$TOKEN" PAUSED
  assert_fails_cleanly ctr pause "$TOKEN"
  before=$(wc -c <"$ticks")
  sleep 0.3
  assert_equal "$(wc -c <"$ticks")" "$before"
  ctr resume "$TOKEN"
  await_status "$TOKEN" RUNNING
  assert_fails_cleanly ctr resume "$TOKEN"
  sleep 0.2
  [ "$(wc -c <"$ticks")" -gt "$before" ]
  assert_fails_cleanly ctr pause nonesuch
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "shim: one is asked directly, by id and by its socket" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  local pid shim
  pid=$(ctr ps -q "$TOKEN")
  shim=$(pgrep -f "shim.*$TOKEN" | head -n 1)
  assert_equal "$(ctr shim state "$TOKEN" | jq -r '"\(.id) \(.pid) \(.status) \(.terminal)"')" "$TOKEN $pid RUNNING false"
  assert_equal "$(ctr shim connect "$TOKEN" | jq -r '"\(.shim_pid) \(.task_pid)"')" "$shim $pid"
  assert_equal "$(ctr shim pids --address "unix://$CTRBOX_STATE/tasks/default/$TOKEN/shim.sock" "$TOKEN" | jq -c .pids)" "[$pid]"
  ctr shim pause "$TOKEN"
  assert_equal "$(ctr shim state "$TOKEN" | jq -r .status)" PAUSED
  ctr shim resume "$TOKEN"
  assert_fails_cleanly ctr shim state nonesuch
  assert_fails_cleanly ctr shim state ../nonesuch
  assert_fails_cleanly ctr shim state --address relative "$TOKEN"
  assert_fails_cleanly ctr shim kill -s NONSENSE "$TOKEN"
  ctr shim kill -s KILL "$TOKEN"
  await_status "$TOKEN" STOPPED
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}
