# `ctr run`: what the process finds inside, what it gives back, and that nothing stays.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() {
  file_registry
  push_busybox
  local etc=$BATS_FILE_TMPDIR/users/etc
  mkdir -p "$etc" "$BATS_FILE_TMPDIR/users/bin"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'not a line' 'redis:x:999:1000::/var/lib/redis:/bin/false' >"$etc/passwd"
  printf '%s\n' 'root:x:0:' 'wheel:x:10:root' 'tls:x:70:nobody,redis' 'redis:x:1000:' >"$etc/group"
  echo "just text" >"$BATS_FILE_TMPDIR/users/bin/notes"
  printf '#!/bin/nowhere\n' >"$BATS_FILE_TMPDIR/users/bin/orphan"
  chmod 755 "$BATS_FILE_TMPDIR/users/bin/orphan"
  push_image library/users --config '{"User": "redis", "WorkingDir": "/srv", "Env": ["COLOUR=red", "PATH=/bin"],
    "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["id; pwd; env | sort"],
    "Labels": {"io.containerd.privileged": "true"}}' busybox "$BATS_FILE_TMPDIR/users"
  push_image library/bare --config '{"Cmd": null}' busybox
  push_image library/foreign --platform linux/s390x busybox
  export USERS=$REGISTRY/library/users:latest BARE=$REGISTRY/library/bare:latest
}

setup() {
  require_root
  lib_setup
  ctr pull "$BUSYBOX" >/dev/null 2>&1
  NOTHING_LEFT=$(census)
}

# box [RUN FLAG...] -- CMD...: a container of the plain image that removes itself.
box() {
  local flags=()
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  ctr run --rm "${flags[@]}" "$BUSYBOX" "$TOKEN" "$@"
}

@test "output, error output and exit status are those of the process" {
  run_apart box -- sh -c 'echo out; echo err >&2; exit 7'
  assert_equal "$status" 7
  assert_equal "$output" out
  assert_equal "$errors" err
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
}

@test "flags after the id belong to the command" {
  run_apart box -- sh -c 'echo "$0 $*"' -- --rm -q
  assert_equal "$output" "-- --rm -q"
}

@test "a killed process gives 128 and its signal" {
  local pid killed=0
  ctr run --rm "$BUSYBOX" "$TOKEN" sleep 100 &
  pid=$!
  until ctr tasks kill -s KILL "$TOKEN" 2>/dev/null; do sleep 0.05; done
  wait "$pid" || killed=$?
  assert_equal "$killed" 137
  run_apart box -- sh -c 'sh -c "kill -TERM \$\$"; exit $?'
  assert_equal "$status" 143
}

@test "standard input reaches the process and its end ends it" {
  assert_equal "$(printf 'one\ntwo\n' | box -- cat)" $'one\ntwo'
  assert_equal "$(head -c 3000000 /dev/zero | box -- wc -c)" 3000000
  assert_equal "$(box -- sh -c 'cat; echo end' </dev/null)" end
}

@test "all of a long output arrives" {
  assert_equal "$(box -- sh -c 'head -c 5000000 /dev/zero' | wc -c)" 5000000
}

@test "a reader that goes away ends the writer, as in any pipeline" {
  assert_equal "$(timeout 20 ctr run --rm "$BUSYBOX" "$TOKEN" yes | head -n 1)" y
  await_census "$NOTHING_LEFT"
}

@test "a command that is not there is 127, one that cannot be executed 126" {
  ctr pull "$USERS" >/dev/null 2>&1
  run_apart box -- /no/such/thing
  assert_equal "$status" 127
  assert_match "$errors" '^ctr: .*no such file'
  run_apart box -- nonesuch
  assert_equal "$status" 127
  run_apart ctr run --rm "$USERS" "$TOKEN" /bin/notes
  assert_equal "$status" 126
  assert_match "$errors" '^ctr: .*permission denied'
  run_apart box -- /etc
  assert_equal "$status" 126
  run_apart ctr run "$BUSYBOX" "$TOKEN" nonesuch
  assert_equal "$status" 127
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)$(ctr snapshots ls | grep "$TOKEN")" ""
}

@test "failures of ours are 125, told in one line, and leave nothing" {
  fails() {
    local pattern=$1
    shift
    assert_fails_cleanly "$@"
    assert_equal "$status" 125
    assert_match "$errors" "$pattern"
  }
  fails 'image "docker.io/library/nonesuch:latest".*not found.*ctr images pull' ctr run --rm nonesuch "$TOKEN" true
  fails 'user "nobody" not found in the image' box -u nobody -- true
  fails 'mount option "mode" not supported' box --mount src=/a,dst=/b,mode=ro -- true
  fails 'working directory "srv" is not an absolute path' box --cwd srv -- true
  fails 'terminal' box -t -- true </dev/null
  fails 'identifier' ctr run --rm "$BUSYBOX" "bad id" true
  fails 'snapshotter' box --snapshotter nonesuch -- true
  fails 'no such file' box --mount src=/no/such/source,dst=/mnt -- true
  fails 'unknown flag --bogus' ctr run --bogus "$BUSYBOX" "$TOKEN" true
  ctr pull "$BARE" >/dev/null 2>&1
  fails 'no command' ctr run --rm "$BARE" "$TOKEN"
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)$(ctr snapshots ls | grep "$TOKEN")" ""
}

@test "without runc on PATH the message says so" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s "$(command -v ctr)" "$BATS_TEST_TMPDIR/bin/ctr"
  assert_fails_cleanly env PATH="$BATS_TEST_TMPDIR/bin" ctr run --rm "$BUSYBOX" "$TOKEN" true
  assert_equal "$status" 125
  assert_match "$errors" 'runc'
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
}

@test "without root the message says so" {
  chmod 755 "$BATS_TEST_TMPDIR"
  assert_fails_cleanly setpriv --reuid 1000 --regid 1000 --clear-groups \
    ctr --root "$BATS_TEST_TMPDIR/theirs" run --rm "$BUSYBOX" "$TOKEN" true
  assert_equal "$status" 125
  assert_match "$errors" 'needs root'
}

@test "an id that is taken is refused before any work" {
  ctr run "$BUSYBOX" "$TOKEN" true
  assert_fails_cleanly ctr run nonesuch "$TOKEN" true
  assert_match "$errors" "container \"$TOKEN\": already exists"
  # Another namespace has its own.
  ctr -n other pull "$BUSYBOX" >/dev/null 2>&1
  ctr -n other run --rm "$BUSYBOX" "$TOKEN" true
}

@test "of two runs with one id one wins and the other is told" {
  local statuses
  for n in 1 2; do
    {
      ours=0
      ctr run "$BUSYBOX" "$TOKEN" true 2>"$BATS_TEST_TMPDIR/err.$n" || ours=$?
      echo "$ours" >"$BATS_TEST_TMPDIR/status.$n"
    } &
  done
  wait
  statuses=$(sort -n "$BATS_TEST_TMPDIR"/status.? | tr '\n' ' ')
  assert_equal "$statuses" "0 125 "
  assert_match "$(cat "$BATS_TEST_TMPDIR"/err.?)" 'already exists'
  check_state
}

@test "the image's configuration is applied, its labels are not" {
  ctr pull "$USERS" >/dev/null 2>&1
  assert_equal "$(ctr run --rm "$USERS" "$TOKEN" | grep -v -e SHLVL -e ^PWD)" "uid=999(redis) gid=1000(redis) groups=70(tls),1000(redis)
/srv
COLOUR=red
HOME=/var/lib/redis
PATH=/bin"
}

@test "the environment: set, replaced, unset" {
  ctr pull "$USERS" >/dev/null 2>&1
  run_apart ctr run --rm --env COLOUR --env A=1 --env 'B=x y=z' --env A=2 "$USERS" "$TOKEN" \
    /bin/sh -c 'echo "[$COLOUR] [$A] [$B]"'
  assert_equal "$output" "[] [2] [x y=z]"
}

@test "users by name and number, with their groups" {
  ctr pull "$USERS" >/dev/null 2>&1
  id_of() { ctr run --rm --user "$1" "$USERS" "$TOKEN" /bin/id; }
  assert_equal "$(id_of root)" "uid=0(root) gid=0(root) groups=0(root),10(wheel)"
  assert_equal "$(id_of redis)" "uid=999(redis) gid=1000(redis) groups=70(tls),1000(redis)"
  assert_equal "$(id_of redis:tls)" "uid=999(redis) gid=70(tls) groups=70(tls)"
  assert_equal "$(id_of 4242:4343)" "uid=4242 gid=4343 groups=4343"
  assert_equal "$(id_of 999)" "uid=999(redis) gid=1000(redis) groups=70(tls),1000(redis)"
}

@test "a bind mount, read-only and not" {
  mkdir "$BATS_TEST_TMPDIR/shared"
  echo hello >"$BATS_TEST_TMPDIR/shared/file"
  run_apart box --mount "type=bind,src=$BATS_TEST_TMPDIR/shared,dst=/mnt,options=rbind:ro" -- \
    sh -c 'cat /mnt/file; echo no >/mnt/file'
  assert_equal "$output" hello
  assert_match "$errors" 'Read-only'
  box --mount "src=$BATS_TEST_TMPDIR/shared,dst=/mnt" -- sh -c 'echo changed >/mnt/file'
  assert_equal "$(cat "$BATS_TEST_TMPDIR/shared/file")" changed
}

@test "a read-only root cannot be written, its tmpfs can" {
  run_apart box --read-only -- sh -c 'echo x >/run/here && cat /run/here; echo x >/etc/here'
  assert_equal "$output" x
  assert_match "$errors" 'Read-only'
}

@test "the working directory" { assert_equal "$(box --cwd /srv -- pwd)" /srv; }

@test "the host's network is used only when asked for" {
  assert_equal "$(box -- sh -c 'ls /sys/class/net')" lo
  assert_equal "$(box --net-host -- readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
  assert_equal "$(box --net-host -- cat /etc/hosts)" "$(cat /etc/hosts)"
  assert_equal "$(box -- hostname)" "$TOKEN"
}

@test "the default is safe" {
  run_apart box -- sh -c 'grep -E "^(NoNewPrivs|Seccomp|CapInh|CapAmb|CapEff):" /proc/self/status | tr -d "\t"
    cat /proc/kcore | wc -c; echo x >/proc/sys/kernel/hostname || echo refused; mount -t tmpfs none /tmp || echo refused
    mknod /tmp/disk b 8 0 && head -c 1 /tmp/disk || echo refused; unshare -U true || echo refused'
  assert_equal "$output" "CapInh:0000000000000000
CapEff:00000000a80425fb
CapAmb:0000000000000000
NoNewPrivs:1
Seccomp:2
0
refused
refused
refused
refused"
}

@test "a directory as root" {
  local root=$BATS_TEST_TMPDIR/tree
  mkdir -p "$root"
  python3 "$SUPPORT/make_image.py" image "$BATS_TEST_TMPDIR/layout" latest --compression none busybox
  tar -C "$root" -xf "$(find "$BATS_TEST_TMPDIR/layout/blobs" -type f -size +200k)"
  run_apart ctr run --rm --rootfs "$root" "$TOKEN" sh -c 'echo written >/file; id -un'
  assert_equal "$status $output" "0 root"
  assert_equal "$(cat "$root/file")" written
  assert_equal "$(ctr run --rm --rootfs --user user "$root" "$TOKEN" id -G)" "1000 50"
  assert_fails_cleanly ctr run --rm --rootfs "$root/nonesuch" "$TOKEN" true
  await_census "$NOTHING_LEFT"
}

@test "a signal reaches the process, which may take it its own way" {
  local pid out=$BATS_TEST_TMPDIR/out
  ctr run --rm "$BUSYBOX" "$TOKEN" \
    sh -c 'trap "echo caught; exit 3" TERM; echo ready; while :; do sleep 0.1; done' >"$out" &
  pid=$!
  until grep -q ready "$out"; do sleep 0.05; done
  kill -TERM "$pid"
  run_status=0
  wait "$pid" || run_status=$?
  assert_equal "$run_status" 3
  assert_equal "$(cat "$out")" $'ready\ncaught'
  await_census "$NOTHING_LEFT"
}

@test "a terminal: its size, changes of it, and the keys" {
  cat >"$BATS_TEST_TMPDIR/keys.py" <<'END'
import fcntl, os, pty, select, struct, sys, termios, time

def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

def expect(text, seconds=20):
    global seen
    end = time.monotonic() + seconds
    while text not in seen:
        if time.monotonic() > end:
            sys.exit(f"no {text!r} in {seen!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 4096)
    seen = seen[seen.index(text) + len(text):]

def type_line(text):
    os.write(terminal, text + b"\r")

seen = b""
ready, go = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.read(ready, 1)  # until the size is set
    os.execvp("ctr", ["ctr", "run", "--rm", "-t", os.environ["BUSYBOX"], os.environ["TOKEN"], "sh"])
resize(31, 97)
os.write(go, b"x")
expect(b"# ")
type_line(b"stty size; tty; echo $TERM")
for answer in (b"\n31 97", b"\n/dev/", b"\nxterm", b"# "):
    expect(answer)
resize(42, 111)
type_line(b"until stty size | grep 42; do :; done")
for answer in (b"\n42 111", b"# "):
    expect(answer)
type_line(b"echo begin; sleep 100")
expect(b"\nbegin")
os.write(terminal, b"\003")
expect(b"# ")
type_line(b"exit 5")
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
  run_apart python3 "$BATS_TEST_TMPDIR/keys.py"
  echo "$output$errors"
  assert_equal "$status" 5
  await_census "$NOTHING_LEFT"
}

@test "detached: prints nothing, runs, and can be ended" {
  run_apart ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
  assert_equal "$status:$output:$errors" "0::"
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +RUNNING"
  ctr tasks kill "$TOKEN"
  for _ in $(seq 100); do ctr tasks ls | grep -q STOPPED && break; sleep 0.05; done
  assert_match "$(ctr tasks ls)" "$TOKEN +[0-9]+ +STOPPED"
  ctr tasks rm "$TOKEN"
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

@test "detached with --rm removes itself" {
  ctr run -d --rm "$BUSYBOX" "$TOKEN" sleep 0.2
  assert_equal "$(ctr containers ls -q)" "$TOKEN"
  for _ in $(seq 100); do [ -z "$(ctr containers ls -q)" ] && break; sleep 0.05; done
  assert_equal "$(ctr containers ls -q)" ""
  await_census "$NOTHING_LEFT"
}

@test "without --rm container and snapshot stay, the task does not" {
  ctr run "$BUSYBOX" "$TOKEN" sh -c 'echo kept >/file'
  assert_equal "$(ctr containers ls -q)" "$TOKEN"
  assert_equal "$(ctr tasks ls -q)" ""
  assert_match "$(ctr snapshots ls)" "$TOKEN"
  await_census "$NOTHING_LEFT"
  ctr containers rm "$TOKEN"
  assert_equal "$(ctr snapshots ls | grep -c "$TOKEN")" 0
  check_state
}

@test "64 at once: all succeed and nothing is left" {
  local n failed=0 pids=()
  for n in $(seq 64); do
    ctr run --rm "$BUSYBOX" "$TOKEN-$n" true 2>"$BATS_TEST_TMPDIR/err.$n" &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || failed=$((failed + 1)); done
  assert_equal "$failed $(cat "$BATS_TEST_TMPDIR"/err.*)" "0 "
  await_census "$NOTHING_LEFT"
  assert_equal "$(ctr containers ls -q)" ""
  check_state
}

@test "an image for other machines only is named as such" {
  local layout=$BATS_TEST_TMPDIR/layout reference=$REGISTRY/library/foreign-index:latest
  python3 "$SUPPORT/make_image.py" image "$layout" one --platform linux/s390x busybox
  python3 "$SUPPORT/make_image.py" index "$layout" all one
  python3 "$SUPPORT/make_image.py" push "$layout" all "$reference"
  ctr pull --quiet --platform linux/s390x "$reference"
  assert_fails_cleanly ctr run --rm "$reference" "$TOKEN" true
  assert_match "$errors" 'linux/s390x'
}

@test "an image that was pulled for another machine is not run" {
  ctr pull -q --platform linux/s390x "$REGISTRY/library/foreign:latest"
  assert_fails_cleanly ctr run --rm "$REGISTRY/library/foreign:latest" "$TOKEN" true
  assert_match "$errors" "it is for linux/s390x"
}
