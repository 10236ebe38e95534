# Debian's containerd drives our shim by the binary contract of Runtime v2, and neither knows the other.
# SPDX-License-Identifier: Apache-2.0
load lib
load daemon
load foreign

setup_file() {
  require_root
  peer_prepare
}
teardown_file() { :; }

setup() {
  lib_setup
  peer_setup
}
teardown() { peer_teardown; }

@test "run: output, exit status, missing command; by name and by path; and nothing is left" {
  peer_start
  run_apart peer_run --rm "$TOKEN-a" sh -c 'echo out; echo err >&2; exit 7'
  assert_equal "$status $output" "7 out"
  assert_match "$errors" '^err'
  run -0 peer_run --rm "$TOKEN-b" true
  run_apart peer_run --rm "$TOKEN-d" no-such-program
  [ "$status" != 0 ]
  assert_match "$errors" 'OCI runtime create failed: .*no-such-program'
  run_apart peer run --rm --runtime "$CTRBOX_BUILD/bin/containerd-shim-ctrbox-v2" --fifo-dir "$PEER/fifo" "$PEER_IMAGE" "$TOKEN-e" echo by-path
  assert_equal "$status $output" "0 by-path"
  assert_nothing_left
}

@test "stdin reaches the process and ends with its client's" {
  peer_start
  mkfifo "$BATS_TEST_TMPDIR/in"
  peer_run --rm "$TOKEN" cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" &
  client=$!
  exec 5>"$BATS_TEST_TMPDIR/in"
  printf 'one\ntwo\n' >&5
  # An end that comes before the task is there is lost by the client, whatever shim it is.
  await contains "$BATS_TEST_TMPDIR/out" two
  exec 5>&-
  wait "$client"
  assert_equal "$(cat "$BATS_TEST_TMPDIR/out")" $'one\ntwo'
  assert_nothing_left
}

@test "run -t: the process has a terminal" {
  peer_start
  run -3 script -qec "timeout --foreground -s KILL 60 /usr/bin/ctr --address $PEER/c.sock -n $PEER_NS run --rm -t --runtime io.containerd.ctrbox.v2 \
    --fifo-dir $PEER/fifo $PEER_IMAGE $TOKEN sh -c 'tty; exit 3'" /dev/null 3>&-
  assert_match "$output" '/dev/pts/0'
  assert_nothing_left
}

@test "events come in order, and each once" {
  peer_start
  peer_listen "$BATS_TEST_TMPDIR/heard"
  run -5 peer_run --rm "$TOKEN" sh -c 'exit 5'
  await contains "$BATS_TEST_TMPDIR/heard" /tasks/delete
  assert_equal "$(peer_topics "$BATS_TEST_TMPDIR/heard" "$TOKEN")" $'/tasks/create\n/tasks/start\n/tasks/exit\n/tasks/delete'
  assert_match "$(grep /tasks/exit "$BATS_TEST_TMPDIR/heard")" "\"container_id\":\"$TOKEN\",\"id\":\"$TOKEN\",\"pid\":[0-9]+,\"exit_status\":5,\"exited_at\":\"20"
  kill "$LISTENER"
  assert_nothing_left
}

@test "exec: output, exit status, terminal, kill; ps says which is which; its events" {
  peer_start
  peer_listen "$BATS_TEST_TMPDIR/heard"
  peer_run -d "$TOKEN" sleep 1000
  run_apart peer_exec e1 "$TOKEN" sh -c 'echo inside; exit 4'
  assert_equal "$status $output" "4 inside"
  run -6 script -qec "timeout --foreground -s KILL 60 /usr/bin/ctr --address $PEER/c.sock -n $PEER_NS tasks exec -t --fifo-dir $PEER/fifo --exec-id e3 $TOKEN sh -c 'tty; exit 6'" /dev/null 3>&-
  assert_match "$output" /dev/pts/
  run_apart peer_exec e4 "$TOKEN" no-such-program
  [ "$status" != 0 ]
  assert_match "$errors" 'OCI runtime exec failed: .*no-such-program'
  peer_exec e5 "$TOKEN" sleep 1000 >/dev/null 2>&1 &
  exec=$!
  await runs_as_exec e5
  assert_equal "$(peer tasks ps "$TOKEN" | awk 'NR > 1' | wc -l)" 2
  peer tasks kill -s KILL --exec-id e5 "$TOKEN"
  status=0
  wait "$exec" || status=$?
  assert_equal "$status" 137
  assert_equal "$(peer_topics "$BATS_TEST_TMPDIR/heard" "$TOKEN" | sed -n 3,5p)" $'/tasks/exec-added\n/tasks/exec-started\n/tasks/exit'
  assert_match "$(grep '"id":"e1"' "$BATS_TEST_TMPDIR/heard")" '"exit_status":4'
  is_status "$TOKEN" RUNNING
  peer tasks rm -f "$TOKEN"
  peer containers rm "$TOKEN"
  kill "$LISTENER"
  assert_nothing_left
}
runs_as_exec() { peer tasks ps "$TOKEN" | grep -q "ExecID:$1,"; }

@test "pause, resume, ps and metrics" {
  peer_start
  peer_listen "$BATS_TEST_TMPDIR/heard"
  peer_run -d "$TOKEN" sleep 1000
  is_status "$TOKEN" RUNNING
  assert_equal "$(peer tasks ps "$TOKEN" | awk 'NR == 2 {print $1}')" "$(peer tasks ls | awk -v id="$TOKEN" '$1 == id {print $2}')"
  peer tasks pause "$TOKEN"
  is_status "$TOKEN" PAUSED
  peer tasks resume "$TOKEN"
  is_status "$TOKEN" RUNNING
  run -0 peer tasks metrics "$TOKEN"
  assert_match "$output" "$TOKEN .*memory.usage_in_bytes +[1-9][0-9]*"
  peer tasks kill -s KILL --all "$TOKEN"
  await is_status "$TOKEN" STOPPED
  run -0 peer tasks rm "$TOKEN"
  assert_match "$output" 'exit with non-zero exit code 137"'
  peer containers rm "$TOKEN"
  assert_equal "$(peer_topics "$BATS_TEST_TMPDIR/heard" "$TOKEN")" \
    $'/tasks/create\n/tasks/start\n/tasks/paused\n/tasks/resumed\n/tasks/exit\n/tasks/delete'
  kill "$LISTENER"
  assert_nothing_left
}

@test "kill: a signal the process handles, a stopped task, a bad signal" {
  peer_start
  peer_run -d "$TOKEN" sh -c 'trap "exit 9" TERM; while :; do sleep 0.05; done'
  await sh -c "[ -n \"\$(cat /proc/$(peer tasks ls | awk -v id="$TOKEN" '$1 == id {print $2}')/status | grep 'SigCgt:.*[1-9a-f]')\" ]"
  peer tasks kill "$TOKEN"
  await is_status "$TOKEN" STOPPED
  run_apart peer tasks kill "$TOKEN"
  assert_match "$errors" 'process already finished: not found'
  run -0 peer tasks rm "$TOKEN"
  assert_match "$output" 'exit with non-zero exit code 9"'
  peer containers rm "$TOKEN"
  assert_nothing_left
}

@test "a daemon that is killed finds its tasks again, and hears what happened meanwhile" {
  peer_start
  peer_run -d "$TOKEN-a" sleep 1000
  peer_run -d "$TOKEN-b" sh -c 'while [ ! -e /go ]; do sleep 0.05; done; exit 8'
  b=$(peer tasks ls | awk -v id="$TOKEN-b" '$1 == id {print $2}')
  kill -9 "$PEER_PID"
  wait "$PEER_PID" || true
  : >"/proc/$b/root/go"
  await gone "$b"
  kill -0 "$(peer_shim "$TOKEN-a")" "$(peer_shim "$TOKEN-b")"
  peer_start
  is_status "$TOKEN-a" RUNNING
  is_status "$TOKEN-b" STOPPED
  peer_listen "$BATS_TEST_TMPDIR/heard"
  run_apart peer_exec e1 "$TOKEN-a" echo again
  assert_equal "$status $output" "0 again"
  run -0 peer tasks rm "$TOKEN-b"
  assert_match "$output" 'exit with non-zero exit code 8"'
  peer tasks rm -f "$TOKEN-a"
  peer containers rm "$TOKEN-a" "$TOKEN-b"
  await contains "$BATS_TEST_TMPDIR/heard" "/tasks/delete {\"container_id\":\"$TOKEN-a\""
  kill "$LISTENER"
  assert_nothing_left
}
gone() { [ ! -e "/proc/$1" ] || [ "$(awk '{print $3}' "/proc/$1/stat")" = Z ]; }

@test "a shim that is killed: the task has ended with 137, its processes are gone, and nothing is left" {
  peer_start
  peer_listen "$BATS_TEST_TMPDIR/heard"
  peer_run -d "$TOKEN" sleep 1000
  pid=$(peer tasks ls | awk -v id="$TOKEN" '$1 == id {print $2}')
  kill -9 "$(peer_shim "$TOKEN")"
  await gone "$pid"
  await has_no_task "$TOKEN"
  await contains "$BATS_TEST_TMPDIR/heard" /tasks/exit
  assert_match "$(grep /tasks/exit "$BATS_TEST_TMPDIR/heard")" "\"container_id\":\"$TOKEN\",\"id\":\"$TOKEN\",\"pid\":$pid,\"exit_status\":137"
  kill "$LISTENER"
  peer containers rm "$TOKEN"
  rm -r "$PEER/fifo" # its client's, who has detached
  assert_nothing_left
}

has_no_task() { [ -z "$(peer_status "$1")" ]; }

@test "the contract's program: version, wrong flags, delete of what is gone" {
  mkdir -p "$BATS_TEST_TMPDIR/bundle"
  cd "$BATS_TEST_TMPDIR/bundle"
  run -0 containerd-shim-ctrbox-v2 -v
  assert_match "$output" '^containerd-shim-ctrbox-v2 \(ctrbox\) [0-9.]+$'
  assert_fails_cleanly containerd-shim-ctrbox-v2 -frob start
  assert_equal "$errors" "containerd-shim-ctrbox-v2: unknown flag -frob: invalid argument"
  assert_fails_cleanly containerd-shim-ctrbox-v2 -namespace "$PEER_NS" -id ../x -address /a start
  for _ in 1 2; do
    containerd-shim-ctrbox-v2 -namespace "$PEER_NS" -id "$TOKEN" -address /a -bundle "$PWD" delete >"$BATS_TEST_TMPDIR/answer"
    assert_equal "$(od -An -tx1 -N 4 "$BATS_TEST_TMPDIR/answer" | tr -d ' ')" 1089011a # exit_status 137, exited_at
  done
}

@test "start answers in the words of either version, and two shims of one task there cannot be" {
  mkdir -p "$BATS_TEST_TMPDIR/bundle"
  cd "$BATS_TEST_TMPDIR/bundle"
  shim() { containerd-shim-ctrbox-v2 -namespace "$PEER_NS" -address "$BATS_TEST_TMPDIR/none.sock" -publish-binary /bin/false -id "$1" start </dev/null 3>&-; }
  run_apart shim "$TOKEN-a"
  assert_equal "$status $errors" "0 "
  assert_match "$output" "^unix://$CTRBOX_STATE/s/[0-9a-f]{32}$"
  assert_equal "$(cat address)" "$output"
  assert_equal "$(stat -c %a "$CTRBOX_STATE/s" "${output#unix://}" address)" $'700\n600\n600'
  assert_fails_cleanly shim "$TOKEN-a"
  assert_match "$errors" 'has a shim already'
  MAX_SHIM_VERSION=2 run_apart shim "$TOKEN-b"
  assert_match "$output" '^\{"version":2,"address":"unix://[^"]*","protocol":"ttrpc"\}$'
  for id in "$TOKEN-a" "$TOKEN-b"; do
    pid=$(peer_shim "$id")
    assert_equal "$(ps -o sid= -p "$pid" | tr -d ' ')" "$pid"
    assert_equal "$(cat "/proc/$pid/oom_score_adj")" "$(($(cat /proc/self/oom_score_adj) + 1))"
    kill "$pid"
    await gone "$pid"
  done
  assert_equal "$(find "$CTRBOX_STATE/s" -type s | wc -l)" 0
}
