# `ctr tasks exec`: one more process in a container that runs; ps and kill of single ones.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
  ctr run -d -e GIVEN=run "$BUSYBOX" "$TOKEN" sleep 1000
}

inside() { ctr exec "$TOKEN" "$@"; }

# end: the container is removed, and nothing of it stays.
end() {
  ctr tasks rm -f "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "output, error output, input and exit status are those of the process" {
  run_apart inside sh -c 'echo out; echo err >&2; exit 7'
  assert_equal "$status $output $errors" "7 out err"
  assert_equal "$(printf 'a\nb\n' | inside wc -l)" 2
  assert_equal "$(printf 'a\nb\n' | ctr exec --interactive=false "$TOKEN" wc -l)" 0
  assert_equal "$(inside sh -c 'head -c 3000000 /dev/zero' | wc -c)" 3000000
  run_apart inside sh -c 'kill -9 $$'
  assert_equal "$status" 137
  end
}

@test "what follows the id belongs to the command" {
  assert_equal "$(inside sh -c 'echo "$0 $*"' -- -t -d)" "-- -t -d"
  assert_equal "$(ctr exec "$TOKEN" -- echo -n x)" x
  end
}

@test "environment and working directory are the container's unless others are given" {
  assert_equal "$(inside sh -c 'echo $GIVEN; pwd')" "$(printf 'run\n/')"
  assert_equal "$(ctr exec -e GIVEN=exec -e NEW=1 --cwd /srv/data "$TOKEN" sh -c 'echo $GIVEN $NEW; pwd')" \
    "$(printf 'exec 1\n/srv/data')"
  assert_equal "$(ctr exec -e GIVEN "$TOKEN" sh -c 'echo ${GIVEN-unset}')" unset
  assert_fails_cleanly ctr exec --cwd srv "$TOKEN" pwd
  assert_match "$errors" 'not an absolute path'
  end
}

@test "a user is looked up in the container as it is now, and has its home" {
  inside sh -c 'echo www:x:33:34::/srv:/bin/sh >>/etc/passwd; echo tls:x:70:www >>/etc/group'
  assert_equal "$(ctr exec -u www "$TOKEN" sh -c 'id -u; id -g; id -G; echo $HOME')" "$(printf '33\n34\n34 70\n/srv')"
  assert_equal "$(ctr exec -u 5:6 "$TOKEN" sh -c 'id -u; id -g')" "$(printf '5\n6')"
  # A link in the container cannot lead to the host's file.
  inside sh -c 'mv /etc/passwd /etc/real; ln -s ../../../../etc/real /etc/passwd'
  assert_equal "$(ctr exec -u www "$TOKEN" id -u)" 33
  assert_fails_cleanly ctr exec -u nobody-here "$TOKEN" true
  assert_match "$errors" 'nobody-here.*not found'
  end
}

@test "rights are no more than the container's" {
  assert_equal "$(inside grep -E '^(CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/self/status)" \
    "$(inside grep -E '^(CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/1/status)"
  end
}

@test "a command that is not there is 127, one that cannot be executed 126" {
  run_apart inside nonesuch
  assert_equal "$status" 127
  assert_match "$errors" 'not found'
  assert_equal "$(grep -c . <<<"$errors")" 1
  run_apart inside /etc/motd
  assert_equal "$status" 126
  run_apart inside /srv/none
  assert_equal "$status" 127
  assert_fails_cleanly ctr exec "$TOKEN"
  assert_equal "$status" 125
  end
}

@test "containers that are unknown, have ended or are paused" {
  assert_fails_cleanly ctr exec nonesuch true
  assert_equal "$status" 125
  assert_match "$errors" 'no running task found.*nonesuch'
  ctr pause "$TOKEN"
  assert_fails_cleanly ctr exec "$TOKEN" true
  assert_equal "$status" 125
  ctr resume "$TOKEN"
  inside true
  ctr kill -s KILL "$TOKEN"
  ctr wait "$TOKEN"
  assert_fails_cleanly ctr exec "$TOKEN" true
  assert_equal "$status" 125
  end
}

@test "exec ids: in use, not valid, made up" {
  local made
  ctr exec -d --exec-id one "$TOKEN" sleep 1000
  assert_fails_cleanly ctr exec -d --exec-id one "$TOKEN" sleep 1000
  assert_match "$errors" 'already exists'
  assert_fails_cleanly ctr exec -d --exec-id ../one "$TOKEN" true
  assert_match "$errors" 'exec id'
  made=$(ctr exec -d "$TOKEN" sleep 1000)
  assert_match "$made" '^exec-[0-9a-f]+$'
  ctr kill --exec-id "$made" -s KILL "$TOKEN"
  assert_equal "$(ctr wait --exec-id "$made" "$TOKEN")" 137
  assert_fails_cleanly ctr kill --exec-id nonesuch "$TOKEN"
  end
}

@test "detached: wait tells its status, a pid file its pid" {
  ctr exec -d --exec-id work --pid-file "$BATS_TEST_TMPDIR/pid" "$TOKEN" sh -c 'trap "exit 9" TERM; while :; do sleep 0.05; done'
  assert_match "$(tr '\0' ' ' <"/proc/$(<"$BATS_TEST_TMPDIR/pid")/cmdline")" 'trap "exit 9"'
  sleep 0.2
  ctr kill --exec-id work "$TOKEN"
  assert_equal "$(ctr wait --exec-id work "$TOKEN")" 9
  end
}

@test "the container's end ends it too" {
  ctr exec "$TOKEN" sleep 1000 &
  await sh -c "ctr ps '$TOKEN' | grep -q '  *sleep 1000' && [ \$(ctr ps -q '$TOKEN' | wc -l) = 2 ]"
  ctr kill -s KILL "$TOKEN"
  local status=0
  wait $! || status=$?
  assert_equal "$status" 137
  end
}

@test "ps: what runs, by its pid on the host" {
  local pid id
  id=$(ctr exec -d -u 12 "$TOKEN" sleep 2000)
  assert_match "$(ctr ps "$TOKEN" | head -n 1)" '^PID +PPID +UID +TIME +EXEC +COMMAND$'
  assert_match "$(ctr ps "$TOKEN")" '[0-9]+ +[0-9]+ +0 +00:00:00 +- +sleep 1000'
  pid=$(ctr ps "$TOKEN" | awk '/sleep 2000/ {print $1}')
  assert_equal "$(ctr ps "$TOKEN" | awk '/sleep 2000/ {print $3}')" 12
  assert_match "$(ctr ps "$TOKEN")" " $id +sleep 2000"
  assert_equal "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "sleep 2000 "
  assert_equal "$(ctr ps -q "$TOKEN" | wc -l)" 2
  ctr exec -d "$TOKEN" sh -c 'sleep 3000; :' $'\033[31mred'
  assert_match "$(ctr ps "$TOKEN")" 'sh -c sleep 3000; : \\x1b\[31mred'
  assert_fails_cleanly ctr ps nonesuch
  end
}

@test "kill --pid: one process of the container, and no other" {
  local pid other
  ctr exec -d --exec-id one "$TOKEN" sleep 2000
  pid=$(ctr ps "$TOKEN" | awk '/sleep 2000/ {print $1}')
  ctr run -d "$BUSYBOX" "other-$TOKEN" sleep 1000
  other=$(ctr ps -q "other-$TOKEN")
  assert_fails_cleanly ctr kill --pid "$other" "$TOKEN"
  assert_match "$errors" "process $other is not one of container"
  assert_fails_cleanly ctr kill --pid $$ "$TOKEN"
  assert_fails_cleanly ctr kill --pid 0 "$TOKEN"
  assert_fails_cleanly ctr kill --pid "$pid" --all "$TOKEN"
  assert_fails_cleanly ctr kill --pid 4194304 "$TOKEN"
  ctr kill --pid "$pid" -s KILL "$TOKEN"
  assert_equal "$(ctr wait --exec-id one "$TOKEN")" 137
  assert_equal "$(ctr ps -q "$TOKEN" | wc -l)" 1
  kill -0 "$other"
  ctr tasks rm -f "other-$TOKEN"
  ctr containers rm "other-$TOKEN"
  end
}

@test "a terminal: size, its change, ctrl-c, and the status" {
  run -4 timeout -k 2 60 expect -c '
    set timeout 20
    set stty_init "rows 33 columns 77"
    spawn -noecho ctr exec -t '"$TOKEN"' sh
    expect "# "
    send "stty size; echo TERM=\$TERM\r"
    expect "33 77"
    expect "TERM=xterm"
    expect "# "
    stty rows 40 columns 100 < $spawn_out(slave,name)
    send "stty size\r"
    expect "40 100" {} "33 77" { send "stty size\r"; exp_continue } timeout { exit 90 }
    expect "# "
    send "echo re\"\"ady; sleep 1000\r"
    expect "ready"
    send "\003"
    expect "# " {} timeout { exit 91 }
    send "exit 4\r"
    exit [lindex [wait] 3]'
  assert_fails_cleanly ctr exec -t "$TOKEN" sh </dev/null
  assert_match "$errors" 'needs a terminal'
  end
}

@test "detach keys leave it running, and attach finds it again" {
  run -6 timeout -k 2 60 expect -c '
    set timeout 20
    spawn -noecho ctr exec -t --exec-id shell --detach-keys ctrl-a,d '"$TOKEN"' sh
    expect "# "
    send "echo one-\$((1+1))\r"
    expect "one-2"
    send "\001d"
    expect "detached from" {} timeout { exit 90 }
    if {[lindex [wait] 3] != 0} { exit 91 }
    spawn -noecho ctr attach --exec-id shell '"$TOKEN"'
    send "\r"
    expect "# "
    send "echo two-\$((1+2))\r"
    expect "two-3" {} timeout { exit 92 }
    send "exit 6\r"
    exit [lindex [wait] 3]'
  end
}

@test "fifty at once, each with its own output and status" {
  local n pids=()
  for n in $(seq 50); do
    { s=0; [ "$(inside sh -c "echo out $n; exit $n")" = "out $n" ] || s=1; echo "$s" >"$BATS_TEST_TMPDIR/s$n"; } &
    pids+=($!)
  done
  wait "${pids[@]}" || true
  assert_equal "$(cat "$BATS_TEST_TMPDIR"/s* | sort | uniq -c | tr -s ' ')" " 50 0"
  assert_equal "$(ctr ps -q "$TOKEN" | wc -l)" 1
  end
}
