#!/bin/bash
# Kills hundreds of processes of the release build at random moments and says what became of the state and its events, as a
# text for docs/reliability.md. `./dev soak [KILLS]` builds first; tests/support/storm.py says what must be true.
# Usage: run.bash [KILLS]   500 by default; SOAK_SEED repeats the decisions of another run
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$repository/tests/support/registry.bash"
[ "$(id -u)" = 0 ] || exec sudo -E "${BASH_SOURCE[0]}" "$@"

kills=${1:-500}
place=$repository/build/soak
tool=$repository/tests/support/make_image.py
failed=0
# What must be looked at stays: the state, what each command said, what the readers printed.
clean_up() {
  registry_stop "$place/registry"
  awk -v below="$place/" 'index($5, below) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  if [ "$failed" = 0 ]; then rm -rf "$place"; else echo "soak: see $place" >&2; fi
}
rm -rf "$place"
mkdir -p "$place/one/etc" "$place/two/srv"
trap clean_up EXIT
trap 'failed=1; exit 130' INT TERM

# Two images that share layers.
registry_start "$place/registry"
echo "hello" >"$place/one/etc/motd"
head -c 4000000 /dev/urandom >"$place/two/srv/data"
python3 "$tool" image "$place/layout" first busybox "$place/one" "$place/two"
python3 "$tool" image "$place/layout" second busybox "$place/two"
python3 "$tool" push "$place/layout" first "$REGISTRY/library/first:latest"
python3 "$tool" push "$place/layout" second "$REGISTRY/library/second:latest"

unset CONTAINERD_NAMESPACE CTRBOX_ROOT CTRBOX_STATE
commit=$(git -C "$repository" rev-parse --short HEAD)
[ -z "$(git -C "$repository" status --porcelain)" ] || commit="$commit and changes"
echo "date: $(date -u +%F), commit: $commit, kernel: $(uname -r), $(nproc) cores"
python3 "$repository/tests/support/storm.py" --root "$place/root" --state "$place/state" --work "$place/storm" \
  --bin "$repository/build/release/bin" --image "$REGISTRY/library/first:latest" --image "$REGISTRY/library/second:latest" \
  --token soak --kills "$kills" ${SOAK_SEED:+--seed "$SOAK_SEED"} || failed=1
echo "events of each topic:"
python3 "$repository/tests/support/truth.py" "$place/root" --stats || failed=1
[ "$failed" = 0 ]
