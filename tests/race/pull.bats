# Many processes on one root.
# SPDX-License-Identifier: Apache-2.0
load ../functional/lib

setup_file() { file_registry; push_busybox; }

# at_once N COMMAND...: runs it N times at once ($n in the environment); fails and shows stderr if any fails.
at_once() {
  local count=$1 n pids=() failed=0 verdict
  shift
  for n in $(seq "$count"); do
    n=$n bash -c "$*" >"$BATS_TEST_TMPDIR/out.$n" 2>"$BATS_TEST_TMPDIR/err.$n" 3>&- </dev/null &
    pids+=($!)
  done
  for n in $(seq "$count"); do
    verdict=0
    wait "${pids[n - 1]}" || verdict=$?
    [ "$verdict" = 0 ] && continue
    failed=$((failed + 1))
    echo "number $n: status $verdict: $(head -5 "$BATS_TEST_TMPDIR/err.$n")"
  done
  if grep -i 'locked\|is busy\|SQLITE' "$BATS_TEST_TMPDIR"/err.*; then return 1; fi
  [ "$failed" = 0 ]
}

@test "20 pulls of one image at once download each blob once" {
  local digest
  : >"$REGISTRY_DIR/log"
  at_once 20 "dist pull --quiet $BUSYBOX"
  assert_equal "$(dist images ls -q)" "$BUSYBOX"
  check_state --clean --unpacked overlayfs
  for digest in $(image_digests library/busybox:latest layers); do
    assert_equal "$(registry_gets "$REGISTRY_DIR" "$digest")" 1
  done
}

@test "20 pulls of one image into 20 namespaces at once" {
  local digest
  : >"$REGISTRY_DIR/log"
  at_once 20 "CONTAINERD_NAMESPACE=space\${n}x dist pull --quiet $BUSYBOX"
  assert_equal "$(ctr namespaces ls -q | wc -l)" 20
  check_state --clean --unpacked overlayfs
  for digest in $(image_digests library/busybox:latest layers); do
    assert_equal "$(registry_gets "$REGISTRY_DIR" "$digest")" 1
  done
  # One directory a layer, whoever unpacked it.
  assert_equal "$(sqlite3 "$CTRBOX_ROOT/state.db" 'SELECT count(*) FROM directories')" 3
}

@test "64 namespaces made, labelled and removed at once" {
  at_once 64 "ctr namespaces create space\${n}x a=b && ctr namespaces label space\${n}x c=d && ctr namespaces rm space\${n}x"
  assert_equal "$(ctr namespaces ls -q)" ""
  check_state
}

@test "64 containers at once: all run, nothing is left" {
  local before
  dist pull --quiet "$BUSYBOX"
  before=$(census)
  at_once 64 "ctr run --rm $BUSYBOX $TOKEN-\$n true"
  assert_equal "$(ctr containers ls -q)" ""
  assert_equal "$(ctr tasks ls -q)" ""
  await_census "$before"
  check_state --clean --unpacked overlayfs
}

@test "pulls, labels, lists and removals of one image at once leave it whole or gone" {
  at_once 24 "case \$((n % 4)) in
    0) dist pull --quiet $BUSYBOX ;;
    1) dist images ls ;;
    2) dist images rm $BUSYBOX || true ;; # it may be gone already
    3) dist images label $BUSYBOX k=\$n || true ;;
  esac"
  assert_equal "$(cat "$BATS_TEST_TMPDIR"/err.* | grep '^dist:' | grep -v 'not found$')" ""
  check_state
  dist pull --quiet "$BUSYBOX"
  check_state --unpacked overlayfs
}
