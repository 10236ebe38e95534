# A criu that works on the kernels of today: Debian 12 has 3.17, which fails on them, so the one of a newer Debian is
# taken with all the libraries it needs (libc too) into build/criu and started by its own loader. Nothing is installed:
# apt runs on a configuration, lists and a package status of its own there, and checks signatures as ever.
#
#   source criu.bash; criu_prepare && PATH=$CRIU_BIN:$PATH
#
# criu_prepare fails when it cannot be had; criu_works tells whether the kernel lets it work.
# SPDX-License-Identifier: Apache-2.0

CRIU_HOME=${CRIU_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/criu}
CRIU_BIN=$CRIU_HOME/bin
# 4.2 or later is needed where Linux is 6.16 or later; a frozen mirror may have one of these only.
CRIU_SUITES=(sid trixie)

# The mirror this machine gets its packages from.
criu_mirror() {
  # shellcheck disable=SC2016 # apt's own variable
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1
}

# criu_apt DIRECTORY ARGUMENT...: an apt that knows nothing but DIRECTORY. What the machine says about its proxy and
# about a mirror frozen in time is kept.
criu_apt() {
  local home=$1 kept
  shift
  kept=$(apt-config dump Acquire | grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ' || true)
  {
    echo "$kept"
    printf '%s "%s";\n' Dir::State "$home/state" Dir::State::status "$home/status" Dir::Cache "$home/cache" \
      Dir::Log "$home" Dir::Etc "$home/etc" Dir::Etc::sourcelist "$home/etc/sources" Dir::Etc::main /dev/null \
      Dir::Etc::sourceparts /dev/null Dir::Etc::preferences /dev/null Dir::Etc::preferencesparts /dev/null \
      Dir::Etc::parts "$home/etc/none" Dir::Etc::trustedparts "$home/etc/none" \
      APT::Sandbox::User root APT::Install-Recommends false Acquire::Languages none Acquire::Retries 3
  } >"$home/apt.conf"
  APT_CONFIG=$home/apt.conf apt-get -qq "$@"
}

# criu_unpack SUITE DIRECTORY: DIRECTORY/root becomes a tree with criu and what it needs.
criu_unpack() {
  local suite=$1 to=$2 apt=$2/apt package
  mkdir -p "$apt"/{etc/none,state/lists/partial,cache/archives/partial} "$to/root"
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(criu_mirror) $suite main" >"$apt/etc/sources"
  criu_apt "$apt" update || return
  # With no package installed all that it depends on is downloaded as well.
  criu_apt "$apt" -y --download-only install criu || return
  for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$to/root" || return; done
  rm -rf "$apt"
}

# criu_wrap DIRECTORY HOME: DIRECTORY/bin/criu, for when the directory is called HOME.
criu_wrap() {
  local loader library
  loader=$(cd "$1/root" && find . -path '*/ld-linux-*.so.*' | head -n 1)
  library=$(cd "$1/root" && find . -name libc.so.6 -printf '%h\n' | head -n 1)
  [ -n "$loader" ] && [ -n "$library" ] || return
  mkdir -p "$1/bin"
  # Nothing of a container's network can be locked with a kernel that has no netfilter; in a network of its own, with
  # nobody at the other end, nothing needs to be.
  echo "network-lock skip" >"$1/criu.conf"
  cat >"$1/bin/criu" <<SCRIPT
#!/bin/sh
: "\${CRIU_CONFIG_FILE:=$2/criu.conf}"
export CRIU_CONFIG_FILE
exec "$2/root/$loader" --library-path "$2/root/$library" --argv0 "\$0" "$2/root/usr/sbin/criu" "\$@"
SCRIPT
  chmod 755 "$1/bin/criu"
}

# criu_prepare: instant when it has been done before. Several may ask at once.
criu_prepare() {
  [ ! -x "$CRIU_BIN/criu" ] || return 0
  mkdir -p "$(dirname "$CRIU_HOME")"
  (
    flock 9
    [ ! -x "$CRIU_BIN/criu" ] || exit 0
    for suite in "${CRIU_SUITES[@]}"; do
      rm -rf "$CRIU_HOME" "$CRIU_HOME.new"
      criu_unpack "$suite" "$CRIU_HOME.new" && criu_wrap "$CRIU_HOME.new" "$CRIU_HOME" &&
        mv "$CRIU_HOME.new" "$CRIU_HOME" && "$CRIU_BIN/criu" --version >&2 && exit 0
    done
    rm -rf "$CRIU_HOME" "$CRIU_HOME.new"
    echo "criu.bash: no criu could be had from $(criu_mirror)" >&2
    exit 1
  ) 9>"$CRIU_HOME.lock" || return
}

# criu_works: says why not.
criu_works() { "$CRIU_BIN/criu" check 2>&1; }
