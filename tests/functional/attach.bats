# `ctr attach` and `ctr start`: leaving and joining what runs, through real terminals.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
}

has() { grep -q "$2" "$1"; }

# record [RUN FLAG...] -- CMD...: a container that has no task yet.
record() {
  ctr run -d "$@"
  ctr tasks rm -f "$TOKEN"
}

end() {
  ctr tasks rm -f "$TOKEN" 2>/dev/null || true
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "a terminal is left by its keys and joined again, with the size of whoever joins" {
  ctr run -d -t "$BUSYBOX" "$TOKEN" sh
  run -5 timeout -k 2 60 expect -c '
    set timeout 20
    set stty_init "rows 33 columns 77"
    spawn -noecho ctr attach '"$TOKEN"'
    send "\r"
    expect "# "
    send "kept=yes; stty size\r"
    expect "33 77" {} timeout { exit 90 }
    expect "# "
    send "echo one-\$((1+1))\r"
    expect "one-2" {} timeout { exit 94 }
    send "\020\021"
    expect "detached from" {} timeout { exit 91 }
    if {[lindex [wait] 3] != 0} { exit 92 }
    set stty_init "rows 20 columns 60"
    spawn -noecho ctr attach '"$TOKEN"'
    send "\r"
    expect "# "
    send "stty size; echo kept=\$kept.\r"
    expect "20 60" {} timeout { exit 93 }
    expect "kept=yes."
    send "exit 5\r"
    exit [lindex [wait] 3]'
  assert_equal "$(ctr wait "$TOKEN")" 5
  end
}

@test "two at once see the same, and both are heard" {
  ctr run -d -t "$BUSYBOX" "$TOKEN" sh
  run -0 timeout -k 2 60 expect -c '
    set timeout 20
    spawn -noecho ctr attach '"$TOKEN"'
    set one $spawn_id
    spawn -noecho ctr attach '"$TOKEN"'
    set two $spawn_id
    send -i $one "\r"
    expect -i $one "# "
    expect -i $two "# "
    send -i $one "echo from-one-\$((1+1))\r"
    expect -i $one "from-one-2" {} timeout { exit 90 }
    expect -i $two "from-one-2" {} timeout { exit 91 }
    send -i $two "echo from-two-\$((2+2))\r"
    expect -i $one "from-two-4" {} timeout { exit 92 }
    expect -i $two "from-two-4" {} timeout { exit 93 }
    send -i $two "\020\021"
    expect -i $two "detached from"
    send -i $one "echo alone-\$((3+3))\r"
    expect -i $one "alone-6" {} timeout { exit 94 }
    send -i $one "exit\r"
    exit [lindex [wait -i $one] 3]'
  end
}

@test "ctrl-c reaches what runs in the terminal, not the client" {
  ctr run -d -t "$BUSYBOX" "$TOKEN" sh
  run -0 timeout -k 2 60 expect -c '
    set timeout 20
    spawn -noecho ctr attach '"$TOKEN"'
    send "\r"
    expect "# "
    send "echo re\"\"ady; sleep 1000\r"
    expect "ready"
    send "\003"
    expect "# " {} timeout { exit 90 }
    send "echo st=\$?\r"
    expect "st=130" {} timeout { exit 91 }
    send "exit 0\r"
    exit [lindex [wait] 3]'
  end
}

@test "without a terminal: output from now on, the status, signals passed on" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'trap "echo bye; exit 3" TERM; while :; do echo tick; sleep 0.1; done'
  ctr attach "$TOKEN" >"$BATS_TEST_TMPDIR/out" </dev/null &
  local client=$!
  await has "$BATS_TEST_TMPDIR/out" tick
  kill -TERM "$client"
  local status=0
  wait "$client" || status=$?
  assert_equal "$status" 3
  assert_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" bye
  end
}

@test "--sig-proxy=false and --no-stdin: a signal makes the client leave" {
  local flag client
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do echo tick; sleep 0.1; done'
  for flag in --sig-proxy=false --no-stdin; do
    ctr attach $flag "$TOKEN" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null &
    client=$!
    await has "$BATS_TEST_TMPDIR/out" tick
    kill -TERM "$client"
    wait "$client"
    has "$BATS_TEST_TMPDIR/err" "detached from $TOKEN"
  done
  assert_match "$(ctr tasks ls)" "$TOKEN.*RUNNING"
  end
}

@test "input kept open for those who come later: several may write, close-io ends it" {
  record "$BUSYBOX" "$TOKEN" sh -c 'cat; echo ended; exit 8'
  ctr start -d -i "$TOKEN"
  ctr attach "$TOKEN" >"$BATS_TEST_TMPDIR/out" </dev/null &
  local client=$!
  sleep 0.3
  (echo first; sleep 0.5) | timeout 1 ctr attach --sig-proxy=false "$TOKEN" >/dev/null 2>&1 || true
  (echo second; sleep 0.5) | timeout 1 ctr attach --sig-proxy=false "$TOKEN" >/dev/null 2>&1 || true
  await has "$BATS_TEST_TMPDIR/out" second
  ctr close-io "$TOKEN"
  local status=0
  wait "$client" || status=$?
  assert_equal "$status" 8
  assert_equal "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/out")" "first second ended "
  end
}

@test "a client that is killed takes nothing with it" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do echo tick; sleep 0.02; done'
  local n client
  for n in 1 2 3; do
    ctr attach "$TOKEN" >"$BATS_TEST_TMPDIR/out" </dev/null &
    client=$!
    await has "$BATS_TEST_TMPDIR/out" tick
    kill -9 "$client"
    wait "$client" 2>/dev/null || true
  done
  assert_match "$(ctr tasks ls)" "$TOKEN.*RUNNING"
  end
}

@test "attaching to what is not there, or has ended" {
  assert_fails_cleanly ctr attach nonesuch
  assert_equal "$status" 125
  ctr run -d "$BUSYBOX" "$TOKEN" true
  ctr wait "$TOKEN"
  assert_fails_cleanly ctr attach "$TOKEN"
  assert_equal "$status" 125
  assert_fails_cleanly ctr attach --detach-keys ctrl-1 "$TOKEN"
  assert_match "$errors" 'unknown detach key "ctrl-1"'
  end
}

@test "start: output, input and status; the task goes with its end" {
  record "$BUSYBOX" "$TOKEN" sh -c 'cat; echo err >&2; exit 7'
  echo hello >"$BATS_TEST_TMPDIR/in"
  run_apart sh -c "ctr tasks start '$TOKEN' <'$BATS_TEST_TMPDIR/in'"
  assert_equal "$status $output $errors" "7 hello err"
  assert_equal "$(ctr tasks ls -q)" ""
  run_apart sh -c "ctr start --attach '$TOKEN' <'$BATS_TEST_TMPDIR/in'"
  assert_equal "$status $output $errors" "7 hello err"
  end
}

@test "start: what was written stays in the container's file system" {
  record "$BUSYBOX" "$TOKEN" sh -c 'echo x >>/srv/count; wc -l </srv/count'
  ctr start "$TOKEN" >/dev/null
  local before
  before=$(ctr start "$TOKEN")
  assert_equal "$(ctr start "$TOKEN")" "$((before + 1))"
  end
}

@test "start: a task that has ended is replaced, a living one is an error" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  assert_fails_cleanly ctr start -d "$TOKEN"
  assert_equal "$status" 125
  assert_match "$errors" 'has a task'
  ctr kill -s KILL "$TOKEN"
  assert_equal "$(ctr wait "$TOKEN")" 137
  ctr start -d --pid-file "$BATS_TEST_TMPDIR/pid" "$TOKEN"
  assert_match "$(ctr tasks ls)" "$TOKEN +$(<"$BATS_TEST_TMPDIR/pid") +RUNNING"
  end
}

@test "start: what cannot be" {
  assert_fails_cleanly ctr start nonesuch
  assert_equal "$status" 125
  record -t "$BUSYBOX" "$TOKEN" sh
  assert_fails_cleanly ctr start "$TOKEN" </dev/null
  assert_match "$errors" 'needs a terminal'
  assert_fails_cleanly ctr start -d --attach "$TOKEN"
  assert_equal "$(ctr tasks ls -q)" ""
  end
}

@test "start: a command that has gone is 127, and can be tried again" {
  ctr run "$BUSYBOX" "$TOKEN" sh -c 'rm /bin/sh'
  run_apart ctr start "$TOKEN"
  assert_equal "$status" 127
  run_apart ctr start -d "$TOKEN"
  assert_equal "$status" 127
  assert_equal "$(ctr tasks ls -q)" ""
  end
}

@test "start through a terminal: left by its keys, it goes on" {
  record -t "$BUSYBOX" "$TOKEN" sh
  run -0 timeout -k 2 60 expect -c '
    set timeout 20
    spawn -noecho ctr start '"$TOKEN"'
    expect "# "
    send "\020\021"
    expect "detached from" {} timeout { exit 90 }
    exit [lindex [wait] 3]'
  assert_match "$(ctr tasks ls)" "$TOKEN.*RUNNING"
  end
}

@test "resize: the process sees it" {
  ctr run -d -t "$BUSYBOX" "$TOKEN" sh -c 'trap "stty size >>/sizes" WINCH; : >/sizes; while :; do sleep 0.05; done'
  await ctr exec "$TOKEN" test -e /sizes
  ctr resize "$TOKEN" 91 17
  await ctr exec "$TOKEN" grep -q "17 91" /sizes
  assert_fails_cleanly ctr resize "$TOKEN" 0 17
  assert_fails_cleanly ctr resize "$TOKEN" 17 wide
  assert_fails_cleanly ctr resize "$TOKEN" 65536 1
  end
}
