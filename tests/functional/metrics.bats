# `ctr tasks metrics` and `ctr tasks update`: what the kernel says, and limits that it really has.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() { file_pulled; }

setup() { setup_pulled; }

# group_file CONTROLLER FILE: of version 1, or what it is called in version 2.
group_file() {
  local directory
  for directory in "/sys/fs/cgroup/$1/default/$TOKEN" "/sys/fs/cgroup/default/$TOKEN"; do
    [ -e "$directory/$2" ] && cat "$directory/$2" && return 0
  done
  return 1
}
is_version1() { [ -d /sys/fs/cgroup/memory ]; }
memory_limit() { if is_version1; then group_file memory memory.limit_in_bytes; else group_file memory memory.max; fi; }

# metric JQ-EXPRESSION: of the one container.
metric() { ctr tasks metrics --format json "$TOKEN" | jq -c "$1"; }

# Starts a container whose shell keeps 9 MB (it must not become its last command) and waits until it has them.
start_hungry() {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'x=$(head -c 9000000 /dev/zero | tr "\0" x); : >/full; sleep 1000; :'
  await has_file full
}
has_file() { [ -n "$(find "$CTRBOX_ROOT/snapshots" -name "$1" -print -quit)" ]; }

@test "metrics of one container: a list for people, or the kernel's own names" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  local list
  list=$(ctr tasks metrics "$TOKEN")
  assert_match "$(head -n 1 <<<"$list")" '^METRIC +VALUE$'
  assert_match "$list" $'\nmemory.usage +[0-9.]+ [KM]iB\n'
  assert_match "$list" $'\nmemory.limit +unlimited\n'
  assert_match "$list" $'\npids.current +1\n'
  assert_match "$list" $'\ncpu.usage +[0-9]+[mun]?s'
  if is_version1; then
    assert_match "$(ctr metrics --all "$TOKEN")" $'\nmemory.usage_in_bytes +[0-9]+\n'
    assert_match "$(ctr task metric --all "$TOKEN")" $'\nmemory.limit_in_bytes +max\n'
  else
    assert_match "$(ctr metrics --all "$TOKEN")" $'\nmemory.current +[0-9]+\n'
  fi
  ctr tasks rm -f "$TOKEN"
}

@test "JSON says what the kernel's files say" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do :; done & sleep 1000 & wait'
  ctr tasks update --memory 64m --pids-limit 20 --cpu-quota 20000 --cpu-period 100000 "$TOKEN"
  assert_equal "$(metric .id)" "\"$TOKEN\""
  assert_equal "$(metric .memory.limit)" 67108864
  assert_equal "$(metric '[.pids.current, .pids.limit]')" "[3,20]"
  assert_equal "$(metric '.memory.usage > 0 and .memory.usage <= .memory.max_usage')" true
  local before
  before=$(metric .cpu.usage)
  await eval '[ "$(metric .cpu.usage)" -gt "$before" ]'
  await eval '[ "$(metric .cpu.throttled_periods)" -gt 0 ]'
  if is_version1; then
    # Beneath a kernel that was told of more processors than it has, there are more figures than nproc says.
    assert_equal "$(metric '.cpu.per_cpu | length')" "$(wc -w </sys/fs/cgroup/cpuacct/cpuacct.usage_percpu)"
    assert_equal "$(metric '(.cpu.per_cpu | add) > 0')" true
  fi
  ctr tasks rm -f "$TOKEN"
}

@test "several containers, or all that run: a row each, with the share of a CPU" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'while :; do :; done'
  ctr run -d "$BUSYBOX" "$TOKEN-b" sleep 1000
  ctr run "$BUSYBOX" "$TOKEN-ended" true
  local rows
  rows=$(ctr tasks metrics --interval 200ms)
  assert_match "$(head -n 1 <<<"$rows")" '^ID +CPU % +MEM USAGE / LIMIT +MEM % +PIDS +BLOCK I/O$'
  assert_equal "$(wc -l <<<"$rows")" 3
  assert_match "$rows" "$TOKEN +[0-9]*[1-9][0-9]*\.[0-9]+% +[0-9.]+ [KM]iB / unlimited +- +1 +"
  assert_match "$rows" "$TOKEN-b +0\.[0-9]+% "
  rows=$(ctr tasks metrics --interval 10ms "$TOKEN-b" "$TOKEN" "$TOKEN-b")
  assert_equal "$(awk 'NR > 1 {print $1}' <<<"$rows")" "$TOKEN-b"$'\n'"$TOKEN"
  assert_equal "$(ctr tasks metrics --format json | jq -r .id | sort)" "$TOKEN"$'\n'"$TOKEN-b"
  ctr tasks rm -f "$TOKEN" "$TOKEN-b"
  assert_equal "$(ctr tasks metrics --interval 10ms | wc -l)" 1
}

@test "--follow appends until the container ends, the reader goes or it is interrupted" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  assert_equal "$(ctr tasks metrics -f --interval 20ms --format json "$TOKEN" | head -n 3 | jq -r .id | uniq -c | xargs)" "3 $TOKEN"
  run -130 timeout -s INT --preserve-status 0.5 ctr tasks metrics -f --interval 20ms --format json
  [ "${#lines[@]}" -gt 2 ]
  ctr tasks metrics --follow --interval 20ms --format json "$TOKEN" >"$BATS_TEST_TMPDIR/followed" &
  local follower=$!
  await test -s "$BATS_TEST_TMPDIR/followed"
  ctr tasks rm -f "$TOKEN"
  wait "$follower"
  assert_equal "$(jq -r .id "$BATS_TEST_TMPDIR/followed" | sort -u)" "$TOKEN"
}

@test "on a terminal --follow draws anew" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  timeout -s INT 2 script -qec "ctr tasks metrics -f --interval 50ms $TOKEN" "$BATS_TEST_TMPDIR/typed" >/dev/null || true
  [ "$(grep -c $'\033\\[H\033\\[J' "$BATS_TEST_TMPDIR/typed")" -gt 2 ]
  ctr tasks rm -f "$TOKEN"
}

@test "metrics of what does not run, and bad flags, are one clear line" {
  assert_fails_cleanly ctr tasks metrics nonesuch
  assert_match "$errors" 'no running task found.*nonesuch'
  ctr run -d "$BUSYBOX" "$TOKEN" true
  await eval '[ "$(ctr tasks ls | grep -c STOPPED)" = 1 ]'
  assert_fails_cleanly ctr tasks metrics "$TOKEN"
  assert_match "$errors" 'no running task found'
  assert_fails_cleanly ctr tasks metrics --format xml "$TOKEN"
  assert_fails_cleanly ctr tasks metrics --interval 1ms "$TOKEN"
  assert_fails_cleanly ctr tasks metrics --all
}

@test "update: every limit reaches the kernel, and the others stay" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr tasks update --memory 64m "$TOKEN"
  assert_equal "$(memory_limit)" 67108864
  ctr update --cpus 0.5 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 7 "$TOKEN"
  assert_equal "$(memory_limit)" 67108864
  assert_equal "$(group_file pids pids.max)" 7
  assert_equal "$(group_file cpuset cpuset.cpus)" 0
  if is_version1; then
    assert_equal "$(group_file cpu cpu.cfs_quota_us)" 50000
    assert_equal "$(group_file cpu cpu.cfs_period_us)" 100000
    ctr tasks update --cpu-shares 512 --memory-limit 32m --memory-swap 48m "$TOKEN"
    assert_equal "$(group_file cpu cpu.shares)" 512
    assert_equal "$(group_file memory memory.memsw.limit_in_bytes)" 50331648
  else
    assert_equal "$(group_file cpu cpu.max)" "50000 100000"
    ctr tasks update --memory-limit 32m "$TOKEN"
  fi
  assert_equal "$(memory_limit)" 33554432
  assert_equal "$(group_file pids pids.max)" 7
  ctr tasks update --pids-limit -1 "$TOKEN"
  assert_equal "$(group_file pids pids.max)" max
  ctr tasks rm -f "$TOKEN"
}

@test "update: LinuxResources from a file or stdin, and flags count more" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  echo '{"memory":{"limit":33554432},"pids":{"limit":9}}' >"$BATS_TEST_TMPDIR/limits.json"
  ctr tasks update --resources "$BATS_TEST_TMPDIR/limits.json" "$TOKEN"
  assert_equal "$(memory_limit) $(group_file pids pids.max)" "33554432 9"
  ctr tasks update --resources - --pids-limit 5 "$TOKEN" <"$BATS_TEST_TMPDIR/limits.json"
  assert_equal "$(memory_limit) $(group_file pids pids.max)" "33554432 5"
  ctr tasks rm -f "$TOKEN"
}

@test "update: what the kernel refuses is one clear line and changes nothing" {
  start_hungry
  ctr tasks update --memory 64m --pids-limit 9 "$TOKEN"
  assert_fails_cleanly ctr tasks update --memory 1m --pids-limit 5 "$TOKEN"
  assert_match "$errors" '^ctr: .*memory limit'
  assert_fails_cleanly ctr tasks update --cpuset-cpus 4000 "$TOKEN"
  assert_match "$errors" '^ctr: .*cpuset'
  assert_equal "$(memory_limit) $(group_file pids pids.max)" "67108864 9"
  # Set before the one that is refused, and never set before:
  local cpus
  cpus=$(group_file cpuset cpuset.cpus)
  assert_fails_cleanly ctr tasks update --cpuset-cpus 0 --memory 1m "$TOKEN"
  assert_equal "$(group_file cpuset cpuset.cpus) $(memory_limit)" "$cpus 67108864"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +RUNNING"
  ctr tasks rm -f "$TOKEN"
}

@test "update: what cannot be meant is refused before anybody is asked" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  assert_fails_cleanly ctr tasks update "$TOKEN"
  assert_match "$errors" 'no limit was given'
  assert_fails_cleanly ctr tasks update --memory lots "$TOKEN"
  assert_match "$errors" '^ctr: flag --memory "lots"'
  assert_fails_cleanly ctr tasks update --cpuset-cpus 3-1 "$TOKEN"
  assert_fails_cleanly ctr tasks update --cpus 1 --cpu-quota 1000 "$TOKEN"
  echo '[1]' >"$BATS_TEST_TMPDIR/limits.json"
  assert_fails_cleanly ctr tasks update --resources "$BATS_TEST_TMPDIR/limits.json" "$TOKEN"
  assert_fails_cleanly ctr tasks update --resources "$BATS_TEST_TMPDIR/nonesuch" "$TOKEN"
  assert_fails_cleanly ctr tasks update --memory 64m nonesuch
  assert_match "$errors" 'no running task found'
  ctr tasks rm -f "$TOKEN"
  assert_fails_cleanly ctr tasks update --memory 64m "$TOKEN"
  assert_match "$errors" 'no running task found'
}

@test "update: the next start has the new limits as well" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  ctr tasks update --memory 64m --pids-limit 9 "$TOKEN"
  assert_equal "$(ctr containers info --spec "$TOKEN" | jq -c '[.linux.resources.memory.limit, .linux.resources.pids.limit]')" \
    "[67108864,9]"
  ctr tasks rm -f "$TOKEN"
  ctr tasks start -d "$TOKEN"
  assert_equal "$(memory_limit) $(group_file pids pids.max)" "67108864 9"
  ctr tasks rm -f "$TOKEN"
}

@test "a container that runs out of memory is told of, before its exit" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c \
    'while [ ! -e /go ]; do sleep 0.05; done; x=$(head -c 90000000 /dev/zero | tr "\0" x); :'
  ctr tasks update --memory 16m --memory-swap 16m "$TOKEN"
  : >"/proc/$(ctr tasks ls | awk 'NR == 2 {print $2}')/root/go"
  await eval 'ctr tasks ls | grep -q "$TOKEN .*STOPPED"'
  assert_match "$(ctr events --since 10m --no-follow 'topic==/tasks/oom' 'topic==/tasks/exit')" '/tasks/oom.*/tasks/exit'
  ctr tasks rm "$TOKEN"
}
