# `ctr tasks …`: lists, signals and removal.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() { file_registry; push_busybox; }

setup() {
  require_root
  lib_setup
  ctr pull "$BUSYBOX" >/dev/null 2>&1
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
