# `ctr tasks checkpoint` and `ctr run --checkpoint`, with real runc and criu: what was running goes on where it was.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib
# shellcheck source=../support/criu.bash
source "$SUPPORT/criu.bash"

setup_file() {
  file_pulled
  criu_prepare
  criu_works >"$BATS_FILE_TMPDIR/criu-check" || export NO_CRIU=yes
}

setup() {
  [ -z "${NO_CRIU:-}" ] || skip "the kernel does not let criu work: $(tail -n 1 "$BATS_FILE_TMPDIR/criu-check")"
  setup_pulled
  PATH=$CRIU_BIN:$PATH
  NOTHING_LEFT=$(census)
}

# in_container ID COMMAND...: what it prints, in its mounts and network, with the host's busybox.
in_container() {
  local pid
  pid=$(ctr tasks ls | awk -v id="$1" '$1 == id {print $2}')
  shift
  nsenter -t "$pid" -m -n -p -u "$@"
}
last_number() { in_container "$1" /bin/cat /count 2>/dev/null | tail -n 1; }
counts_beyond() { [ "$(last_number "$1")" -gt "$2" ]; }
end() { ctr tasks rm -f "$@" && ctr containers rm "$@"; }
saved() { echo "registry.example.com/saved:$TOKEN"; }

# counter ID [FLAG...]: counts to the file /count, a number a line.
counter() {
  local id=$1
  shift
  ctr run -d "$@" "$BUSYBOX" "$id" sh -c 'i=0; while :; do i=$((i+1)); echo $i >>/count; sleep 0.02; done'
  await counts_beyond "$id" 3
}

# consecutive ID: no number is missing in /count and none is there twice.
consecutive() {
  in_container "$1" /bin/cat /count | awk '$1 != NR {print "line " NR " is " $1; bad = 1} END {exit bad}'
}

@test "a counter goes on at the next number, under another name, and its first self goes on as well" {
  local before digest
  counter "$TOKEN"
  digest=$(ctr checkpoint --rw --image "$(saved)" "$TOKEN")
  assert_match "$digest" '^sha256:[0-9a-f]{64}$'
  before=$(last_number "$TOKEN")
  await counts_beyond "$TOKEN" "$before"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +RUNNING"
  consecutive "$TOKEN"

  ctr run -d --checkpoint "$(saved)" "$TOKEN-2"
  # Its numbers are those of then: as many as there were, and on from there.
  await counts_beyond "$TOKEN-2" "$before"
  consecutive "$TOKEN-2"
  # And by digest, a third; all three at once.
  ctr run -d --checkpoint "$digest" "$TOKEN-3"
  await counts_beyond "$TOKEN-3" 3
  consecutive "$TOKEN-3"
  assert_equal "$(ctr tasks ls | grep -c RUNNING)" 3

  # The names are the new ones where a name is.
  assert_match "$(ctr containers info "$TOKEN-2")" "\"cgroupsPath\": *\"/default/$TOKEN-2\""
  assert_match "$(ctr containers info "$TOKEN-2")" "\"hostname\": *\"$TOKEN-2\""
  assert_match "$(cat "/proc/$(ctr tasks ls | awk -v id="$TOKEN-2" '$1 == id {print $2}')/cgroup")" "/default/$TOKEN-2"

  assert_equal "$(ctr events --no-follow --since 10m | grep -c "/tasks/checkpointed.*$TOKEN")" 1
  end "$TOKEN" "$TOKEN-2" "$TOKEN-3"
  await_census "$NOTHING_LEFT"
  check_state --clean
}

@test "--exit ends the container when its checkpoint is there; the same name can be restored" {
  local before
  counter "$TOKEN"
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +STOPPED"
  assert_match "$(ctr events --no-follow --since 10m | grep "/tasks/exit")" '"exit_status":137'
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
  ctr run -d --checkpoint "$(saved)" "$TOKEN"
  before=$(last_number "$TOKEN")
  await counts_beyond "$TOKEN" "$before"
  consecutive "$TOKEN"
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "run --rm: --exit keeps the checkpoint and nothing else" {
  counter "$TOKEN" --rm
  ctr checkpoint --rw --exit "$TOKEN"
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
  assert_match "$(ctr images ls -q)" "containerd.io/checkpoint/$TOKEN:[0-9T.]+Z"
  ctr run -d --rm --checkpoint "$(ctr images ls -q | grep checkpoint)" "$TOKEN"
  await counts_beyond "$TOKEN" 3
  ctr tasks kill -s KILL "$TOKEN"
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
  check_state --clean
}

@test "what the container changed of its root is there: new, changed, removed, linked" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'echo changed >/etc/motd; rm -r /srv/data; mkdir /srv/data
    echo new >/srv/data/one; ln /srv/data/one /srv/data/two; ln -s one /srv/data/three; chmod 4711 /srv/data/one
    exec 3>/srv/open; rm /bin/vi; echo ready >/ready; while :; do sleep 0.05; done'
  await in_container "$TOKEN" /bin/test -s /ready
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  end "$TOKEN"
  ctr run -d --checkpoint "$(saved)" "$TOKEN"
  assert_equal "$(in_container "$TOKEN" /bin/cat /etc/motd)" changed
  assert_equal "$(in_container "$TOKEN" /bin/ls /srv/data | tr '\n' ' ')" "one three two "
  assert_equal "$(in_container "$TOKEN" /bin/stat -c '%a %h' /srv/data/two)" "4711 2"
  assert_equal "$(in_container "$TOKEN" /bin/cat /srv/data/three)" new
  run in_container "$TOKEN" /bin/test -e /bin/vi
  assert_equal "$status" 1
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "a listening socket listens on" {
  # The server answers who calls with how often it has been called.
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'n=0
    while :; do n=$((n+1)); echo "call $n" | nc -l -p 4242 127.0.0.1; done'
  calls() { answer=$(in_container "$1" /bin/nc -w 2 127.0.0.1 4242 </dev/null) && [ -n "$answer" ]; }
  await calls "$TOKEN"
  assert_equal "$answer" "call 1"
  listens() { in_container "$1" /bin/netstat -lnt | grep -q ':4242 '; }
  await listens "$TOKEN"
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  end "$TOKEN"
  ctr run -d --checkpoint "$(saved)" "$TOKEN"
  listens "$TOKEN"
  await calls "$TOKEN"
  assert_equal "$answer" "call 2"
  end "$TOKEN"
}

@test "in the foreground: output, exit status and signals are the restored process's" {
  local status=0
  ctr run "$BUSYBOX" "$TOKEN" sh -c 'echo begun; until [ -e /go ]; do sleep 0.05; done; echo gone on; exit 7' \
    >"$BATS_TEST_TMPDIR/first" </dev/null 3>&- &
  await grep -q begun "$BATS_TEST_TMPDIR/first"
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  wait $! || status=$?
  assert_equal "$status" 137
  ctr containers rm "$TOKEN"
  ctr run --rm --checkpoint "$(saved)" "$TOKEN" >"$BATS_TEST_TMPDIR/second" </dev/null 3>&- &
  await in_container "$TOKEN" /bin/touch /go
  status=0
  wait $! || status=$?
  assert_equal "$(cat "$BATS_TEST_TMPDIR/second")" "gone on"
  assert_equal "$status" 7
  await_census "$NOTHING_LEFT"
}

@test "a paused container stays paused, a checkpoint of it runs" {
  counter "$TOKEN"
  ctr tasks pause "$TOKEN"
  ctr checkpoint --rw --image "$(saved)" "$TOKEN"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +PAUSED"
  ctr run -d --checkpoint "$(saved)" "$TOKEN-2"
  await counts_beyond "$TOKEN-2" "$(last_number "$TOKEN-2")"
  ctr tasks resume "$TOKEN"
  await counts_beyond "$TOKEN" "$(last_number "$TOKEN")"
  consecutive "$TOKEN"
  end "$TOKEN" "$TOKEN-2"
}

@test "a terminal is a terminal again, and its output goes on" {
  local numbers
  ctr run -d -t "$BUSYBOX" "$TOKEN" sh -c 'i=0; while [ -t 0 ]; do i=$((i+1)); echo $i >>/count; echo $i; sleep 0.05; done'
  await counts_beyond "$TOKEN" 3
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  end "$TOKEN"
  ctr run -d --checkpoint "$(saved)" "$TOKEN"
  await counts_beyond "$TOKEN" "$(last_number "$TOKEN")"
  consecutive "$TOKEN"
  end "$TOKEN"
  assert_fails_cleanly ctr run --checkpoint "$(saved)" "$TOKEN" </dev/null
  assert_match "$errors" 'terminal'
  assert_equal "$(ctr containers ls -q)" ""
  # With one the numbers come to it.
  script -qefc "ctr run --rm --checkpoint $(saved) $TOKEN" /dev/null <<<"" >"$BATS_TEST_TMPDIR/typescript" 3>&- &
  numbers() { tr -cd '0-9\n' <"$BATS_TEST_TMPDIR/typescript" | grep -c '[0-9]' || true; }
  await eval '[ "$(numbers)" -gt 5 ]'
  tr -cd '0-9\n' <"$BATS_TEST_TMPDIR/typescript" | grep . | awk 'NR > 1 && $1 != last + 1 {exit 1} {last = $1}'
  ctr tasks kill -s KILL "$TOKEN"
  wait
  await_census "$NOTHING_LEFT"
}

@test "a client that is killed leaves no half of a checkpoint" {
  local images point
  counter "$TOKEN"
  images=$(ctr images ls; ctr content ls -q)
  for point in paused before_commit; do
    FAILPOINT=checkpoint.$point=kill run ctr checkpoint --rw --image "$(saved)" "$TOKEN"
    assert_equal "$status" 137
    assert_equal "$(ctr images ls; ctr content ls -q)" "$images"
    check_state
  done
  # Killed in the pause it has left the container so; whoever wants lets it go on.
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +PAUSED"
  ctr tasks resume "$TOKEN"
  ctr checkpoint --rw --exit --image "$(saved)" "$TOKEN"
  assert_equal "$(ls "$CTRBOX_ROOT/checkpoints")" ""
  end "$TOKEN"
  ctr run -d --checkpoint "$(saved)" "$TOKEN"
  await counts_beyond "$TOKEN" "$(last_number "$TOKEN")"
  consecutive "$TOKEN"
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
  check_state
}

@test "criu's refusal is told in its own words, its log is kept, the container goes on, nothing is made" {
  local before images log
  # A socket with somebody at its other end, outside of what criu is to keep.
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do sleep 1; done | nc -l -p 4243 127.0.0.1 &
    until netstat -lnt | grep -q :4243; do sleep 0.05; done
    while :; do sleep 0.05; done | nc 127.0.0.1 4243 & i=0; while :; do i=$((i+1)); echo $i >>/count; sleep 0.05; done'
  established() { in_container "$TOKEN" /bin/netstat -nt | grep -q ':4243 .*ESTABLISHED'; }
  await established
  images=$(ctr images ls)
  assert_fails_cleanly ctr checkpoint --rw --image "$(saved)" "$TOKEN"
  assert_match "$errors" 'OCI runtime checkpoint failed: criu failed: .*criu says: .*tcp-established'
  log=$(sed -n 's/.*(log: \([^)]*\)).*/\1/p' <<<"$errors")
  assert_equal "$log" "$CTRBOX_STATE/tasks/default/$TOKEN/criu-dump.log"
  grep -q "Dumping FAILED" "$log"
  assert_equal "$(ctr images ls)" "$images"
  before=$(last_number "$TOKEN")
  await counts_beyond "$TOKEN" "$before"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +RUNNING"
  [ -z "$(ls "$CTRBOX_ROOT/checkpoints")" ]
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
  check_state --clean
}

@test "a restore that fails names criu's words and the log that was kept, and leaves nothing" {
  local log
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'exec 3>/open; echo ready >/ready; while :; do sleep 0.05; done'
  await in_container "$TOKEN" /bin/test -s /ready
  # Without the changes the open file is not there.
  ctr checkpoint --exit --image "$(saved)" "$TOKEN"
  end "$TOKEN"
  assert_fails_cleanly ctr run -d --checkpoint "$(saved)" "$TOKEN"
  assert_equal "$status" 125
  assert_match "$errors" 'OCI runtime restore failed: criu failed: .*criu says: .*open'
  log=$(sed -n 's/.*(log: \([^)]*\)).*/\1/p' <<<"$errors")
  grep -q "Restoring FAILED" "$log"
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)$(ctr snapshots ls | grep "$TOKEN")" ""
  check_state --clean
}

@test "what cannot be is said in one line before anything is done" {
  fails() {
    local pattern=$1
    shift
    assert_fails_cleanly "$@"
    assert_match "$errors" "$pattern"
  }
  local everything name
  mkdir -p "$BATS_TEST_TMPDIR/tree/bin"
  cp /bin/busybox "$BATS_TEST_TMPDIR/tree/bin/sh"
  fails 'container "nonesuch".*not found' ctr checkpoint nonesuch
  ctr run -d --rootfs "$BATS_TEST_TMPDIR/tree" "$TOKEN" sh -c 'while :; do sleep 1; done'
  fails 'cannot checkpoint image with empty name' ctr checkpoint "$TOKEN"
  end "$TOKEN"
  ctr run "$BUSYBOX" "$TOKEN" true
  fails "no running task found" ctr checkpoint "$TOKEN"
  ctr containers rm "$TOKEN"
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  everything=$(ctr images ls; ctr content ls -q)
  fails "image \"$BUSYBOX\" exists and is not a checkpoint" ctr checkpoint --image "$BUSYBOX" "$TOKEN"
  fails 'cannot hold a digest' ctr checkpoint --image "a@sha256:$(printf 0%.0s {1..64})" "$TOKEN"
  assert_equal "$(ctr images ls; ctr content ls -q)" "$everything"
  fails 'unsupported checkpoint type "application/vnd.oci.image.manifest' ctr run -d --checkpoint "$BUSYBOX" "$TOKEN-2"
  fails 'not found' ctr run -d --checkpoint nonesuch "$TOKEN-2"
  fails 'not found' ctr run -d --checkpoint "sha256:$(printf 0%.0s {1..64})" "$TOKEN-2"
  name=$(saved)
  ctr checkpoint --image "$name" "$TOKEN" >/dev/null
  fails 'cannot be changed' ctr run -d --checkpoint "$name" --env A=1 "$TOKEN-2"
  fails "container \"$TOKEN\": already exists" ctr run -d --checkpoint "$name" "$TOKEN"
  end "$TOKEN"
  ctr pull --snapshotter native "$BUSYBOX" >/dev/null 2>&1
  ctr run -d --snapshotter native "$BUSYBOX" "$TOKEN" sleep 1000
  fails 'snapshotter "native" are not told apart' ctr checkpoint --rw "$TOKEN"
  end "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "without criu on PATH the message says so" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s "$(command -v runc)" "$BATS_TEST_TMPDIR/bin/runc"
  # What counts is the PATH of whoever started the container.
  env PATH="$BATS_TEST_TMPDIR/bin" "$(command -v ctr)" run -d "$BUSYBOX" "$TOKEN" sleep 1000
  assert_fails_cleanly ctr checkpoint "$TOKEN"
  assert_match "$errors" 'no criu in PATH'
  ctr run -d "$BUSYBOX" "$TOKEN-2" sleep 1000
  ctr checkpoint --image "$(saved)" "$TOKEN-2"
  assert_fails_cleanly env PATH="$BATS_TEST_TMPDIR/bin" "$(command -v ctr)" run -d --checkpoint "$(saved)" "$TOKEN-3"
  assert_match "$errors" 'no criu in PATH'
  end "$TOKEN" "$TOKEN-2"
  await_census "$NOTHING_LEFT"
}
