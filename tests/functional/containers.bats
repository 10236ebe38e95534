# `ctr containers …`: lists, records and removal.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() { file_pulled; }

setup() {
  setup_pulled
  NOTHING_LEFT=$(census)
}

@test "list: header alone, then rows in order, ids alone with -q" {
  assert_equal "$(ctr containers ls)" "CONTAINER    IMAGE    RUNTIME    LABELS"
  ctr run --label b=2 --label a=1 "$BUSYBOX" "$TOKEN-two" true
  ctr run "$BUSYBOX" "$TOKEN-one" true
  assert_equal "$(ctr containers ls -q)" "$TOKEN-one"$'\n'"$TOKEN-two"
  assert_equal "$(ctr c ls | tail -n +2 | tr -s ' ')" \
    "$TOKEN-one $BUSYBOX io.containerd.runc.v2 -"$'\n'"$TOKEN-two $BUSYBOX io.containerd.runc.v2 a=1,b=2"
  assert_equal "$(ctr containers list -q "id==$TOKEN-two")" "$TOKEN-two"
  assert_equal "$(ctr containers ls -q 'labels.a==1')" "$TOKEN-two"
  assert_equal "$(ctr -n other containers ls -q)" ""
}

@test "info: the record as JSON, with its times and its spec" {
  ctr run --label a=1 "$BUSYBOX" "$TOKEN" sh -c true
  ctr containers info "$TOKEN" >"$BATS_TEST_TMPDIR/info"
  field() { jq -r "$1" "$BATS_TEST_TMPDIR/info"; }
  assert_equal "$(field .ID)" "$TOKEN"
  assert_equal "$(field .Image)" "$BUSYBOX"
  assert_equal "$(field .Labels.a)" 1
  assert_equal "$(field .Runtime.Name)" io.containerd.runc.v2
  assert_equal "$(field .SnapshotKey)" "$TOKEN"
  assert_equal "$(field .Snapshotter)" overlayfs
  assert_match "$(field .CreatedAt)" '^20[0-9-]+T[0-9:.]+Z$'
  assert_equal "$(field '.Spec.process.args | join(" ")')" "sh -c true"
  assert_equal "$(ctr info --spec "$TOKEN" | jq -c .process.args)" '["sh","-c","true"]'
  assert_fails_cleanly ctr containers info nonesuch
  assert_match "$errors" 'container "nonesuch".*not found'
}

@test "remove: several, the missing one is told, the others are gone" {
  ctr run "$BUSYBOX" "$TOKEN-1" true
  ctr run "$BUSYBOX" "$TOKEN-2" true
  assert_fails_cleanly ctr containers rm "$TOKEN-1" nonesuch "$TOKEN-2"
  assert_match "$errors" 'nonesuch.*not found'
  assert_equal "$(ctr containers ls -q)" ""
  assert_equal "$(ctr snapshots ls | grep -c "$TOKEN")" 0
  check_state
}

@test "remove keeps the snapshot when asked, and then the id's snapshot is in the way" {
  ctr run "$BUSYBOX" "$TOKEN" true
  ctr delete --keep-snapshot "$TOKEN"
  assert_match "$(ctr snapshots ls)" "$TOKEN"
  assert_fails_cleanly ctr run "$BUSYBOX" "$TOKEN" true
  assert_match "$errors" 'already exists'
  assert_equal "$(ctr containers ls -q)" ""
}

@test "remove refuses a running container and removes one that has ended" {
  ctr run -d "$BUSYBOX" "$TOKEN" sleep 100
  assert_fails_cleanly ctr containers delete "$TOKEN"
  assert_match "$errors" 'cannot delete a non stopped container: RUNNING'
  assert_equal "$(ctr containers ls -q)" "$TOKEN"
  ctr kill -s KILL "$TOKEN"
  for _ in $(seq 100); do ctr tasks ls | grep -q STOPPED && break; sleep 0.05; done
  ctr containers rm "$TOKEN"
  assert_equal "$(ctr containers ls -q)$(ctr tasks ls -q)" ""
  await_census "$NOTHING_LEFT"
}

@test "create: a record and a snapshot, no task; an id that is taken is refused" {
  run_apart ctr containers create --label a=1 -t --memory 64m "$BUSYBOX" "$TOKEN" sh -c true
  assert_equal "$status:$output:$errors" "0::"
  assert_equal "$(ctr containers ls -q)" "$TOKEN"
  assert_equal "$(ctr tasks ls -q)" ""
  assert_match "$(ctr snapshots ls)" "$TOKEN"
  assert_equal "$(ctr info --spec "$TOKEN" | jq -c '[.process.terminal, .process.args, .linux.resources.memory]')" \
    '[true,["sh","-c","true"],{"limit":67108864}]'
  assert_fails_cleanly ctr create "$BUSYBOX" "$TOKEN" true
  assert_match "$errors" "container \"$TOKEN\": already exists"
  ctr containers rm "$TOKEN"
  assert_equal "$(ctr snapshots ls | grep -c "$TOKEN")" 0
  check_state
  await_census "$NOTHING_LEFT"
}

@test "label: set, removed, printed; one event a change and none without one" {
  ctr create --label a=1 --label b=2 "$BUSYBOX" "$TOKEN" true
  assert_equal "$(ctr containers label "$TOKEN")" "a=1,b=2"
  assert_equal "$(ctr containers label "$TOKEN" b= c=3 d)" "a=1,c=3,d=true"
  assert_equal "$(ctr c label "$TOKEN" c=3)" "a=1,c=3,d=true"
  assert_equal "$(ctr info "$TOKEN" | jq -c .Labels)" '{"a":"1","c":"3","d":"true"}'
  assert_equal "$(ctr events --since 1 --no-follow --format json topic==/containers/update | jq -c '[.event.id, .event.labels]')" \
    "[\"$TOKEN\",{\"a\":\"1\",\"c\":\"3\",\"d\":\"true\"}]"
  assert_fails_cleanly ctr containers label nonesuch a=1
  assert_match "$errors" 'container "nonesuch".*not found'
}

@test "labels of a file" {
  printf '%s\n' '# ours' 'tier=db' 'plain' >"$BATS_TEST_TMPDIR/labels"
  ctr create --label-file "$BATS_TEST_TMPDIR/labels" --label tier=web "$BUSYBOX" "$TOKEN" true
  assert_equal "$(ctr containers label "$TOKEN")" "plain=true,tier=web"
}

@test "update: image, labels, runtime and spec of the record" {
  ctr create "$BUSYBOX" "$TOKEN" true
  printf '#!/bin/sh\nexec runc "$@"\n' >"$BATS_TEST_TMPDIR/runtime"
  chmod 755 "$BATS_TEST_TMPDIR/runtime"
  ctr info --spec "$TOKEN" | jq '.hostname = "changed"' >"$BATS_TEST_TMPDIR/spec"
  ctr containers update --image other --label a=1 --runtime "$BATS_TEST_TMPDIR/runtime" --spec "$BATS_TEST_TMPDIR/spec" "$TOKEN"
  assert_equal "$(ctr info "$TOKEN" | jq -c '[.Image, .Labels.a, .Runtime, .Spec.hostname]')" \
    "[\"other\",\"1\",{\"Name\":\"io.containerd.runc.v2\",\"Options\":{\"BinaryName\":\"$BATS_TEST_TMPDIR/runtime\"}},\"changed\"]"
  ctr containers update --runtime io.containerd.runc.v2 "$TOKEN"
  assert_equal "$(ctr info "$TOKEN" | jq -c .Runtime.Options)" null
  ctr info "$TOKEN" >"$BATS_TEST_TMPDIR/before"
  echo '{}' >"$BATS_TEST_TMPDIR/empty"
  assert_fails_cleanly ctr containers update --spec "$BATS_TEST_TMPDIR/empty" "$TOKEN"
  assert_match "$errors" 'config.json has no ociVersion'
  assert_fails_cleanly ctr containers update --runtime nonesuch --label b=2 "$TOKEN"
  assert_fails_cleanly ctr containers update "$TOKEN"
  assert_match "$errors" 'nothing to update'
  assert_fails_cleanly ctr containers update --image x nonesuch
  assert_match "$errors" 'container "nonesuch".*not found'
  ctr info "$TOKEN" | diff "$BATS_TEST_TMPDIR/before" -
}

@test "remove --force ends what runs; what was to remove itself is no failure, an unknown id is" {
  ctr run -d "$BUSYBOX" "$TOKEN-1" sleep 100
  ctr run -d --rm "$BUSYBOX" "$TOKEN-2" sleep 100
  ctr create "$BUSYBOX" "$TOKEN-3" true
  ctr containers rm --force "$TOKEN-1" "$TOKEN-2" "$TOKEN-3"
  assert_equal "$(ctr containers ls -q)$(ctr tasks ls -q)" ""
  assert_equal "$(ctr snapshots ls | grep -c "$TOKEN")" 0
  assert_fails_cleanly ctr containers rm --force nonesuch
  assert_match "$errors" 'container "nonesuch".*not found'
  await_census "$NOTHING_LEFT"
  check_state
}
