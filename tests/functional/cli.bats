# The command line itself: names, spellings, help, errors, streams. Needs no registry and no root.
# SPDX-License-Identifier: Apache-2.0
load lib

teardown_file() { :; }

@test "the program's name chooses the personality, whatever the link is called through" {
  mkdir -p "$BATS_TEST_TMPDIR/some where"
  ln -s "$CTRBOX_BUILD/ctrbox" "$BATS_TEST_TMPDIR/some where/dist"
  run -0 "$BATS_TEST_TMPDIR/some where/dist" --version
  assert_match "$output" '^dist \(ctrbox\) [0-9.]+$'
  run -0 ctrbox ctr --version
  assert_match "$output" '^ctr \(ctrbox\) [0-9.]+$'
}

@test "ctrbox alone lists what it is" {
  run -0 ctrbox
  for name in ctr dist containerd install version; do assert_match "$output" "(^|[[:space:]])$name +"; done
}

@test "containerd is its own command, with the flags of a daemon" {
  run -0 containerd --help
  assert_match "$output" '^containerd: serve events .*Usage: containerd \[flags\].* --address SOCKET.*containerd config default'
  run -0 containerd --version
  assert_match "$output" '^containerd \(ctrbox\) [0-9.]+$'
  one_line "containerd: unknown flag --adress; did you mean --address? (see 'containerd --help')" containerd --adress x
  one_line "containerd: unexpected argument \"frob\" (see 'containerd --help')" containerd frob
  one_line 'containerd: configuration file "/nowhere": not found' containerd --config /nowhere
}

@test "install makes links, keeps what is not ours, and --force takes its place" {
  dir=$BATS_TEST_TMPDIR/bin
  mkdir "$dir"
  run -0 ctrbox install "$dir"
  run -0 "$dir/ctr" version
  run -0 ctrbox install "$dir" # again: they are ours
  rm "$dir/dist"
  echo mine >"$dir/dist"
  run_apart ctrbox install --relative "$dir"
  assert_equal "$status" 1
  assert_match "$errors" 'dist" is there and is not a link to .*--force replaces it'
  assert_equal "$(cat "$dir/dist")" mine
  assert_match "$(readlink "$dir/ctr")" '^/' # nothing was changed
  run -0 ctrbox install --relative --force "$dir"
  assert_match "$(readlink "$dir/dist")" '^\.\./'
  run -0 "$dir/dist" version
  assert_equal "$(find "$dir" | wc -l)" "$(($(ctrbox install "$dir" | wc -l) + 1))"
}

@test "both spellings of a command are one command" {
  ctr namespaces create foo b=2 a=1
  expected=$'NAME LABELS\nfoo  a=1,b=2'
  for spelling in "namespaces ls" "namespaces list" "ns ls" "namespace list"; do
    # shellcheck disable=SC2086 # words
    run -0 ctr $spelling
    assert_equal "$output" "$expected"
  done
}

@test "help at every level exits 0 and goes to stdout" {
  for words in "" "--help" "-h" "help" "images" "i --help" "images help" "help images ls" "images help ls" "images ls --help" \
    "images ls -h" "namespaces create foo --help"; do
    # shellcheck disable=SC2086 # words
    run_apart ctr $words
    assert_equal "$status" 0
    assert_match "$output" 'Usage: ctr'
    assert_equal "$errors" ""
  done
}

@test "every command of the help has a help of its own" {
  for program in ctr dist; do
    "$program" --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p' >"$BATS_TEST_TMPDIR/commands"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -ge 8 ]
    while read -r command; do
      # shellcheck disable=SC2086 # words
      run -0 "$program" $command --help
      assert_match "$output" "^Usage: $program $command"
    done <"$BATS_TEST_TMPDIR/commands"
  done
}

# one_line EXPECTED COMMAND...: exit 1, nothing on stdout, exactly this on stderr.
one_line() {
  run_apart "${@:2}"
  assert_equal "$status" 1
  assert_equal "$output" ""
  assert_equal "$errors" "$1"
}

@test "a wrong command line is one clear line" {
  one_line "ctr: unknown command \"imgaes\"; did you mean \"images\"? (see 'ctr --help')" ctr imgaes ls
  one_line "ctr: unknown command \"images lss\"; did you mean \"images ls\"? (see 'ctr images --help')" ctr images lss
  one_line "ctr: unknown command \"frobnicate\" (see 'ctr --help')" ctr frobnicate
  one_line "ctr: unknown flag --quite; did you mean --quiet? (see 'ctr images ls --help')" ctr images ls --quite
  one_line "ctr: unknown flag --nampespace; did you mean --namespace? (see 'ctr --help')" ctr --nampespace x images ls
  one_line "ctr: flag --namespace goes before the command (see 'ctr images ls --help')" ctr images ls --namespace x
  one_line "ctr: missing argument NAME (see 'ctr namespaces create --help')" ctr namespaces create
  one_line "ctr: unexpected argument \"x\" (see 'ctr tasks ls --help')" ctr tasks ls x
  one_line "ctr: flag --snapshotter needs a value (NAME) (see 'ctr snapshots ls --help')" ctr snapshots ls --snapshotter
  one_line 'ctr: duration "5" is not like 5s, 100ms or 1h30m: invalid argument' ctr --timeout 5 images ls
  [ ! -e "$CTRBOX_ROOT" ]
}

@test "errors name their class as containerd does" {
  ctr namespaces create foo
  one_line 'ctr: namespace "foo": already exists' ctr namespaces create foo
  one_line 'ctr: unable to delete nope: namespace "nope": not found' ctr namespaces rm nope
  run_apart ctr namespaces create foo_foo
  assert_equal "$status" 1
  assert_match "$errors" '^ctr: namespace "foo_foo" must match .*: invalid argument$'
}

@test "names from outside cannot speak to the terminal" {
  run_apart ctr images rm $'\e[31mred\n'
  assert_equal "$status" 1
  assert_equal "$(grep -c . <<<"$errors")" 1
  assert_equal "$(tr -d '[:print:]' <<<"$errors" | tr -d '\n')" ""
}

@test "several names: a failure does not stop the others" {
  ctr namespaces create one
  ctr namespaces create two
  run_apart ctr namespaces rm one nope two
  assert_equal "$status" 1
  assert_equal "$output" $'one\ntwo'
  assert_equal "$errors" 'ctr: unable to delete nope: namespace "nope": not found'
}

@test "reading makes no namespace, and lists of nothing are a header" {
  run -0 ctr -n foo images ls
  assert_equal "$output" "REF TYPE DIGEST SIZE PLATFORMS LABELS"
  run -0 ctr -n foo content ls
  assert_equal "$output" "DIGEST SIZE AGE LABELS"
  run -0 ctr -n foo snapshots ls
  assert_equal "$output" "KEY PARENT KIND"
  run -0 ctr -n foo snapshots --snapshotter native ls
  assert_equal "$output" "KEY PARENT KIND"
  run -0 ctr namespaces ls -q
  assert_equal "$output" ""
}

@test "a full disk under stdout is an error" {
  run -1 bash -c 'ctr namespaces ls 2>&1 >/dev/full'
  assert_equal "$output" "ctr: writing to stdout: no space left on device"
}

@test "a reader that goes away is not worth a line" {
  for name in $(seq 1 9); do ctr namespaces create "name$name"; done
  mkfifo "$BATS_TEST_TMPDIR/gone"
  # shellcheck disable=SC2016 # the inner shell expands it
  run -0 bash -c '{ read -r <"$BATS_TEST_TMPDIR/gone"; ctr namespaces ls; echo "status $?" >&3; } \
    2>"$BATS_TEST_TMPDIR/errors" 3>"$BATS_TEST_TMPDIR/status" | { exec <&-; echo >"$BATS_TEST_TMPDIR/gone"; }'
  assert_equal "$(cat "$BATS_TEST_TMPDIR/errors")" ""
  assert_equal "$(cat "$BATS_TEST_TMPDIR/status")" "status 1"
}

@test "manuals are what the program says of itself" {
  for program in ctr dist ctrbox containerd; do
    diff -u "$REPOSITORY/man/$program.1" <("$program" __man) || {
      echo "make it again with: $CTRBOX_BUILD/bin/$program __man >man/$program.1"
      return 1
    }
  done
}

# offered WORD...: what bash completion offers for the last word.
offered() {
  bash -c 'source "$REPOSITORY/completions/ctrbox.bash"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ctrbox "$1"; echo "${COMPREPLY[*]}"' bash "$@"
}

@test "completion offers commands and flags, also behind ctrbox" {
  assert_equal "$(offered ctr namespaces "")" "create label ls rm"
  assert_equal "$(offered ctr ns l)" "label ls"
  assert_equal "$(offered ctr -n foo images ls --q)" "--quiet"
  assert_equal "$(offered dist --pl)" ""
  assert_equal "$(offered ctrbox dist pul)" "pull"
  assert_equal "$(offered ctrbox di)" "dist"
  assert_equal "$(offered containerd --ad)" "--address"
  assert_equal "$(offered ctrbox containerd con)" "config"
  assert_equal "$(offered ctr namespaces rm "")" ""
}
