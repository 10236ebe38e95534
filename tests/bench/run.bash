#!/bin/bash
# Measures the release build beside Debian's containerd on a loop-mounted ext4 with a journal. `./dev bench [ROW...]`.
# Usage: run.bash [ROW...]   rows: layers files run events shim (all by default); SAMPLES=5, RUN_SAMPLES=20, of events ROUNDS=5
# and of shim CONTAINERS=50 are the numbers of samples. BIN is the folder of the programs.
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
[ ${#rows[@]} -gt 0 ] || rows=(layers files run events shim)
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
pulls=()
events=
shim=
bin=${BIN:-$repository/build/release/bin}
for row in "${rows[@]}"; do
  case $row in
    layers | files) names+=("$row") pulls+=("$row") ;;
    run) names+=(busybox) pulls+=("$row") ;;
    events) events=yes ;;
    shim) names+=(busybox) shim=yes ;;
    *) echo "bench: no row $row (layers files run events shim)" >&2; exit 2 ;;
  esac
done
if [ ${#names[@]} -gt 0 ]; then
  python3 "$repository/tests/bench/images.py" "$images" "${names[@]}"
  registry_start "$images/registry"
  for name in "${names[@]}"; do
    python3 "$repository/tests/support/make_image.py" push "$images/$name" latest "$REGISTRY/bench/$name:latest"
  done
fi

fallocate -l "${DISK_SIZE:-16G}" "$place/disk.img"
mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$place/disk.img"
loop=$(losetup --direct-io=on --find --show "$place/disk.img")
mount "$loop" "$place/disk"

if [ ${#pulls[@]} -gt 0 ]; then
  python3 "$repository/tests/bench/measure.py" --registry "$REGISTRY" --work "$place/disk" \
    --bin "$bin" --layouts "$images" --samples "${SAMPLES:-5}" \
    --run-samples "${RUN_SAMPLES:-20}" "${pulls[@]}"
fi
if [ -n "$events" ]; then
  python3 "$repository/tests/bench/events.py" --work "$place/disk" --bin "$bin" \
    --load "$repository/build/release/tests/events_load" --rounds "${ROUNDS:-5}"
fi
if [ -n "$shim" ]; then
  python3 "$repository/tests/bench/shim.py" --registry "$REGISTRY" --work "$place/disk" --bin "$bin" --layouts "$images" \
    --containers "${CONTAINERS:-50}"
fi
