# The events are the truth about the state, whatever was killed in the meantime: clients, shims, the daemon, readers.
# SPDX-License-Identifier: Apache-2.0
load ../functional/lib

setup_file() {
  file_registry
  push_busybox
  push_image library/other:latest busybox "$BATS_FILE_TMPDIR/trees/two"
}

setup() {
  require_root
  lib_setup
}

@test "after fifty kills at random moments the events are the state, and each reader has seen them all" {
  local seed=${CRASH_SEED:-$RANDOM}
  echo "seed $seed (CRASH_SEED=$seed repeats it)"
  python3 "$SUPPORT/storm.py" --root "$CTRBOX_ROOT" --state "$CTRBOX_STATE" --bin "$CTRBOX_BUILD/bin" --token "$TOKEN" \
    --image "$BUSYBOX" --image "$REGISTRY/library/other:latest" --work "$BATS_TEST_TMPDIR/storm" --kills 50 --seed "$seed" 3>&-
  assert_equal "$(mounts_here)$(processes_here)$(cgroups_here)" ""
}
