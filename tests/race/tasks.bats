# Many short tasks, in a row and at once, and many execs that fail. `./dev soak tasks` does the same for longer.
# SPDX-License-Identifier: Apache-2.0
load ../functional/lib

setup_file() { file_pulled; }

setup() { setup_pulled; }

mill() {
  python3 "$SUPPORT/mill.py" --root "$CTRBOX_ROOT" --state "$CTRBOX_STATE" --bin "$CTRBOX_BUILD/bin" --image "$BUSYBOX" \
    --token "$TOKEN" "$@" 3>&-
  check_state --clean --unpacked overlayfs
}

@test "40 runs in a row and 64 at once: each its exit status, each its four events, nothing left" {
  mill --sequential 40 --at-once 64
}

@test "200 failed execs leave nothing in the shim, and a good one works afterwards" { mill --failed-execs 200; }
