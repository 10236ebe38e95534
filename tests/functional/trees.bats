# What is unpacked equals, entry by entry, what umoci makes of the same image: overlay as a container would see it, and native.
# SPDX-License-Identifier: Apache-2.0
load lib

setup_file() {
  file_registry
  export AWKWARD=$BATS_FILE_TMPDIR/awkward
  python3 "$SUPPORT/awkward_images.py" layout "$AWKWARD"
}

# see SNAPSHOTTER TAG: $tree is a directory that shows the unpacked image.
see() {
  local directories
  mapfile -t directories < <(python3 "$SUPPORT/layer_directories.py" "$CTRBOX_ROOT" "$1" "$AWKWARD" "$2")
  tree=${directories[0]}
  [ ${#directories[@]} -gt 1 ] || return 0
  tree=$BATS_TEST_TMPDIR/tree
  mkdir -p "$tree"
  (IFS=: && mount -t overlay overlay -o "ro,lowerdir=${directories[*]}" "$tree")
}

# equals_umoci SNAPSHOTTER TAG
equals_umoci() {
  local snapshotter=$1 tag=$2 ignored=() path tree
  require_root
  python3 "$SUPPORT/make_image.py" push "$AWKWARD" "$tag" "$REGISTRY/awkward/$tag:latest"
  dist pull --quiet --snapshotter "$snapshotter" "$REGISTRY/awkward/$tag:latest"
  umoci unpack --image "$AWKWARD:$tag" "$BATS_TEST_TMPDIR/umoci"
  while read -r path; do ignored+=(--ignore-mtime "$path"); done < <(python3 "$SUPPORT/awkward_images.py" ignored "$tag")
  see "$snapshotter" "$tag"
  python3 "$SUPPORT/compare_trees.py" "${ignored[@]}" "$tree" "$BATS_TEST_TMPDIR/umoci/rootfs"
  check_state --clean --unpacked "$snapshotter"
}

@test "metadata on overlayfs" { equals_umoci overlayfs metadata; }
@test "xattrs on overlayfs" { equals_umoci overlayfs xattrs; }
@test "hard-links on overlayfs" { equals_umoci overlayfs hard-links; }
@test "whiteouts on overlayfs" { equals_umoci overlayfs whiteouts; }
@test "opaque on overlayfs" { equals_umoci overlayfs opaque; }
@test "opaque-root on overlayfs" { equals_umoci overlayfs opaque-root; }
@test "replaced on overlayfs" { equals_umoci overlayfs replaced; }
@test "usr-merge on overlayfs" { equals_umoci overlayfs usr-merge; }
@test "implied-parents on overlayfs" { equals_umoci overlayfs implied-parents; }
@test "names on overlayfs" { equals_umoci overlayfs names; }
@test "duplicates on overlayfs" { equals_umoci overlayfs duplicates; }
@test "links-as-parents on overlayfs" { equals_umoci overlayfs links-as-parents; }
@test "root-entry on overlayfs" { equals_umoci overlayfs root-entry; }
@test "metadata on native" { equals_umoci native metadata; }
@test "xattrs on native" { equals_umoci native xattrs; }
@test "hard-links on native" { equals_umoci native hard-links; }
@test "whiteouts on native" { equals_umoci native whiteouts; }
@test "opaque on native" { equals_umoci native opaque; }
@test "opaque-root on native" { equals_umoci native opaque-root; }
@test "replaced on native" { equals_umoci native replaced; }
@test "usr-merge on native" { equals_umoci native usr-merge; }
@test "implied-parents on native" { equals_umoci native implied-parents; }
@test "names on native" { equals_umoci native names; }
@test "duplicates on native" { equals_umoci native duplicates; }
@test "links-as-parents on native" { equals_umoci native links-as-parents; }
@test "root-entry on native" { equals_umoci native root-entry; }

@test "every awkward image is tested on both snapshotters" {
  local name
  for name in $(python3 "$SUPPORT/awkward_images.py" list); do
    grep -q "equals_umoci overlayfs $name;" "$BATS_TEST_FILENAME"
    grep -q "equals_umoci native $name;" "$BATS_TEST_FILENAME"
  done
}

@test "gzip, zstd, plain and Docker layers give one tree" {
  local form
  for form in "gzip oci" "zstd oci" "none oci" "gzip docker"; do
    # shellcheck disable=SC2086 # two words
    set -- $form
    push_image "form/$1-$2" --compression "$1" --format "$2" busybox
    dist pull --quiet "$REGISTRY/form/$1-$2:latest"
  done
  # One diff id, so one directory.
  assert_equal "$(sqlite3 "$CTRBOX_ROOT/state.db" 'SELECT count(*) FROM directories')" 1
  check_state --clean --unpacked overlayfs
}
