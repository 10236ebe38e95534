# `ctr tasks logs`: what a container has written, while it runs and after.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what stands in single quotes is for the shell inside
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
  LOGS=$CTRBOX_ROOT/logs/default/$TOKEN
}

end() {
  ctr tasks rm -f "$TOKEN" 2>/dev/null || true
  ctr containers rm "$TOKEN"
  await_census "$NOTHING_LEFT"
}

# written: a container that runs without a word, and a log as if it had spoken.
written() {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 1000
  rm -rf "$LOGS"
  mkdir -p "$LOGS"
  printf '%s\n' '2020-01-01T00:00:01Z stdout F one' '2020-01-01T00:00:02Z stderr F two' >"$LOGS/log.1"
  printf '%s\n' '2020-01-01T00:00:03Z stdout P thr' '2020-01-01T00:00:03.5Z stdout F ee' \
    '2020-01-01T00:00:04Z stderr F four' >"$LOGS/log"
}

@test "each stream goes where it came from" {
  written
  run_apart ctr logs "$TOKEN"
  assert_equal "$output" "$(printf 'one\nthree')"
  assert_equal "$errors" "$(printf 'two\nfour')"
  assert_equal "$(ctr tasks logs "$TOKEN" 2>&1 | tr '\n' ' ')" "one two three four "
  end
}

@test "--tail, --since, --until and --timestamps" {
  written
  assert_equal "$(ctr logs --tail 2 "$TOKEN" 2>&1 | tr '\n' ' ')" "three four "
  assert_equal "$(ctr logs -n 0 "$TOKEN" 2>&1)" ""
  assert_equal "$(ctr logs --since 2020-01-01T00:00:02Z --until 1577836803 "$TOKEN" 2>&1 | tr '\n' ' ')" "two thr"
  assert_equal "$(ctr logs -t --tail 2 "$TOKEN" 2>&1)" \
    "$(printf '2020-01-01T00:00:03Z three\n2020-01-01T00:00:04Z four')"
  assert_equal "$(ctr logs --since 10m "$TOKEN" 2>&1)" ""
  end
}

@test "what is asked wrongly" {
  written
  assert_fails_cleanly ctr logs nonesuch
  assert_fails_cleanly ctr logs --tail many "$TOKEN"
  assert_fails_cleanly ctr logs --tail -1 "$TOKEN"
  assert_fails_cleanly ctr logs --since yesterday "$TOKEN"
  end
}

@test "--follow goes on through rotations and ends with the container" {
  written
  ctr logs -f --tail 1 "$TOKEN" >"$BATS_TEST_TMPDIR/out" 2>&1 &
  local client=$! n
  for n in $(seq 100); do grep -q four "$BATS_TEST_TMPDIR/out" && break; sleep 0.05; done
  echo '2020-01-01T00:00:05Z stdout F five' >>"$LOGS/log"
  mv "$LOGS/log.1" "$LOGS/log.2"
  mv "$LOGS/log" "$LOGS/log.1"
  printf '2020-01-01T00:00:06Z stdout F six\n2020-01-01T00:00:07Z std' >"$LOGS/log"
  for n in $(seq 100); do grep -q six "$BATS_TEST_TMPDIR/out" && break; sleep 0.05; done
  echo 'out F seven' >>"$LOGS/log"
  for n in $(seq 100); do grep -q seven "$BATS_TEST_TMPDIR/out" && break; sleep 0.05; done
  ctr kill -s KILL "$TOKEN"
  wait "$client"
  assert_equal "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/out")" "four five six seven "
  end
}

@test "--follow of what has ended ends; ctrl-c ends it earlier" {
  written
  ctr logs -f "$TOKEN" >/dev/null 2>"$BATS_TEST_TMPDIR/err" &
  local client=$! status=0
  sleep 0.3
  kill -INT "$client"
  wait "$client" || status=$?
  assert_equal "$status" 130
  ctr kill -s KILL "$TOKEN"
  ctr wait "$TOKEN"
  assert_equal "$(timeout 10 ctr logs -f "$TOKEN" 2>&1 | tr '\n' ' ')" "one two three four "
  end
}

@test "what a container really writes is there, also after its end, until it is removed" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'echo out; echo err >&2; printf unfinished; exit 3'
  assert_equal "$(ctr wait "$TOKEN")" 3
  run_apart ctr logs "$TOKEN"
  assert_equal "$output" "$(printf 'out\nunfinished')"
  assert_equal "$errors" err
  end
  run ! test -e "$LOGS"
}

@test "what is written to a client is in the log as well" {
  assert_equal "$(ctr run "$BUSYBOX" "$TOKEN" echo hello)" hello
  assert_equal "$(ctr logs "$TOKEN")" hello
  end
}

@test "--follow misses nothing of a container that writes much and ends" {
  ctr run -d "$BUSYBOX" "$TOKEN" sh -c 'seq 200000'
  assert_equal "$(timeout 60 ctr logs -f "$TOKEN" | sha256sum)" "$(seq 200000 | sha256sum)"
  end
}
