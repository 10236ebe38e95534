# What `run` and `containers create` ask of a container, as the container itself sees it; and what cannot be asked.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib
load liar # for visible_state

setup_file() { file_pulled; }

setup() { setup_pulled; }

# box [RUN FLAG...] -- CMD...: a container of the plain image that removes itself.
box() {
  local flags=()
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  ctr run --rm "${flags[@]}" "$BUSYBOX" "$TOKEN" "$@"
}

# in_cgroup CONTROLLER FILE: what the running container's own group says on the host.
in_cgroup() { cat "/sys/fs/cgroup/$1/default/$TOKEN/$2"; }

@test "limits of memory, processor and processes are the cgroup's, and hold" {
  ctr run -d --memory 64m --memory-swap 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 \
    --cpuset-mems 0 --pids-limit 7 "$BUSYBOX" "$TOKEN" sleep 100
  assert_equal "$(in_cgroup memory memory.limit_in_bytes)" 67108864
  assert_equal "$(in_cgroup memory memory.soft_limit_in_bytes)" 33554432
  assert_equal "$(in_cgroup cpu cpu.cfs_quota_us) $(in_cgroup cpu cpu.cfs_period_us)" "50000 100000"
  assert_equal "$(in_cgroup cpu cpu.shares)" 512
  assert_equal "$(in_cgroup cpuset cpuset.cpus)" 0
  assert_equal "$(in_cgroup pids pids.max)" 7
  ctr containers rm --force "$TOKEN"
  run_apart box --pids-limit 4 -- sh -c 'for n in 1 2 3 4 5 6; do sleep 5 & done; wait'
  assert_match "$errors" "can't fork"
  run_apart box --memory 16m -- sh -c 'dd if=/dev/zero of=/dev/shm/fill bs=1M count=40 2>/dev/null'
  assert_equal "$status" 137
}

@test "a cgroup of one's own choosing" {
  ctr run -d --cgroup-parent "/$TOKEN-parent" --pids-limit 9 "$BUSYBOX" "$TOKEN" sleep 100
  assert_equal "$(cat "/sys/fs/cgroup/pids/$TOKEN-parent/$TOKEN/pids.max")" 9
  ctr containers rm --force "$TOKEN"
  rmdir /sys/fs/cgroup/*/"$TOKEN-parent"
  ctr run -d --cgroup "/$TOKEN-own" --pids-limit 8 "$BUSYBOX" "$TOKEN" sleep 100
  assert_equal "$(cat "/sys/fs/cgroup/pids/$TOKEN-own/pids.max")" 8
  # The shim's death ends what runs in it, too.
  kill -9 "$(pgrep -f "^shim .*-id $TOKEN " | head -n 1)"
  for _ in $(seq 100); do ctr tasks ls | grep -q STOPPED && break; sleep 0.05; done
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +STOPPED"
  assert_equal "$(cgroups_here)" ""
  ctr containers rm "$TOKEN"
}

@test "capabilities: added, taken, none, all; the system-call filter follows" {
  effective() { box "$@" -- grep CapEff /proc/self/status | cut -f 2; }
  assert_equal "$(effective --cap-add NET_ADMIN --cap-drop cap_mknod)" 00000000a00435fb
  assert_equal "$(effective --cap-drop ALL)" 0000000000000000
  assert_equal "$(effective --cap-drop ALL --cap-add CAP_CHOWN)" 0000000000000001
  assert_equal "$(effective --cap-add all)" "$(grep CapBnd /proc/self/status | cut -f 2)"
  run_apart box -- sh -c 'mount -t tmpfs none /tmp'
  assert_match "$errors" 'denied|not permitted'
  assert_equal "$(box --cap-add SYS_ADMIN -- sh -c 'mount -t tmpfs none /tmp && stat -f -c %T /tmp')" tmpfs
}

@test "privileged: everything is there, nothing is hidden, /sys can be written" {
  run_apart box --privileged -- sh -c 'grep -E "^(CapEff|Seccomp):" /proc/self/status | tr -d "\t"
    grep -E " /proc/(kcore|sys) " /proc/self/mounts; grep " /sys sysfs " /proc/self/mounts | cut -d " " -f 4 | cut -d , -f 1
    echo '"$TOKEN"' >/proc/sys/kernel/hostname && hostname'
  assert_equal "$output" "CapEff:$(grep CapBnd /proc/self/status | cut -f 2)
Seccomp:0
rw
$TOKEN"
  # A device of the host that others do not have.
  local device
  device=$(find /dev -maxdepth 1 -type c ! -name null ! -name zero ! -name full ! -name random ! -name urandom ! -name tty \
    ! -name ptmx ! -name console | head -n 1)
  [ -z "$device" ] || box --privileged -- test -c "$device"
}

@test "a device: there, under its name or another, with the access that was asked for" {
  assert_equal "$(box --device /dev/full:/dev/brim:r -- sh -c 'stat -c %t,%T /dev/brim; head -c 2 /dev/brim | wc -c')" "1,7
2"
  mknod "$BATS_TEST_TMPDIR/memory" c 1 1
  mkdir "$BATS_TEST_TMPDIR/many" && mknod "$BATS_TEST_TMPDIR/many/one" c 1 3 && mknod "$BATS_TEST_TMPDIR/many/two" c 1 5
  run_apart box --device "$BATS_TEST_TMPDIR/memory:/dev/memory:m" -- sh -c 'test -c /dev/memory && head -c 1 /dev/memory'
  assert_match "$errors" 'not permitted'
  assert_equal "$(box --device "$BATS_TEST_TMPDIR/many:/dev/many" -- ls /dev/many)" $'one\ntwo'
}

@test "mounts and tmpfs, with their options and propagation" {
  mkdir "$BATS_TEST_TMPDIR/shared"
  run_apart box --tmpfs /scratch:size=1m,mode=1770,exec --mount "dest=/mnt,src=$BATS_TEST_TMPDIR/shared,options=rbind:ro:rshared" \
    -- sh -c 'stat -c %a /scratch; grep " /scratch " /proc/self/mounts | cut -d " " -f 4 | tr , "\n" | grep -E "^(size|no)" | sort
      dd if=/dev/zero of=/scratch/fill bs=1M count=2 2>/dev/null || echo full
      grep " /mnt " /proc/self/mountinfo | grep -o "shared:" | head -n 1'
  assert_equal "$output" "1770
nodev
nosuid
size=1024k
full
shared:"
  assert_equal "$(box --tmpfs /plain -- sh -c 'grep " /plain " /proc/self/mounts | cut -d " " -f 4 | cut -d , -f 1-4')" \
    "rw,nosuid,nodev,noexec"
}

@test "rlimits, host name, score, new privileges, environment files" {
  printf '%s\n' '# a comment' '' 'ONE=1 and more' '  TWO=$x "y"' CALLER ABSENT >"$BATS_TEST_TMPDIR/env"
  run_apart env CALLER=mine ctr run --rm --rlimit-nofile 77 --ulimit core=0 --ulimit nproc=100:200 --hostname else.where \
    --oom-score-adj 321 --allow-new-privs --env-file "$BATS_TEST_TMPDIR/env" -e TWO=2 "$BUSYBOX" "$TOKEN" \
    sh -c 'ulimit -n; grep -E "^Max processes" /proc/self/limits | tr -s " " | cut -d " " -f 3,4; ulimit -c; hostname; cat /proc/self/oom_score_adj
      grep NoNewPrivs /proc/self/status | cut -f 2; echo "$ONE|$TWO|$CALLER|${ABSENT-unset}"'
  assert_equal "$errors" ""
  assert_equal "$output" "77
100 200
0
else.where
321
0
1 and more|2|mine|unset"
}

@test "a namespace of another process is joined" {
  ctr run -d --hostname shared-name "$BUSYBOX" "$TOKEN-first" sleep 100
  local pid
  pid=$(ctr tasks ls | awk -v id="$TOKEN-first" '$1 == id {print $2}')
  run_apart box --with-ns "net:/proc/$pid/ns/net" --with-ns "uts:/proc/$pid/ns/uts" -- \
    sh -c 'readlink /proc/self/ns/net; hostname'
  assert_equal "$errors" ""
  assert_equal "$output" "$(readlink "/proc/$pid/ns/net")"$'\n'shared-name
  ctr containers rm --force "$TOKEN-first"
}

# tree DIR: a directory that can be a root, from the image.
tree() {
  mkdir -p "$1"
  python3 "$SUPPORT/make_image.py" image "$BATS_TEST_TMPDIR/layout" latest --compression none busybox
  tar -C "$1" -xf "$(find "$BATS_TEST_TMPDIR/layout/blobs" -type f -size +200k)"
}

@test "ids are mapped in a user namespace" {
  run_apart box --uidmap 0:0:1000 --gidmap 0:0:1000 -- sh -c 'cat /proc/self/uid_map; id -u; readlink /proc/self/ns/user'
  assert_equal "$errors" ""
  assert_match "$output" '^ +0 +0 +1000'
  [ "$(tail -n 1 <<<"$output")" != "$(readlink /proc/self/ns/user)" ]
}

@test "ids that are not the host's own: a directory that belongs to them, and no image" {
  # Every directory above the root must let them pass; those of the test itself are the host's root's alone.
  local root
  root=$(mktemp -d "/tmp/$TOKEN.XXXXXX")
  tree "$root"
  chown -hR 100000:200000 "$root"
  chmod 755 "$root"
  run_apart ctr run --rm --rootfs --uidmap 0:100000:1000 --gidmap 0:200000:1000 "$root" "$TOKEN" \
    sh -c 'id -u; cat /proc/self/uid_map | tr -s " "; touch /made'
  local made
  made=$(stat -c %u:%g "$root/made")
  rm -rf "$root"
  assert_equal "$errors" ""
  assert_equal "$output" $'0\n 0 100000 1000'
  assert_equal "$made" 100000:200000
  assert_fails_cleanly box --uidmap 0:100000:1000 --gidmap 0:200000:1000 -- true
  assert_equal "$status" 125
  assert_match "$errors" 'belong to the host.s id 0, which the mapping leaves out'
}

@test "a system-call filter as Docker writes them: conditions are resolved, the rest is enforced" {
  cat >"$BATS_TEST_TMPDIR/profile.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW",
 "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
             {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
 "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
  {"names": ["rmdir"], "action": "SCMP_ACT_ERRNO", "includes": {"minKernel": "99.0"}}]}
END
  run_apart box --seccomp "$BATS_TEST_TMPDIR/profile.json" -- sh -c 'mkdir /a || echo refused; rmdir /srv/none; true'
  assert_equal "$output" refused
  assert_match "$errors" 'rmdir.*No such file'
  assert_equal "$(box --cap-add SYS_ADMIN --seccomp "$BATS_TEST_TMPDIR/profile.json" -- sh -c 'mkdir /a && echo made')" made
  assert_equal "$(box --seccomp unconfined -- grep Seccomp: /proc/self/status | cut -f 2)" 0
  assert_equal "$(box --seccomp default -- grep Seccomp: /proc/self/status | cut -f 2)" 2
}

@test "the root's propagation and annotations are in the spec" {
  ctr create --rootfs-propagation rslave --annotation a=1 --annotation b=x=y "$BUSYBOX" "$TOKEN" true
  assert_equal "$(ctr info --spec "$TOKEN" | jq -c '[.linux.rootfsPropagation, .annotations]')" '["rslave",{"a":"1","b":"x=y"}]'
}

@test "a whole config.json: a bundle is run as it is, its root where the file says" {
  local bundle=$BATS_TEST_TMPDIR/bundle
  tree "$bundle/rootfs"
  (cd "$bundle" && runc spec)
  jq '.process.terminal = false | .process.args = ["sh", "-c", "hostname; pwd; echo made >/file"] | .process.cwd = "/tmp"
    | .hostname = "from-file" | .root.readonly = false' "$bundle/config.json" >"$bundle/config.new"
  mv "$bundle/config.new" "$bundle/config.json"
  run_apart ctr run --rm --config "$bundle/config.json" "$TOKEN"
  assert_equal "$status:$errors" 0:
  assert_equal "$output" $'from-file\n/tmp'
  assert_equal "$(cat "$bundle/rootfs/file")" made
  # Another root, and the cgroup that is filled in.
  mv "$bundle/rootfs" "$BATS_TEST_TMPDIR/elsewhere"
  ctr create --rootfs --config "$bundle/config.json" --label a=1 "$BATS_TEST_TMPDIR/elsewhere" "$TOKEN"
  assert_equal "$(ctr info --spec "$TOKEN" | jq -r '.root.path + " " + .linux.cgroupsPath')" \
    "$BATS_TEST_TMPDIR/elsewhere /default/$TOKEN"
  assert_equal "$(ctr info "$TOKEN" | jq -r '.Image + .SnapshotKey + .Labels.a')" 1
}

@test "an id is made up when none is given, and told where nobody else would know" {
  run_apart ctr run --rm "$BUSYBOX" -- sh -c 'hostname'
  assert_match "$output" '^[0-9a-f]{12}$'
  run_apart ctr run -d --rm "$BUSYBOX" -- sh -c 'sleep 100'
  assert_match "$output" '^[0-9a-f]{12}$'
  assert_equal "$(ctr tasks ls -q)" "$output"
  ctr containers rm -f "$output"
  assert_equal "$(ctr run --rm --name "$TOKEN" "$BUSYBOX" sh -c 'hostname; echo "$0"' -x)" "$TOKEN"$'\n-x'
  assert_equal "$(ctr run --rm --name "$TOKEN" "$BUSYBOX" -- hostname)" "$TOKEN"
  run_apart ctr create --cidfile "$BATS_TEST_TMPDIR/id" "$BUSYBOX"
  assert_equal "$(cat "$BATS_TEST_TMPDIR/id")" "$output"
  assert_equal "$(ctr containers ls -q)" "$output"
  assert_equal "$(ctr create "$BUSYBOX" "$TOKEN")" ""
}

@test "the pid is written to a file, when one waits and when not" {
  ctr run -d --pid-file "$BATS_TEST_TMPDIR/pid" "$BUSYBOX" "$TOKEN" sleep 100
  assert_equal "$(cat "$BATS_TEST_TMPDIR/pid")" "$(ctr tasks ls | awk -v id="$TOKEN" '$1 == id {print $2}')"
  ctr containers rm -f "$TOKEN"
  box --pid-file "$BATS_TEST_TMPDIR/other" -- true
  assert_match "$(cat "$BATS_TEST_TMPDIR/other")" '^[0-9]+$'
  # A file that cannot be written ends the container: nobody would know what runs.
  local before
  before=$(census)
  assert_fails_cleanly ctr run -d --pid-file /no/such/pid "$BUSYBOX" "$TOKEN" sleep 100
  assert_match "$errors" 'flag --pid-file'
  await_census "$before"
  assert_equal "$(ctr containers ls -q)" ""
}

@test "what cannot be asked: one line that names the flag and the value, and nothing is made" {
  printf 'A=1\nB C=2\n' >"$BATS_TEST_TMPDIR/env"
  printf '[' >"$BATS_TEST_TMPDIR/half.json"
  echo '{"defaultAction": "SCMP_ACT_SING"}' >"$BATS_TEST_TMPDIR/action.json"
  echo '{"ociVersion": "1.0.2", "process": {"args": [], "cwd": "/"}}' >"$BATS_TEST_TMPDIR/config.json"
  python3 -c 'print("[" * 100000)' >"$BATS_TEST_TMPDIR/deep.json"
  head -c 2000000 /dev/zero | tr '\0' ' ' >"$BATS_TEST_TMPDIR/long.json"
  touch "$BATS_TEST_TMPDIR/taken"
  visible_state >"$BATS_TEST_TMPDIR/before"
  local flag value pattern line count=0
  while IFS='|' read -r flag value pattern; do
    value=${value//DIR/$BATS_TEST_TMPDIR}
    line="$flag $value"
    if [ "$flag" = --config ]; then
      assert_fails_cleanly ctr run --rm --config "$value" "$TOKEN" || { echo "$line"; return 1; }
    else
      assert_fails_cleanly ctr run --rm "$flag" "$value" "$BUSYBOX" "$TOKEN" true || { echo "$line"; return 1; }
    fi
    assert_equal "$status" 125 || { echo "$line"; return 1; }
    assert_match "$errors" "^ctr: .*$pattern" || { echo "$line"; return 1; }
    count=$((count + 1))
  done <<'END'
--env-file|/no/such/file|flag --env-file "/no/such/file".*[Nn]o such file
--env-file|DIR/env|flag --env-file .*line 2 is no variable: "B C=2"
--mount|type=bind,src=/a|flag --mount "type=bind,src=/a": .*no destination
--tmpfs|scratch|flag --tmpfs "scratch": .*not an absolute path
--tmpfs|/scratch:size=1m,bogus|flag --tmpfs .*tmpfs option "bogus" not supported
--device|/dev/nonesuch|flag --device "/dev/nonesuch": .*not found
--device|/dev/null:/dev/x:rwx|flag --device .*expected /dev/x
--device|/etc/passwd|flag --device .*neither a device
--cap-add|CAP_FLY|flag --cap-add "CAP_FLY": unknown capability
--cap-drop||flag --cap-drop "": unknown capability
--seccomp|/no/such/file|flag --seccomp .*[Nn]o such file
--seccomp|DIR/half.json|the seccomp profile is not JSON
--seccomp|DIR/action.json|the seccomp profile: unknown action "SCMP_ACT_SING"
--seccomp|DIR/deep.json|the seccomp profile is nested too deeply
--seccomp|DIR/long.json|flag --seccomp
--hostname|a b|flag --hostname "a b": a host name has
--with-ns|net:relative|flag --with-ns "net:relative": .*expected TYPE:/PATH
--with-ns|moon:/proc/1/ns/net|flag --with-ns "moon:/proc/1/ns/net": .*expected TYPE:/PATH
--uidmap|0:0|flag --uidmap "0:0": .*expected CONTAINER:HOST:LENGTH
--uidmap|0:0:1|one map is missing
--gidmap|0:4294967295:2|flag --gidmap "0:4294967295:2": .*expected
--memory|lots|flag --memory "lots": "lots" is not a size
--memory|0|flag --memory "0": a limit of 0 bytes
--memory|99999999999999999999|flag --memory .*is not a size
--memory-swap|1g|memory and swap together can be limited only where memory is
--cpus|0|flag --cpus "0": .*is not a number of processors
--cpus|nan|flag --cpus "nan": .*is not a number of processors
--cpu-shares|1|flag --cpu-shares "1": .*whole number from 2 to 262144
--cpuset-cpus|3-1|flag --cpuset-cpus "3-1": .*is not a list
--pids-limit|0|flag --pids-limit "0"
--pids-limit|many|flag --pids-limit "many": .*whole number
--rlimit-nofile|x|flag --rlimit-nofile "x": invalid resource limit
--ulimit|speed=1|flag --ulimit "speed=1": unknown resource limit
--ulimit|nofile=2:1|flag --ulimit "nofile=2:1": .*soft limit is above
--oom-score-adj|1001|flag --oom-score-adj "1001": .*whole number from -1000 to 1000
--annotation|novalue|flag --annotation "novalue": expected KEY=VALUE
--rootfs-propagation|wide|flag --rootfs-propagation "wide": .*is no propagation
--cgroup|relative|flag --cgroup "relative": expected an absolute path
--cgroup-parent|/a/../b|flag --cgroup-parent "/a/../b": expected an absolute path
--runtime|nonesuch|flag --runtime "nonesuch": no such program
--runtime|/etc|flag --runtime "/etc": no such program
--label|=value|label
--label-file|/no/such/file|flag --label-file .*[Nn]o such file
--cidfile|DIR/taken|flag --cidfile.*exists
--name|two words|identifier
--config|/no/such/file|flag --config .*[Nn]o such file
--config|DIR/half.json|flag --config .*config.json is not JSON
--config|DIR/config.json|flag --config .*config.json has no process.args
--config|DIR/deep.json|flag --config .*nested too deeply
END
  assert_equal "$count" 49
  assert_fails_cleanly ctr run --rm --config "$BATS_TEST_TMPDIR/config.json" --memory 1g "$TOKEN"
  assert_match "$errors" 'no other flag may change the spec'
  assert_fails_cleanly ctr run --rm --cpus 1 --cpu-quota 5000 "$BUSYBOX" "$TOKEN" true
  assert_fails_cleanly ctr run --rm
  assert_match "$errors" 'missing argument IMAGE'
  assert_fails_cleanly ctr create --cap-add CAP_FLY "$BUSYBOX" "$TOKEN"
  assert_equal "$status" 1
  if ! grep -qs Y /sys/module/apparmor/parameters/enabled; then
    assert_fails_cleanly ctr run --rm --apparmor-profile strict "$BUSYBOX" "$TOKEN" true
    assert_match "$errors" 'profile "strict" cannot be applied: AppArmor is not enabled in this kernel'
  fi
  visible_state | diff "$BATS_TEST_TMPDIR/before" -
  assert_equal "$(cat "$BATS_TEST_TMPDIR/taken")" ""
}
