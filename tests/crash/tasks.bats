# The life of tasks step by step (create, start, exec, exit, delete, restart), with the client, the shim or runc killed at each:
# the next command sees the truth, what lives goes on, what is dead leaves nothing, and each start has one exit.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load ../functional/lib
load aftermath

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NEIGHBOUR=n-$TOKEN
  ctr run -d "$BUSYBOX" "$NEIGHBOUR" sleep 1000
  ROUND=0
}

# Ends when it is asked to, with 3.
OBEDIENT='trap "exit 3" TERM; while :; do sleep 0.05; done'

# next_id: sets ID to a name that was not used yet.
next_id() { ROUND=$((ROUND + 1)) ID=$TOKEN-$ROUND; }

record() { ctr containers create "$BUSYBOX" "$ID" "$@"; }

# die_at NAME CTR_ARG...: ctr, with the failpoint for itself and for the shim it starts. It must end, in peace or with a line.
die_at() {
  run_apart env "FAILPOINT=$1=kill" timeout 30 "$CTRBOX_BUILD/bin/ctr" "${@:2}"
  echo "$1: ctr ${*:2}: $status $errors"
  [ "$status" != 124 ]
  [ "$(grep -c . <<<"$errors")" -le 1 ]
}

# the_truth: whatever died. Only under a living shim something runs, and there one more process can be run.
the_truth() {
  local now shim told
  now=$(status_of "$ID")
  shim=$(shim_of "$ID")
  told=$(lives --list "$ID")
  echo "  task: ${now:-none}, shim: ${shim:-none}, lives: ${told//$'\n'/; }"
  case $now in
    RUNNING)
      [ -n "$shim" ]
      [ "$(ctr exec "$ID" sh -c 'echo inside; exit 6' || echo "$?")" = "$(printf 'inside\n6')" ]
      ;;
    STOPPED | "")
      nothing_left_of "$ID"
      # Each start of the container's own process has had its exit.
      ! grep -qE "^$ID .*(create|start)\$" <<<"$told" || return 1
      ;;
    *) return 1 ;;
  esac
}

# ended: it can be removed whatever it is, and its name used anew.
ended() {
  if [ -n "$(status_of "$ID")" ]; then ctr tasks rm -f "$ID"; fi
  if ctr containers ls -q | grep -qx "$ID"; then ctr containers rm "$ID"; fi
  assert_equal "$(timeout 20 ctr run --rm "$BUSYBOX" "$ID" echo again)" again
  nothing_left_of "$ID"
}

# all_ended: at the end of a test. The neighbour has noticed nothing, each start has its exit, and the host is clean.
all_ended() {
  assert_equal "$(ctr exec "$NEIGHBOUR" echo well)" well
  ctr tasks rm -f "$NEIGHBOUR"
  ctr containers rm "$NEIGHBOUR"
  nothing_left
  lives --ended "$@"
  events_are_the_state
  check_state --clean --unpacked overlayfs
}

# --- failpoints --------------------------------------------------------------------------------------------------------

# steps_at NAME: the steps in which this failpoint must be reached, each of which is a test below.
steps_at() {
  case $1 in
    snapshots.prepare.*) echo create ;;
    snapshots.remove.*) echo "snapshots rm" ;; # nothing that tasks do comes by
    task.create.*) echo start ;;
    task.exec.*) echo exec-asked ;;
    task.remove.* | container.remove.*) echo delete ;;
    shim.start.*) echo start ;;
    shim.exec.*) echo exec ;;
    shim.exit.* | shim.teardown.*) echo exit ;;
    shim.restart.*) echo restart ;;
    snapshots.unpack.* | snapshots.commit.*) echo "a pull" ;; # pull.bats
    checkpoint.*) echo "a checkpoint" ;; # ../functional/checkpoint.bats
    *) return 1 ;;
  esac
}

# failpoints_of STEP
failpoints_of() {
  local name
  for name in $(failpoints_in runtime core/snapshots); do
    if [ "$(steps_at "$name")" = "$1" ]; then echo "$name"; fi
  done
}

@test "each failpoint of tasks and snapshots belongs to a step that is tried" {
  local name
  for name in $(failpoints_in runtime core/snapshots); do
    steps_at "$name" >/dev/null || { echo "no step for $name: add it to steps_at"; return 1; }
  done
  [ "$(failpoints_of exec | wc -l)" -ge 4 ]
  [ "$(failpoints_of exit | wc -l)" -ge 3 ]
  [ "$(failpoints_of restart | wc -l)" -ge 2 ]
}

@test "create, exec, delete: the client dies" {
  local name
  for name in $(failpoints_of create); do
    next_id
    die_at "$name" containers create "$BUSYBOX" "$ID" true
    assert_equal "$status" 137
    assert_equal "$(ctr containers ls -q)" "$NEIGHBOUR"
    the_truth
    ended
  done
  for name in $(failpoints_of exec-asked); do
    next_id
    ctr run -d "$BUSYBOX" "$ID" sleep 1000
    die_at "$name" exec --exec-id one "$ID" sh -c 'sleep 1000'
    assert_equal "$status" 137
    the_truth
    assert_equal "$(status_of "$ID")" RUNNING
    assert_equal "$(ctr ps -q "$ID" | wc -l)" 1
    assert_equal "$(ctr exec --exec-id one "$ID" echo two)" two
    ended
  done
  for name in $(failpoints_of delete); do
    next_id
    ctr run -d "$BUSYBOX" "$ID" echo hello
    ctr wait "$ID"
    case $name in
      task.*) die_at "$name" tasks rm "$ID" ;;
      *)
        ctr tasks rm "$ID"
        die_at "$name" containers rm "$ID"
        ;;
    esac
    assert_equal "$status" 137
    the_truth
    [[ $name = task.* ]] || assert_equal "$(ctr containers ls -q)" "$NEIGHBOUR"
    ended
  done
  all_ended
}

@test "start: client or shim dies" {
  local name flag
  for name in $(failpoints_of start); do
    next_id
    flag=$([ $((ROUND % 2)) = 0 ] && echo -d || echo --attach)
    record sleep 1000
    die_at "$name" tasks start "$flag" "$ID"
    [ "$status" != 0 ]
    [ "$status" = 137 ] || [ -n "$errors" ]
    await without_shim "$ID"
    the_truth
    ctr tasks start -d "$ID"
    the_truth
    ctr tasks rm -f "$ID"
    ctr containers rm "$ID"
  done
  all_ended
}

@test "exec: the shim dies, and with it the container" {
  local name shim
  for name in $(failpoints_of exec); do
    next_id
    env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d "$BUSYBOX" "$ID" sleep 1000
    shim=$(shim_of "$ID")
    run_apart timeout 30 ctr exec "$ID" sh -c 'exit 5'
    echo "$name: $status $errors"
    await gone "$shim"
    [ "$status" != 0 ]
    # 137, an error of ours, or what had been recorded before.
    case $status in
      137) ;;
      5) [ "$name" = shim.exec.after_exit_record ] ;;
      *) [ -n "$errors" ] ;;
    esac
    the_truth
    assert_equal "$(status_of "$ID")" STOPPED
    assert_equal "$(ctr wait "$ID")" 137
    ended
  done
  all_ended tasks # recovery.bats has the exits of such processes
}

@test "exit: the shim dies while its container ends, by itself or because it is told to" {
  local name how others=(kill stop "rm -f") expected
  for name in $(failpoints_of exit); do
    for how in itself "${others[ROUND / 2 % 3]}"; do
      next_id
      if [ "$how" = itself ]; then
        env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d "$BUSYBOX" "$ID" sh -c 'exit 3'
      else
        env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d "$BUSYBOX" "$ID" sh -c ": >/up; $OBEDIENT"
        await ctr exec "$ID" test -e /up
        # shellcheck disable=SC2086
        run_apart timeout 30 ctr tasks $how "$ID"
        echo "$name: $how: $status $errors"
        assert_equal "$status" 0
      fi
      await without_shim "$ID"
      # Nobody but who tidies up after a dead shim removes its bundle: it did die there.
      [ "$how" != itself ] || [ -e "$CTRBOX_STATE/tasks/default/$ID" ]
      the_truth
      if [ "$how" = "rm -f" ]; then
        assert_equal "$(status_of "$ID")" ""
      else
        expected=3
        [ "$name" != shim.exit.before_record ] || expected=137
        assert_equal "$(ctr wait "$ID")" "$expected"
      fi
      ended
    done
  done
  # With --rm the container goes with its task, whoever finds out.
  for name in $(failpoints_of exit); do
    next_id
    env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d --rm "$BUSYBOX" "$ID" sh -c 'exit 3'
    await without_shim "$ID"
    the_truth
    assert_equal "$(ctr containers ls -q)" "$NEIGHBOUR"
    ended
  done
  all_ended
}

@test "restart: the shim dies between two lives" {
  local name
  for name in $(failpoints_of restart); do
    next_id
    env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d --restart always "$BUSYBOX" "$ID" sh -c 'exit 3'
    await without_shim "$ID"
    the_truth
    assert_equal "$(status_of "$ID")" STOPPED
    ctr tasks rm "$ID"
    ended
  done
  all_ended
}

# --- while runc works --------------------------------------------------------------------------------------------------

# gated_runc: a runc that takes part in what `gate` says. A shim looks for its runc once, so it is there from the first.
gated_runc() {
  GATE=$BATS_TEST_TMPDIR/gate
  mkdir "$GATE"
  mkfifo "$GATE/pause"
  fake_runc "GATE=$GATE"'
    tell() { echo $$ >"$GATE/pid.new"; mv "$GATE/pid.new" "$GATE/pid"; }
    stop() { tell; until [ -e "$GATE/open" ]; do read -rt 0.02 <>"$GATE/pause" || :; done; }
    read -r verb when <"$GATE/want" || exec "$REAL" "$@"
    case " $* " in *" $verb "*) ;; *) exec "$REAL" "$@" ;; esac
    rm "$GATE/want" || exec "$REAL" "$@"
    case $when in
      before) stop ;;
      during) tell ;;
      after) "$REAL" "$@"; status=$?; stop; exit "$status" ;;
    esac' 2>/dev/null
}

# gate VERB WHEN: the next runc of that kind tells its pid, and stops before or after its work until the gate is open.
gate() {
  rm -f "$GATE/pid" "$GATE/open"
  echo "$1 $2" >"$GATE/want"
}
at_the_gate() { [ -s "$GATE/pid" ]; }

# at_gate VERB WHEN VICTIM CTR_ARG...: the victim (client, shim, runc, both: client and shim) is killed there. Sets status and
# errors of the client; 137 and nothing if it was killed.
at_gate() {
  local victim=$3 client pid
  gate "$1" "$2"
  ctr "${@:4}" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null 3>&- &
  client=$!
  await at_the_gate
  pid=$(<"$GATE/pid")
  case $victim in
    client) kill -9 "$client" ;;
    shim) kill -9 "$(shim_of "$ID")" ;;
    runc) kill -9 "$pid" ;;
    both) kill -9 "$client" "$(shim_of "$ID")" ;;
  esac
  : >"$GATE/open"
  status=0
  wait "$client" || status=$?
  errors=$(cat "$BATS_TEST_TMPDIR/stderr")
  echo "$1, $2 its work, $victim killed: status $status $errors"
  [ "$(grep -c . <<<"$errors")" -le 1 ]
  await gone "$pid"
}

runs() { [ "$(status_of "$1")" = RUNNING ]; }

@test "start: client, shim or runc dies while runc works" {
  local when victim
  gated_runc
  for when in before after; do
    for victim in client shim runc; do
      next_id
      record sleep 1000
      at_gate run $when $victim tasks start -d "$ID"
      [ "$status" != 0 ]
      case $victim in
        # Nobody has taken the start back: it goes on, as it would have with a client that was only slow.
        client) await runs "$ID" ;;
        shim) [ "$status" = 137 ] || [ -n "$errors" ] ;;
        runc)
          [ -n "$errors" ]
          assert_equal "$(status_of "$ID")" ""
          ;;
      esac
      [ $victim = client ] || await without_shim "$ID"
      the_truth
      ended
    done
  done
  all_ended
}

# told LIFE: what the events say of a process.
told() { lives --list | grep -qx "$1"; }
# holds ID N: how many processes the container has.
holds() { [ "$(ctr ps -q "$1" | wc -l)" = "$2" ]; }

@test "exec: client, shim or runc dies while runc works" {
  local when victim
  gated_runc
  for when in before after; do
    for victim in client shim runc; do
      next_id
      ctr run -d "$BUSYBOX" "$ID" sleep 1000
      at_gate exec $when $victim exec --exec-id one "$ID" sh -c ': >/ran; sleep 0.3; exit 5'
      [ "$status" != 0 ]
      case $victim in
        client) await told "$ID/one added started exit:5" ;; # what was begun goes on to its end
        runc) [ -n "$errors" ] ;;
        *) await without_shim "$ID" ;;
      esac
      case $victim in
        client | runc) # the container lives on, and the name is free again
          assert_equal "$(status_of "$ID")" RUNNING
          await holds "$ID" 1
          assert_equal "$(ctr exec --exec-id one "$ID" echo two)" two
          ;;
      esac
      the_truth
      ended
    done
  done
  all_ended
}

@test "exec: a runc that dies after its work leaves no process behind" {
  gated_runc
  next_id
  ctr run -d "$BUSYBOX" "$ID" sleep 1000
  at_gate exec after runc exec "$ID" sleep 2000
  [ -n "$errors" ]
  await holds "$ID" 1
  ended
  all_ended
}

@test "removal by force: client, shim or runc dies while runc kills" {
  local victim
  gated_runc
  for victim in client shim runc both; do
    next_id
    ctr run -d "$BUSYBOX" "$ID" sleep 1000
    at_gate kill before $victim tasks rm -f "$ID"
    the_truth
    if [ -n "$(status_of "$ID")" ]; then ctr tasks rm -f "$ID"; fi
    assert_equal "$(status_of "$ID")" ""
    ended
  done
  all_ended
}

@test "exit: shim or runc dies while runc tidies up" {
  local when victim
  gated_runc
  for when in before after; do
    for victim in shim runc; do
      next_id
      ctr run -d "$BUSYBOX" "$ID" sh -c "sleep 0.2; exit 3"
      at_gate delete $when $victim wait "$ID"
      await without_shim "$ID"
      the_truth
      assert_equal "$(ctr wait "$ID")" 3
      ended
    done
  done
  all_ended
}

@test "pause, resume, ps: a runc that dies is told in one line, and can be repeated" {
  gated_runc
  next_id
  ctr run -d "$BUSYBOX" "$ID" sleep 1000
  at_gate pause before runc pause "$ID"
  [ "$status" != 0 ]
  [ -n "$errors" ]
  ctr pause "$ID"
  assert_equal "$(status_of "$ID")" PAUSED
  at_gate resume before runc resume "$ID"
  [ "$status" != 0 ]
  [ -n "$errors" ]
  ctr resume "$ID"
  at_gate ps before runc ps "$ID"
  [ "$status" != 0 ]
  [ -n "$errors" ]
  the_truth
  ended
  all_ended
}

@test "runc killed at random moments of start and exec" {
  local seed=${CRASH_SEED:-$RANDOM} round client pid
  gated_runc
  echo "seed $seed (CRASH_SEED=$seed repeats it)"
  RANDOM=$seed
  for round in $(seq 6); do
    next_id
    if [ $((round % 2)) = 0 ]; then ctr run -d "$BUSYBOX" "$ID" sleep 1000; else record sleep 1000; fi
    if [ $((round % 2)) = 0 ]; then set -- exec "$ID" sleep 0.1; else set -- tasks start -d "$ID"; fi
    gate "$([ "$1" = exec ] && echo exec || echo run)" during
    timeout 30 ctr "$@" >/dev/null 2>"$BATS_TEST_TMPDIR/stderr" </dev/null 3>&- &
    client=$!
    await at_the_gate
    sleep "0.0$((RANDOM % 90))"
    kill -9 "$(<"$GATE/pid")" 2>/dev/null || true
    status=0
    wait "$client" || status=$?
    errors=$(cat "$BATS_TEST_TMPDIR/stderr")
    echo "round $round: $* : $status $errors"
    [ "$status" = 0 ] || [ "$(grep -c . <<<"$errors")" = 1 ]
    if [ $((round % 2)) = 0 ]; then
      await holds "$ID" 1
    else
      [ "$status" = 0 ] || nothing_left_of "$ID"
    fi
    the_truth
    ended
  done
  all_ended
}
