# Layers that try to write outside of the root, or to trick what reads them later: contained or refused, never obeyed.
# SPDX-License-Identifier: Apache-2.0
load lib
load liar

setup_file() {
  file_registry
  export CANARIES=$BATS_FILE_TMPDIR/canaries
  python3 "$SUPPORT/evil_layers.py" push "$BATS_FILE_TMPDIR/evil" "$CANARIES" "$REGISTRY/evil"
}
teardown() { liars_stop; lib_teardown; }

look_at() { find "$1" -printf '%p %y %m %U %n %T@ %s\n'; }

# contained CASE SNAPSHOTTER: pulls the evil image. The canary stays as it was, whether the pull succeeds or fails; when it
# fails, with one line and without a trace.
contained() {
  local name=$1 snapshotter=$2 canary=$CANARIES/$1 before
  rm -rf "$canary"
  mkdir -p "$canary"
  echo "untouched" >"$canary/victim"
  chmod 600 "$canary/victim"
  before=$(look_at "$canary")
  visible_state >"$BATS_TEST_TMPDIR/before"
  run_apart timeout 60 dist pull --quiet --snapshotter "$snapshotter" "$REGISTRY/evil/$name:latest"
  echo "$name on $snapshotter: status $status; $errors"
  assert_equal "$(look_at "$canary")" "$before"
  assert_equal "$(cat "$canary/victim")" "untouched"
  if [ "$status" != 0 ]; then
    [ "$status" -lt 126 ]
    assert_equal "$(grep -c . <<<"$errors")" 1
    visible_state | diff "$BATS_TEST_TMPDIR/before" -
  fi
}

all_contained() {
  local name
  ctr namespaces ls >/dev/null
  while read -r name; do contained "$name" "$1"; done < <(python3 "$SUPPORT/evil_layers.py" list)
  check_state
  [ "$(dist images ls -q | wc -l)" -ge 8 ] # what can be kept inside is
  # No forged overlay metadata: nothing that a layer asked for by name is on what will be a lower directory.
  assert_equal "$(getfattr -R -h -d -m 'trusted.overlay.(redirect|metacopy)' "$CTRBOX_ROOT/snapshots" 2>/dev/null)" ""
}

@test "no layer writes outside of its root (overlayfs)" { all_contained overlayfs; }
@test "no layer writes outside of its root (native)" { all_contained native; }

@test "owners beyond 32 bits are refused" {
  local name
  for name in owner-beyond-32-bits owner-unchanged; do
    assert_fails_cleanly dist pull --quiet "$REGISTRY/evil/$name:latest"
    assert_match "$errors" '(owner|uid|id|range)'
  done
}

@test "a layer that is not a tar is refused" {
  head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/noise"
  push_image noise --compression none "$BATS_TEST_TMPDIR/noise"
  ctr namespaces ls >/dev/null
  local before
  before=$(visible_state)
  assert_fails_cleanly dist pull --quiet "$REGISTRY/noise:latest"
  assert_equal "$(visible_state)" "$before"
}

@test "a layer that ends in the middle of a file is refused" {
  python3 "$SUPPORT/make_image.py" image "$BATS_TEST_TMPDIR/layout" latest busybox
  python3 - "$SUPPORT" "$BATS_TEST_TMPDIR/cut.tar" <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
from make_image import busybox_tar
open(sys.argv[2], "wb").write(busybox_tar()[:700000])
PY
  push_image cut "$BATS_TEST_TMPDIR/cut.tar"
  assert_fails_cleanly dist pull --quiet "$REGISTRY/cut:latest"
  assert_equal "$(dist images ls -q)" ""
}

@test "terminal escapes in an image are made harmless" {
  push_image escapes --config '{"Labels": {"nice": "\u001b[31mred\u001b[0m\u0007"}}' busybox
  dist pull --quiet "$REGISTRY/escapes:latest"
  dist images label "$REGISTRY/escapes:latest" "key=$(printf 'a\033[2Jb')" || true
  run_apart dist images ls
  [[ $output$errors != *$'\033'* ]]
}
