# A pull that is killed: nothing half there is visible, the next pull succeeds, and what was left is swept.
# SPDX-License-Identifier: Apache-2.0
load ../functional/lib
load ../functional/liar

setup_file() {
  local tree=$BATS_FILE_TMPDIR/crash-tree i
  export LIAR_LAYOUT=$BATS_FILE_TMPDIR/liar-layout
  mkdir -p "$tree/one/many" "$tree/two/srv"
  for i in $(seq 400); do echo "file $i" >"$tree/one/many/$i"; done
  head -c 700000 /dev/urandom >"$tree/one/data"
  head -c 900000 /dev/urandom >"$tree/two/srv/data"
  python3 "$SUPPORT/make_image.py" image "$LIAR_LAYOUT" latest busybox "$tree/one" "$tree/two"
}
teardown_file() { :; }
teardown() { liars_stop; lib_teardown; }

# whole: the next pull succeeds and leaves a whole image and no garbage.
next_pull_is_whole() {
  dist pull --quiet "$LIAR_REF" >/dev/null
  assert_equal "$(dist images ls -q)" "$LIAR_REF"
  check_state --clean --unpacked overlayfs
}

@test "kill -9 at ten random moments of a pull" {
  local seed=${CRASH_SEED:-$RANDOM} round moment pid died=0
  echo "seed $seed (CRASH_SEED=$seed repeats it)"
  RANDOM=$seed
  liar rate=1000000
  for round in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$CTRBOX_ROOT" "$CTRBOX_STATE"
    moment=$((RANDOM % 1400 + 20))
    echo "round $round: after $moment ms"
    dist pull --quiet "$LIAR_REF" >/dev/null 2>&1 3>&- &
    pid=$!
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    kill -9 "$pid" 2>/dev/null && died=$((died + 1))
    wait "$pid" || true
    check_state --unpacked overlayfs
    assert_equal "$(mounts_here)" ""
    next_pull_is_whole
  done
  echo "killed in the middle: $died of 10"
  [ "$died" -ge 5 ]
}

@test "kill -9 again and again in one root: the pull still arrives" {
  local seed=${CRASH_SEED:-$RANDOM} round pid
  echo "seed $seed"
  RANDOM=$seed
  liar rate=1500000
  for round in 1 2 3 4 5 6; do
    dist pull --quiet "$LIAR_REF" >/dev/null 2>&1 3>&- &
    pid=$!
    sleep "0.$((RANDOM % 8 + 1))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" || true
    check_state --unpacked overlayfs
  done
  echo "after $round rounds"
  next_pull_is_whole
}

# The names are read from the sources, so that none is forgotten.
failpoints() { grep -rhoE 'failpoint\("[a-z_.]+"' "$REPOSITORY"/core "$REPOSITORY"/registry --include='*.cpp' | sed 's/.*"\(.*\)"/\1/' | sort -u; }

@test "death at each failpoint of a pull" {
  local name hit=0
  liar
  for name in $(failpoints); do
    rm -rf "$CTRBOX_ROOT" "$CTRBOX_STATE"
    run_apart env "FAILPOINT=$name=kill" "$CTRBOX_BUILD/bin/dist" pull --quiet "$LIAR_REF"
    echo "$name: status $status"
    [ "$status" = 0 ] && continue # not on the way of a pull
    assert_equal "$status" 137
    hit=$((hit + 1))
    check_state --unpacked overlayfs
    next_pull_is_whole
  done
  [ "$hit" -ge 3 ]
}

@test "a second namespace's pull that is killed leaves the first whole" {
  local name
  liar
  dist pull --quiet "$LIAR_REF"
  for name in $(failpoints); do
    CONTAINERD_NAMESPACE=other FAILPOINT=$name=kill run_apart dist pull --quiet "$LIAR_REF"
    check_state --unpacked overlayfs
  done
  CONTAINERD_NAMESPACE=other dist pull --quiet "$LIAR_REF"
  check_state --clean --unpacked overlayfs
}
