# Images, content and snapshots of a pulled image, as the commands show them.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() { file_registry; push_busybox; }

@test "images label sets, removes and prints" {
  require_root
  dist pull -q "$BUSYBOX"
  run -0 dist images label "$BUSYBOX" b=2 a=1
  assert_equal "$output" "a=1,b=2"
  run -0 ctr images label "$BUSYBOX" a= c
  assert_equal "$output" "b=2,c=true"
  run -0 dist images label "$BUSYBOX"
  assert_equal "$output" "b=2,c=true"
  run -0 ctr images ls -q 'labels.b==2'
  assert_equal "$output" "$BUSYBOX"
  run -0 ctr images ls -q 'labels.b==3'
  assert_equal "$output" ""
}

@test "a reference without its tag names the image too" {
  require_root
  dist pull -q "$BUSYBOX"
  run -0 dist images rm "${BUSYBOX%:latest}"
  run -0 dist images ls -q
  assert_equal "$output" ""
}

@test "content get writes the very bytes, also by the beginning of a digest" {
  require_root
  dist pull -q "$BUSYBOX"
  [ "$(dist content ls -q | wc -l)" = 5 ]
  for digest in $(dist content ls -q); do
    assert_equal "sha256:$(dist content get "$digest" | sha256sum | cut -d' ' -f1)" "$digest"
    short=${digest#sha256:}
    assert_equal "sha256:$(dist content get "${short:0:16}" | sha256sum | cut -d' ' -f1)" "$digest"
  done
}

@test "content get of damaged bytes fails" {
  require_root
  dist pull -q "$BUSYBOX"
  digest=$(dist content ls -q | head -1)
  blob=$CTRBOX_ROOT/content/blobs/sha256/${digest#sha256:}
  size=$(stat -c %s "$blob")
  chmod u+w "$blob"
  printf x | dd of="$blob" bs=1 seek=$((size / 2)) conv=notrunc status=none
  run_apart dist content get "$digest"
  assert_equal "$status" 1
  assert_match "$errors" "damaged on disk"
}

@test "snapshots are a chain of committed layers" {
  require_root
  dist pull -q "$BUSYBOX"
  run -0 ctr snapshots ls
  assert_equal "$(grep -c Committed <<<"$output")" 3
  assert_equal "$(awk 'NR > 1 && NF == 2' <<<"$output" | wc -l)" 1 # one without a parent
}

@test "fetch brings the image without unpacking it" {
  run_apart dist fetch "$BUSYBOX"
  assert_equal "$status" 0
  assert_equal "$output" ""
  assert_match "$errors" 'elapsed: '
  [[ $errors != *"chain id"* ]]
  run -0 ctr snapshots ls
  assert_equal "$output" "KEY PARENT KIND"
  run -0 dist images ls -q
  assert_equal "$output" "$BUSYBOX"
}

@test "quiet pulls are silent, and logs get no escape codes" {
  require_root
  run_apart dist pull --quiet "$BUSYBOX"
  assert_equal "$output$errors" ""
  run_apart dist pull "$BUSYBOX"
  assert_equal "$output" ""
  [[ $errors != *$'\e'* ]]
}

@test "a dumb terminal gets lines, one without colour gets bars without it" {
  require_root
  run -0 script -qec "TERM=dumb dist pull $BUSYBOX" /dev/null
  [[ $output != *$'\e'* ]]
  assert_match "$output" 'elapsed: '
  run -0 script -qec "NO_COLOR=1 TERM=xterm dist pull $BUSYBOX" /dev/null
  assert_match "$output" '\|\++\|'
  [[ $output != *$'\e[32m'* ]]
}

@test "a password that is not given is asked for and not shown" {
  run -0 expect -c "
    set timeout 20
    spawn dist fetch --user me $BUSYBOX
    expect \"Password: \"
    send \"secret\r\"
    expect eof
    exit [lindex [wait] 3]"
  [[ $output != *secret* ]]
  assert_match "$output" 'resolved'
}
