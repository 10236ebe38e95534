#!/bin/bash
# The main job, shown: namespaces, a pull, the same image in a second namespace for nothing, a container. Everything is in
# build/demo and gone at the end. Without REF the image comes from a docker-registry started here.
# Usage: demo.bash [REF]   (`./dev demo` builds first)
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$repository/tests/support/registry.bash"

if [ "$(id -u)" != 0 ]; then
  echo "demo: mounting layers and running containers needs root; going on with sudo" >&2
  exec sudo "${BASH_SOURCE[0]}" "$@"
fi

place=$repository/build/demo
rm -rf "$place"
mkdir -p "$place"
clean_up() {
  registry_stop "$place/registry"
  # Nothing should be mounted here any more; if a command failed half way, what it left must not stop the removal.
  awk -v below="$place/" 'index($5, below) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  rm -rf "$place"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

export CTRBOX_ROOT=$place/root CTRBOX_STATE=$place/state
export PATH=$repository/build/release/bin:$PATH
unset CONTAINERD_NAMESPACE

# An image of three layers: busybox and two trees upon it.
serve_an_image() {
  registry_start "$place/registry"
  mkdir -p "$place/one/etc" "$place/two/srv"
  echo "Hello from $(uname -s) $(uname -m)." >"$place/one/etc/motd"
  head -c 4000000 /dev/urandom >"$place/two/srv/data"
  local tool=$repository/tests/support/make_image.py
  python3 "$tool" image "$place/layout" latest busybox "$place/one" "$place/two"
  python3 "$tool" push "$place/layout" latest "$REGISTRY/library/demo:latest"
  ref=$REGISTRY/library/demo:latest
}

# show COMMAND LINE: as a person would type it.
show() {
  printf '\n\033[1m$ %s\033[0m\n' "$1"
  bash -c "$1"
}

if [ $# -gt 0 ]; then ref=$1; else serve_an_image; fi
[ -t 1 ] || show() {
  printf '\n$ %s\n' "$1"
  bash -c "$1"
}

show "ctr namespaces create foo mylabel=bar"
show "ctr namespaces ls"
show "dist pull $ref"
show "dist images ls"
show "CONTAINERD_NAMESPACE=foo dist images ls"
show "CONTAINERD_NAMESPACE=foo dist pull $ref"
show "CONTAINERD_NAMESPACE=foo dist images ls"
show "dist images ls"
show "CONTAINERD_NAMESPACE=foo dist images rm $ref"
show "CONTAINERD_NAMESPACE=foo dist images ls"
show "dist images ls"
show "ctr namespaces rm foo"
show "ctr namespaces rm default" && { echo "demo: a namespace with images was removed" >&2; exit 1; }
show "ctr run --rm $ref hello sh -c 'echo \"process \$\$ of \$(hostname)\"; cat /etc/motd 2>/dev/null; id; exit 0'"
show "ctr containers ls"
show "ctr tasks ls"
show "ctr events --no-follow 'topic~=^/tasks/' 'topic~=^/namespaces/'"
