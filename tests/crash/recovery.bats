# Deaths and meetings that are no single step: a reboot, a shim that dies with many clients, two who end one container at once.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load ../functional/lib
load aftermath

setup_file() { file_pulled; }
setup() { setup_pulled; }

OBEDIENT='trap "exit 3" TERM; echo up; while :; do sleep 0.05; done'

# start_client NAME COMMAND...: in the background, with its output in files; its pid in CLIENTS[NAME].
declare -gA CLIENTS
start_client() {
  "${@:2}" >"$BATS_TEST_TMPDIR/$1.out" 2>"$BATS_TEST_TMPDIR/$1.err" </dev/null 3>&- &
  CLIENTS[$1]=$!
}
# end_client NAME: awaits its end; sets status and errors, of which there is at most one line.
end_client() {
  await is_over "${CLIENTS[$1]}" || { echo "$1 does not end"; kill -9 "${CLIENTS[$1]}"; return 1; }
  status=0
  wait "${CLIENTS[$1]}" || status=$?
  errors=$(cat "$BATS_TEST_TMPDIR/$1.err")
  echo "$1: $status $errors"
  [ "$(grep -c . <<<"$errors")" -le 1 ]
}
# Whether a child of ours is dead, waited for or not.
is_over() { [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null || echo Z)" = Z ]; }
says() { grep -q "$2" "$BATS_TEST_TMPDIR/$1.out"; }
told() { lives --list | grep -qx "$1"; }

# all_ended: each start has had its exit, and the host is clean.
all_ended() {
  local id
  for id in $(ctr tasks ls -q); do ctr tasks rm -f "$id"; done
  for id in $(ctr containers ls -q); do ctr containers rm "$id"; done
  nothing_left
  lives --ended "$@"
  events_are_the_state
  check_state --clean --unpacked overlayfs
}

# reboot: what it does to a host: nothing runs, the groups and the state directory are gone, the root is as it was.
reboot() {
  local id pid
  for id in $(ctr tasks ls | awk '$3 == "RUNNING" || $3 == "PAUSED" {print $1}'); do
    kill -9 "$(shim_of "$id")"
    await without_shim "$id"
    while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done < <(find /sys/fs/cgroup -path "*/$id/cgroup.procs" -exec cat {} + | sort -u)
  done
  for id in $(sql "SELECT name FROM containers"); do await groups_of_are_gone "$id"; done
  rm -rf "$CTRBOX_STATE"
  sql "UPDATE tasks SET boot_id = 'another'"
}
groups_of_are_gone() {
  # Frozen, it does not see the signal.
  find /sys/fs/cgroup -path "*/freezer/*/$1/freezer.state" -exec sh -c 'echo THAWED >"$0"' {} \; 2>/dev/null
  find /sys/fs/cgroup -depth -type d -name "$1" -exec rmdir {} + 2>/dev/null
  [ -z "$(find /sys/fs/cgroup -type d -name "$1")" ]
}

@test "after a reboot: what ran has ended with 137, its log is kept, and it can be started again" {
  local id
  ctr run -d "$BUSYBOX" "$TOKEN-runs" sh -c 'echo before; sleep 1000'
  ctr run -d --restart always "$BUSYBOX" "$TOKEN-again" sh -c 'echo before; sleep 1000'
  ctr run -d "$BUSYBOX" "$TOKEN-paused" sh -c 'echo before; sleep 1000'
  ctr run -d --rm "$BUSYBOX" "$TOKEN-rm" sleep 1000
  ctr run -d "$BUSYBOX" "$TOKEN-ended" sh -c 'echo before; exit 4'
  ctr containers create "$BUSYBOX" "$TOKEN-never" true
  assert_equal "$(ctr wait "$TOKEN-ended")" 4
  for id in runs again paused; do await log_of "$TOKEN-$id" before; done
  ctr pause "$TOKEN-paused"
  ctr exec -d --exec-id work "$TOKEN-runs" sleep 1000
  reboot
  for id in runs again paused; do
    assert_equal "$(ctr wait "$TOKEN-$id")" 137
    assert_equal "$(ctr logs "$TOKEN-$id")" before
    assert_equal "$(status_of "$TOKEN-$id")" STOPPED
    assert_fails_cleanly ctr exec "$TOKEN-$id" true
    assert_fails_cleanly ctr attach "$TOKEN-$id"
  done
  assert_equal "$(ctr wait "$TOKEN-ended")" 4
  assert_equal "$(ctr containers ls -q | sort | tr '\n' ' ')" "$TOKEN-again $TOKEN-ended $TOKEN-never $TOKEN-paused $TOKEN-runs "
  for id in runs again paused ended never; do ctr tasks start -d "$TOKEN-$id"; done
  for id in runs again paused; do assert_equal "$(ctr exec "$TOKEN-$id" echo well)" well; done
  all_ended tasks
}
log_of() { [ "$(ctr logs "$1")" = "$2" ]; }

@test "the shim is killed: all who are attached end with 137, whether to the container or to an exec" {
  local name
  start_client run ctr run "$BUSYBOX" "$TOKEN" sh -c 'while :; do echo up; sleep 0.05; done'
  await says run up
  start_client attach1 ctr attach "$TOKEN"
  start_client attach2 ctr attach --no-stdin "$TOKEN"
  for name in exec1 exec2; do start_client $name ctr exec "$TOKEN" sh -c 'echo up; sleep 1000'; await says $name up; done
  start_client wait ctr wait "$TOKEN"
  for name in attach1 attach2; do await says $name up; done
  kill -9 "$(shim_of "$TOKEN")"
  for name in run attach1 attach2 exec1 exec2; do end_client $name; assert_equal "$status" 137; done
  end_client wait
  assert_equal "$status" 0
  says wait '^137$'
  assert_equal "$(find "$CTRBOX_STATE/fifo" -mindepth 1)" ""
  all_ended tasks
}

@test "who attaches to a process that was executed without streams sees its end" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr exec -d --exec-id one "$TOKEN" sh -c 'while [ ! -e /go ]; do sleep 0.05; done; exit 4'
  start_client one ctr attach --exec-id one "$TOKEN"
  sleep 0.5 # it has nothing to say for itself
  ctr exec "$TOKEN" touch /go
  end_client one
  assert_equal "$status" 4
  ctr exec -d --exec-id two "$TOKEN" sleep 1000
  start_client two ctr attach --exec-id two "$TOKEN"
  sleep 0.5
  kill -9 "$(shim_of "$TOKEN")"
  end_client two
  [ "$status" != 0 ]
  all_ended tasks
}

@test "the shim is killed: each process that was executed has its exit told" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr exec -d --exec-id one "$TOKEN" sleep 1000
  ctr exec --exec-id two "$TOKEN" true
  kill -9 "$(shim_of "$TOKEN")"
  await without_shim "$TOKEN"
  assert_equal "$(ctr wait "$TOKEN")" 137
  lives --list
  told "$TOKEN create start exit:137"
  told "$TOKEN/one added started exit:137"
  told "$TOKEN/two added started exit:0"
  all_ended
}

@test "the client of an exec is killed: the process goes on to its end, which is told" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  start_client exec ctr exec --exec-id one "$TOKEN" sh -c 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done'
  await says exec up
  kill -9 "${CLIENTS[exec]}"
  end_client exec
  assert_equal "$status" 137
  ctr ps "$TOKEN" | grep -q ' one  *sh -c trap'
  ctr kill --exec-id one "$TOKEN"
  await told "$TOKEN/one added started exit:5"
  assert_equal "$(ctr exec --exec-id one "$TOKEN" echo anew)" anew
  ctr tasks ls # who looks sweeps what the dead have left
  assert_equal "$(find "$CTRBOX_STATE/fifo" -mindepth 1)" ""
  all_ended
}

@test "two removals by force at once: it is gone, and none says more than that" {
  local round n good
  for round in 1 2 3 4; do
    ctr run -d "$BUSYBOX" "$TOKEN-$round" sh -c 'sleep 1000 & sleep 1000'
    for n in 1 2; do start_client "rm$n" ctr tasks rm -f "$TOKEN-$round"; done
    good=0
    for n in 1 2; do
      end_client "rm$n"
      if [ "$status" = 0 ]; then good=$((good + 1)); else assert_match "$errors" 'not found'; fi
    done
    [ "$good" -ge 1 ]
    told "$TOKEN-$round create start exit:137 delete"
    assert_equal "$(status_of "$TOKEN-$round")" ""
  done
  all_ended
}

@test "stop and kill at once: it has ended, once, by one of them" {
  local round
  for round in 1 2 3 4; do
    ctr run -d "$BUSYBOX" "$TOKEN-$round" sh -c ": >/up; $OBEDIENT"
    await ctr exec "$TOKEN-$round" test -e /up
    start_client stop ctr stop -t 20 "$TOKEN-$round"
    start_client kill ctr kill -s KILL "$TOKEN-$round"
    end_client stop
    assert_equal "$status" 0
    end_client kill
    [ "$status" = 0 ] || assert_match "$errors" 'already finished'
    assert_match "$(ctr wait "$TOKEN-$round")" '^(3|137)$'
    lives --list "$TOKEN-$round" | grep -qxE "$TOKEN-$round create start exit:(3|137)"
  done
  all_ended
}

@test "exec while the container ends: run, killed with it or refused, and never stuck" {
  local round n
  for round in 1 2 3 4; do
    ctr run -d "$BUSYBOX" "$TOKEN-$round" sh -c 'sleep 0.3; exit 7'
    for n in 1 2 3 4; do
      start_client "exec$n" ctr exec "$TOKEN-$round" sh -c 'sleep 0.05; exit 9'
      sleep "0.0$((round * 22))"
    done
    for n in 1 2 3 4; do
      end_client "exec$n"
      case $status in
        9 | 137) ;;
        125) [ -n "$errors" ] ;;
        *) return 1 ;;
      esac
    done
    assert_equal "$(ctr wait "$TOKEN-$round")" 7
  done
  all_ended
}

@test "stopped in the pause between two lives of a restart policy: it stays ended, and each start has one exit" {
  ctr run -d --restart always "$BUSYBOX" "$TOKEN" sh -c 'exit 3'
  await told_starts 3
  ctr stop "$TOKEN"
  assert_equal "$(status_of "$TOKEN")" STOPPED
  assert_equal "$(ctr wait "$TOKEN")" 3
  lives --list
  assert_equal "$(sql "SELECT count(*) FROM events WHERE topic = '/tasks/exit'")" "$(sql "SELECT count(*) FROM events WHERE topic = '/tasks/start'")"
  all_ended
}
told_starts() { [ "$(sql "SELECT count(*) FROM events WHERE topic = '/tasks/start'")" -ge "$1" ]; }

@test "the shim is killed in the pause between two lives: it has ended, and each start has one exit" {
  ctr run -d --restart always "$BUSYBOX" "$TOKEN" sh -c 'exit 3'
  await told_starts 3
  kill -9 "$(shim_of "$TOKEN")"
  await without_shim "$TOKEN"
  assert_equal "$(status_of "$TOKEN")" STOPPED
  lives --list
  assert_equal "$(sql "SELECT count(*) FROM events WHERE topic = '/tasks/exit'")" "$(sql "SELECT count(*) FROM events WHERE topic = '/tasks/start'")"
  all_ended
}

@test "a container that was removed takes its log along, whoever died on the way" {
  local name
  for name in shim.exit.before_record shim.exit.after_record shim.teardown.begin; do
    env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d --rm "$BUSYBOX" "$TOKEN" sh -c 'echo old; exit 3'
    await without_shim "$TOKEN"
    assert_equal "$(ctr tasks ls -q)$(ctr containers ls -q)" ""
    ctr containers create "$BUSYBOX" "$TOKEN" true
    # The next of its name has written nothing yet.
    echo "$name: $(ctr logs "$TOKEN" 2>&1 || true)"
    [[ "$(ctr logs "$TOKEN" 2>&1 || true)" != *old* ]]
    ctr containers rm "$TOKEN"
  done
  ctr run -d "$BUSYBOX" "$TOKEN" echo old
  ctr wait "$TOKEN"
  ctr tasks rm "$TOKEN"
  run_apart env FAILPOINT=container.remove.after_record=kill "$CTRBOX_BUILD/bin/ctr" containers rm "$TOKEN"
  assert_equal "$status" 137
  ctr containers create "$BUSYBOX" "$TOKEN" true
  [[ "$(ctr logs "$TOKEN" 2>&1 || true)" != *old* ]]
  all_ended
}
