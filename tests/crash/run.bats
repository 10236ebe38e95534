# `ctr run` when its client, its shim or the host dies: the next command sees the truth and nothing is left.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load ../functional/lib
load aftermath

setup_file() { file_pulled; }

setup() {
  setup_pulled
  sql 'DELETE FROM events'
}

# events TOPIC: how many there are of it.
events() { sql "SELECT count(*) FROM events WHERE topic = '/tasks/$1'"; }

# the_truth: what the next commands say after a death, whatever died. Only a living shim may have a running task.
the_truth() {
  local shim status
  shim=$(shim_of "$TOKEN")
  status=$(ctr tasks ls | awk -v id="$TOKEN" '$1 == id {print $3}')
  echo "  task: ${status:-none}, shim: ${shim:-none}"
  case $status in
    RUNNING | CREATED) [ -n "$shim" ] ;;
    STOPPED) assert_equal "$(events start)" 1 ;;
    "") ;;
    *) false ;;
  esac
  # One exit for one start; none where nothing was started.
  [ "$status" = RUNNING ] || assert_equal "exits $(events exit)" "exits $(events start)"
  assert_equal "$(events create)" "$(events start)"
}

# ended: the container can be removed whatever it is, its name used anew, and nothing is left.
ended() {
  if ctr tasks ls -q | grep -qx "$TOKEN"; then ctr tasks rm -f "$TOKEN"; fi
  if ctr containers ls -q | grep -qx "$TOKEN"; then ctr containers rm "$TOKEN"; fi
  assert_equal "$(events exit):$(events delete)" "$(events start):$(events start)"
  assert_equal "$(timeout 20 ctr run "$BUSYBOX" "$TOKEN" echo again)" again
  ctr containers rm "$TOKEN"
  nothing_left
  sql 'DELETE FROM events'
}

# die_at_each RUN_FLAG...: death at each failpoint that such a run comes by; tasks.bats has the others.
die_at_each() {
  local name hit=0
  for name in $(failpoints_in runtime core/snapshots | grep -v '^shim\.\(exec\|restart\)\.\|^task\.\(exec\|remove\)\.\|^container\.'); do
    run_apart env "FAILPOINT=$name=kill" timeout 20 "$CTRBOX_BUILD/bin/ctr" run "$@" "$BUSYBOX" "$TOKEN" sh -c 'sleep 0.1; exit 3'
    [ "$status" != 124 ] || { echo "$name: hangs"; return 1; }
    case $name in task.* | shim.*) hit=$((hit + 1)) ;; *) [ "$status" = 137 ] || continue ;; esac
    echo "$name: status $status $errors"
    # A detached client is told of the start alone, and a shim that dies later dies behind its back.
    [[ " $* " = *" -d "* ]] && await without_shim "$TOKEN"
    the_truth
    ended
  done
  [ "$hit" -ge 7 ]
  check_state --clean --unpacked overlayfs
}

@test "death at each failpoint: run" { die_at_each; }
@test "death at each failpoint: run --rm" { die_at_each --rm; }
@test "death at each failpoint: run -d" { die_at_each -d; }
@test "death at each failpoint: run -d --rm" { die_at_each -d --rm; }

# running RUN_FLAG...: starts a container that goes on until it is told; sets client (a pid, none with -d) and shim.
running() {
  client=
  if [[ " $* " = *" -d "* ]]; then
    ctr run "$@" "$BUSYBOX" "$TOKEN" sh -c 'trap "exit 4" TERM; while :; do sleep 0.05; done' </dev/null
  else
    ctr run "$@" "$BUSYBOX" "$TOKEN" sh -c 'trap "exit 4" TERM; echo up; while :; do sleep 0.05; done' \
      >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- &
    client=$!
    await grep -q up "$BATS_TEST_TMPDIR/out"
  fi
  shim=$(shim_of "$TOKEN")
  [ -n "$shim" ]
}

@test "the shim is killed: the client is told 137, the container is ended" {
  local flags verdict client shim
  for flags in "" --rm -d "-d --rm"; do
    echo "flags: $flags"
    # shellcheck disable=SC2086
    running $flags
    kill -9 "$shim"
    if [ -n "$client" ]; then
      verdict=0
      wait "$client" || verdict=$?
      assert_equal "$verdict" 137
    fi
    await gone "$shim"
    the_truth
    assert_equal "$(events exit)" 1
    # With --rm the container goes with its task, whoever finds out.
    case $flags in *--rm*) assert_equal "$(ctr containers ls -q)" "" ;; *) assert_equal "$(ctr containers ls -q)" "$TOKEN" ;; esac
    ended
  done
}

@test "the client is killed: the container goes on, its shim finishes" {
  local flags client shim
  for flags in "" --rm; do
    echo "flags: $flags"
    # shellcheck disable=SC2086
    running $flags
    kill -9 "$client"
    wait "$client" || true
    the_truth
    assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +RUNNING"
    ctr tasks kill "$TOKEN"
    await gone "$shim"
    if [ -n "$flags" ]; then
      assert_equal "$(ctr containers ls -q)$(ctr tasks ls -q)" ""
    else
      assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +STOPPED"
      assert_equal "$(sql 'SELECT exit_status FROM tasks')" 4
    fi
    assert_equal "$(events exit)" 1
    ended
  done
}

@test "client and shim are killed together" {
  local flags client shim
  for flags in "" --rm; do
    echo "flags: $flags"
    # shellcheck disable=SC2086
    running $flags
    kill -9 "$client" "$shim"
    wait "$client" || true
    await gone "$shim"
    # The first that looks: another run of the same name, whose container is only gone with --rm.
    if [ -n "$flags" ]; then
      assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN" echo next)" next
    else
      assert_fails_cleanly ctr run "$BUSYBOX" "$TOKEN" true
      assert_match "$errors" 'already exists'
      the_truth
    fi
    nothing_left
    ended
  done
}

@test "client or shim killed at random moments of a start and an end" {
  local seed=${CRASH_SEED:-$RANDOM} round victim pid
  echo "seed $seed (CRASH_SEED=$seed repeats it)"
  RANDOM=$seed
  for round in $(seq 12); do
    victim=$((RANDOM % 2))
    ctr run --rm "$BUSYBOX" "$TOKEN" sleep 0.05 >/dev/null 2>&1 </dev/null 3>&- &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 250)))"
    if [ "$victim" = 0 ]; then kill -9 "$pid" 2>/dev/null || true; else pkill -9 -f "^shim .*-id $TOKEN " || true; fi
    wait "$pid" || true
    await without_shim "$TOKEN" # one that is dying still holds its lock
    echo "round $round, victim $victim"
    the_truth
    # A client that died before the task was claimed has left a container, whole and removable.
    if ctr containers ls -q | grep -qx "$TOKEN"; then ctr containers rm "$TOKEN"; fi
    nothing_left
  done
  ended
  check_state --clean --unpacked overlayfs
}

@test "after a reboot the containers are there and their tasks are not" {
  local pid id bystander
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr run -d --rm "$BUSYBOX" "$TOKEN-rm" sleep 1000
  for id in "$TOKEN" "$TOKEN-rm"; do
    pid=$(ctr tasks ls | awk -v id="$id" '$1 == id {print $2}')
    kill -9 "$(shim_of "$id")" "$pid"
    await gone "$pid"
    # What a reboot does to the groups.
    find /sys/fs/cgroup -depth -type d -name "$id" -exec rmdir {} + 2>/dev/null || true
  done
  rm -rf "$CTRBOX_STATE"
  sql "UPDATE tasks SET boot_id = 'another'"
  # The pid of then is somebody else's now, who must not feel anything.
  sleep 1000 3>&- &
  bystander=$!
  sql "UPDATE tasks SET pid = $bystander, pid_start_time = $(awk '{print $22}' /proc/$bystander/stat)"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +STOPPED"
  kill -0 "$bystander"
  assert_equal "$(ctr containers ls -q)" "$TOKEN"
  assert_equal "$(sql 'SELECT exit_status FROM tasks')" 137
  assert_equal "$(events exit)" 2
  assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN-new" echo new)" new
  assert_fails_cleanly ctr tasks kill "$TOKEN"
  assert_match "$errors" 'process already finished'
  ended
  kill "$bystander"
}

@test "a runtime that cannot remove is done without" {
  fake_runc 'case " $* " in *" delete "*) echo no >&2; exit 1 ;; esac'
  # Its first process ends, another stays behind in the group.
  assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN" sh -c 'echo over; exit 0')" over
  nothing_left
  ctr run --net-host -d --rm "$BUSYBOX" "$TOKEN" sleep 1000
  kill -9 "$(shim_of "$TOKEN")"
  assert_equal "$(ctr tasks ls -q)$(ctr containers ls -q)" ""
  nothing_left
  ended
}

@test "a runtime that hangs while removing is killed" {
  fake_runc 'case " $* " in *" delete "*) exec sleep 1000 ;; esac'
  assert_equal "$(ctr run --rm "$BUSYBOX" "$TOKEN" echo over)" over
  ctr run -d --rm "$BUSYBOX" "$TOKEN-2" sleep 1000
  kill -9 "$(shim_of "$TOKEN-2")"
  assert_equal "$(timeout 30 ctr tasks ls -q)" ""
  nothing_left
}

@test "a paused container can be killed, and removed" {
  local runc="runc --root $CTRBOX_STATE/runc/default" how
  for how in "kill -s KILL" "kill --all -s KILL" "rm -f"; do
    ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
    $runc pause "$TOKEN"
    # shellcheck disable=SC2086
    timeout 20 ctr tasks $how "$TOKEN"
    await without_shim "$TOKEN"
    ended
  done
  # Nor does it matter when the shim has gone before.
  ctr run -d --rm "$BUSYBOX" "$TOKEN" sleep 1000
  $runc pause "$TOKEN"
  kill -9 "$(shim_of "$TOKEN")"
  assert_equal "$(timeout 20 ctr tasks ls -q)" ""
  nothing_left
}

@test "fifos of the dead are swept, those of the living are not" {
  local dead=$CTRBOX_STATE/fifo/0123456789abcdef client shim
  running
  mkdir -p "$dead"
  mkfifo "$dead/stdin"
  ctr tasks ls
  [ ! -e "$dead" ]
  assert_equal "$(find "$CTRBOX_STATE/fifo" -type p | wc -l)" 3
  # The shim holds them for whoever comes next.
  kill -9 "$client"
  wait "$client" || true
  ctr tasks ls
  assert_equal "$(find "$CTRBOX_STATE/fifo" -type p | wc -l)" 3
  ctr tasks rm -f "$TOKEN"
  nothing_left
}
