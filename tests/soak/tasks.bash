#!/bin/bash
# Thousands of short containers and of execs that fail, with the release build; prints what became of them as a text for
# docs/reliability.md. `./dev soak tasks` builds first; tests/support/mill.py says what must be true.
# Usage: tasks.bash [RUNS [AT_ONCE [EXECS]]]   2000, 400 and 10000 by default; CTRBOX_BUILD: another build than build/release
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$repository/tests/support/registry.bash"
[ "$(id -u)" = 0 ] || exec sudo -E "${BASH_SOURCE[0]}" "$@"

built=$(realpath "${CTRBOX_BUILD:-$repository/build/release}")
place=$repository/build/soak-tasks
failed=0
# What must be looked at stays.
clean_up() {
  registry_stop "$place/registry"
  awk -v below="$place/" 'index($5, below) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  if [ "$failed" = 0 ]; then rm -rf "$place"; else echo "soak: see $place" >&2; fi
}
rm -rf "$place"
mkdir -p "$place"
trap clean_up EXIT
trap 'failed=1; exit 130' INT TERM

registry_start "$place/registry"
image=$REGISTRY/library/busybox:latest
python3 "$repository/tests/support/make_image.py" image "$place/layout" latest busybox
python3 "$repository/tests/support/make_image.py" push "$place/layout" latest "$image"

unset CONTAINERD_NAMESPACE FAILPOINT
export CTRBOX_ROOT=$place/root CTRBOX_STATE=$place/state
"$built/bin/dist" pull --quiet "$image" >/dev/null
"$built/bin/ctr" events retention --max-age 0 --max-count 0 >/dev/null
commit=$(git -C "$repository" rev-parse --short HEAD)
[ -z "$(git -C "$repository" status --porcelain)" ] || commit="$commit and changes"
echo "date: $(date -u +%F), commit: $commit, build: $(basename "$built"), kernel: $(uname -r), $(nproc) cores, load: $(cut -d' ' -f1-3 /proc/loadavg)"
python3 "$repository/tests/support/mill.py" --root "$CTRBOX_ROOT" --state "$CTRBOX_STATE" --bin "$built/bin" --image "$image" \
  --token "soak$$" --sequential "${1:-2000}" --at-once "${2:-400}" --failed-execs "${3:-10000}" --verbose || failed=1
echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
[ "$failed" = 0 ]
