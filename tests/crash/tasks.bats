# The life of tasks step by step (create, start, exec, exit, delete, restart), with the client, the shim or runc killed at each:
# the next command sees the truth, what lives goes on, what is dead leaves nothing, and each start has one exit.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load ../functional/lib
load aftermath

setup_file() { aftermath_setup_file; }

setup() {
  aftermath_setup
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
  local now shim
  now=$(status_of "$ID")
  shim=$(shim_of "$ID")
  echo "  task: ${now:-none}, shim: ${shim:-none}, lives: $(lives --list "$ID" 2>&1 | tr '\n' ';')"
  lives
  case $now in
    RUNNING)
      [ -n "$shim" ]
      [ "$(ctr exec "$ID" sh -c 'echo inside; exit 6' || echo "$?")" = "$(printf 'inside\n6')" ]
      ;;
    STOPPED | "")
      nothing_left_of "$ID"
      lives --ended tasks --list "$ID" >/dev/null || [ "$(lives --ended tasks 2>&1)" = "$NEIGHBOUR create start: has not ended" ]
      ;;
    *) false ;;
  esac
}

# ended: it can be removed whatever it is, its name used anew, and nothing is left. The neighbour has noticed nothing.
ended() {
  if [ -n "$(status_of "$ID")" ]; then ctr tasks rm -f "$ID"; fi
  if ctr containers ls -q | grep -qx "$ID"; then ctr containers rm "$ID"; fi
  nothing_left_of "$ID"
  assert_equal "$(timeout 20 ctr run --rm "$BUSYBOX" "$ID" echo again)" again
  nothing_left_of "$ID"
  assert_equal "$(ctr exec "$NEIGHBOUR" echo well)" well
}

# all_ended: at the end of a test. Each start has its exit, and the host is clean.
all_ended() {
  ctr tasks rm -f "$NEIGHBOUR"
  ctr containers rm "$NEIGHBOUR"
  nothing_left
  lives --ended "$@"
  check_state --clean --unpacked overlayfs
}

# --- failpoints --------------------------------------------------------------------------------------------------------

# steps_at NAME: the steps in which this failpoint must be reached, each of which is a test below.
steps_at() {
  case $1 in
    snapshots.prepare.*) echo create ;;
    snapshots.remove.*) echo "snapshots rm" ;; # nothing that tasks do comes by
    task.create.*) echo start ;;
    shim.start.*) echo start ;;
    shim.exec.*) echo exec ;;
    shim.exit.* | shim.teardown.*) echo exit ;;
    shim.restart.*) echo restart ;;
    snapshots.unpack.* | snapshots.commit.*) echo "a pull" ;; # pull.bats
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

@test "create: the client dies" {
  local name
  for name in $(failpoints_of create); do
    next_id
    die_at "$name" containers create "$BUSYBOX" "$ID" true
    assert_equal "$status" 137
    assert_equal "$(ctr containers ls -q)" "$NEIGHBOUR"
    the_truth
    ended
  done
  all_ended
}

@test "start: client or shim dies" {
  local name flag
  for name in $(failpoints_of start); do
    for flag in -d --attach; do
      next_id
      record sleep 1000
      die_at "$name" tasks start $flag "$ID"
      [ "$status" != 0 ]
      [ "$status" = 137 ] || [ -n "$errors" ]
      await without_shim "$ID"
      the_truth
      ctr tasks start -d "$ID"
      assert_equal "$(status_of "$ID")" RUNNING
      the_truth
      ended
    done
  done
  all_ended
}

@test "exec: the shim dies, and with it the container" {
  local name flag shim
  for name in $(failpoints_of exec); do
    for flag in -d --interactive=false; do
      next_id
      env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/ctr" run -d "$BUSYBOX" "$ID" sleep 1000
      shim=$(shim_of "$ID")
      run_apart timeout 30 ctr exec $flag "$ID" sh -c 'exit 5'
      echo "$name: exec $flag: $status $errors"
      await gone "$shim"
      # Detached it was started when the answer came, and not before.
      case "$flag $name" in
        "-d shim.exec.before_exit_record" | "-d shim.exec.after_exit_record") ;;
        "--interactive=false shim.exec.after_exit_record") [ "$status" = 5 ] || [ "$status" = 137 ] ;;
        *) [ "$status" != 0 ] && { [ "$status" = 137 ] || [ -n "$errors" ]; } ;;
      esac
      the_truth
      assert_equal "$(status_of "$ID")" STOPPED
      assert_equal "$(ctr wait "$ID")" 137
      ended
    done
  done
  all_ended tasks
}

@test "exit: the shim dies while its container ends, by itself or because it is told to" {
  local name how expected
  for name in $(failpoints_of exit); do
    for how in itself kill stop "rm -f"; do
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
  all_ended
}

@test "exit with --rm: the shim dies, the container goes" {
  local name
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

@test "delete: the client dies" {
  local name
  for name in $(failpoints_of delete); do
    next_id
    record true
    die_at "$name" containers rm "$ID"
    assert_equal "$status" 137
    the_truth
    ended
  done
  all_ended
}
