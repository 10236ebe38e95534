#!/bin/bash
# Measures the release build beside Debian's containerd on a loop-mounted ext4 with a journal. `./dev bench [ROW...]`.
# Usage: run.bash [ROW...]   rows: layers files run (all by default); SAMPLES=5 and RUN_SAMPLES=20 are the numbers of samples.
#
# Why a disk of its own: on an ext4 without a journal the kernel avoids inodes that were deleted a moment ago, and a benchmark
# that removes a tree between samples then measures the search for others.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$repository/tests/support/registry.bash"
[ "$(id -u)" = 0 ] || exec sudo -E "${BASH_SOURCE[0]}" "$@"

place=$repository/build/bench
images=$repository/build/bench-images
rows=("$@")
[ ${#rows[@]} -gt 0 ] || rows=(layers files run)
mkdir -p "$place/disk"

loop=
clean_up() {
  registry_stop "$images/registry"
  if mountpoint -q "$place/disk"; then umount "$place/disk" || umount -l "$place/disk"; fi
  [ -z "$loop" ] || losetup -d "$loop" || true
  rm -rf "$place"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

names=()
for row in "${rows[@]}"; do
  case $row in
    layers | files) names+=("$row") ;;
    run) names+=(busybox) ;;
    *) echo "bench: no row $row (layers files run)" >&2; exit 2 ;;
  esac
done
python3 "$repository/tests/bench/images.py" "$images" "${names[@]}"
registry_start "$images/registry"
for name in "${names[@]}"; do
  python3 "$repository/tests/support/make_image.py" push "$images/$name" latest "$REGISTRY/bench/$name:latest"
done

fallocate -l "${DISK_SIZE:-16G}" "$place/disk.img"
mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$place/disk.img"
loop=$(losetup --direct-io=on --find --show "$place/disk.img")
mount "$loop" "$place/disk"

python3 "$repository/tests/bench/measure.py" --registry "$REGISTRY" --work "$place/disk" \
  --bin "$repository/build/release/bin" --layouts "$images" --samples "${SAMPLES:-5}" --run-samples "${RUN_SAMPLES:-20}" "${rows[@]}"
