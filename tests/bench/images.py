#!/usr/bin/env python3
"""images.py FOLDER NAME...: the images that are measured, made of Debian packages, as OCI layouts FOLDER/NAME (tag latest).

  layers   nine layers as a language image on a distribution has them (380 MB compressed, 1.1 GB unpacked, 33,000 entries)
  files    one layer of 98,000 small files (source packages and icons)
  busybox  one small layer

A layout that is there is kept. Needs root, debootstrap and a Debian mirror (the machine's own); takes some minutes and, under
FOLDER, some GB. Contents follow what the mirror serves, so sizes move a little; all peers get the same bytes.
"""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from make_image import EPOCH, Layout, busybox_tar  # noqa: E402

SUITE = "bookworm"
INSTALL = "apt-get -qq update && apt-get -qq -y --no-install-recommends install "
# name -> script that runs in the layers below it; None is the distribution itself.
STEPS = {
    "base": None,
    "net": INSTALL + "curl gnupg netbase sq wget tzdata",
    "vcs": INSTALL + "git mercurial openssh-client subversion procps",
    "build": INSTALL + "autoconf automake build-essential bzip2 default-libmysqlclient-dev dpkg-dev file imagemagick libbz2-dev"
    " libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev libglib2.0-dev libgmp-dev libjpeg-dev libkrb5-dev"
    " liblzma-dev libmagickcore-dev libmagickwand-dev libmaxminddb-dev libncurses5-dev libpng-dev libpq-dev libreadline-dev"
    " libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt-dev libyaml-dev make patch unzip xz-utils zlib1g-dev",
    "gui": INSTALL + "libbluetooth-dev tk-dev uuid-dev",
    "python": INSTALL + "python3 python3-dev python3-pip python3-setuptools python3-wheel",
    "links": "cd /usr/local/bin && for name in idle pip pydoc python; do ln -sf /usr/bin/${name}3 $name; done",
    "science": INSTALL + "python3-numpy python3-yaml python3-requests && rm -rf /usr/share/doc/python3-numpy",
    "app": "mkdir -p /app && echo 'print(1)' >/app/main.py && rm -f /usr/local/bin/idle",
}
FILES = "libboost1.81-dev golang-1.19-src rust-src fonts-mathjax-extras libjs-mathjax python3-django breeze-icon-theme"
LITTER = ("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/debconf", "var/cache/ldconfig", "tmp", "var/tmp")


def run(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **options)


def mirror():
    """The site of the first Debian source of this machine."""
    sites = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return next((s for s in sites if "security" not in s), "http://deb.debian.org/debian")


class Workshop:
    """Layers as overlay upper directories under `place`."""

    def __init__(self, place):
        self.place = place
        os.makedirs(place, exist_ok=True)

    def upper(self, name):
        return os.path.join(self.place, name)

    @contextlib.contextmanager
    def mounted(self, lowers, upper):
        """The merged tree of `lowers` (base first) with `upper` on top."""
        merged, work = self.upper("merged"), self.upper("work")
        for directory in (merged, work, upper):
            os.makedirs(directory, exist_ok=True)
        options = "lowerdir=" + ":".join(self.upper(n) for n in reversed(lowers)) + f",upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, merged)
        try:
            yield merged
        finally:
            run("umount", merged)
            shutil.rmtree(work)

    def make(self, name, lowers):
        finished = self.upper(name) + ".done"
        if os.path.exists(finished):
            return
        print(f"bench: making layer {name}", file=sys.stderr, flush=True)
        shutil.rmtree(self.upper(name), ignore_errors=True)
        if STEPS[name] is None:
            self.bootstrap(name)
        else:
            with self.mounted(lowers, self.upper(name)) as tree:
                chroot(tree, STEPS[name])
                tidy(tree)
        open(finished, "w").close()

    def bootstrap(self, name):
        tree = self.upper(name)
        run("debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, tree, mirror(), stdout=subprocess.DEVNULL)
        with open(tree + "/usr/sbin/policy-rc.d", "w") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(tree + "/usr/sbin/policy-rc.d", 0o755)
        with open(tree + "/etc/apt/apt.conf.d/90frozen-mirror", "w") as f:
            f.write('Acquire::Check-Valid-Until "false";\n')
        tidy(tree)

    def unpacked_packages(self, name, packages):
        """The files of packages without running their scripts."""
        if os.path.exists(self.upper(name) + ".done"):
            return
        print(f"bench: making layer {name}", file=sys.stderr, flush=True)
        self.make("base", [])
        shutil.rmtree(self.upper(name), ignore_errors=True)
        os.makedirs(self.upper(name))
        with self.mounted(["base"], self.upper("scratch")) as tree:
            chroot(tree, "apt-get -qq update && cd /srv && apt-get -qq download " + packages)
            for deb in sorted(os.listdir(tree + "/srv")):
                run("dpkg-deb", "-x", f"{tree}/srv/{deb}", self.upper(name))
        shutil.rmtree(self.upper("scratch"))
        open(self.upper(name) + ".done", "w").close()


def chroot(tree, script):
    shutil.copy("/etc/resolv.conf", tree + "/etc/resolv.conf")
    inside = 'mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -ec "$1"'
    run("unshare", "--mount", "--pid", "--fork", "bash", "-c", inside, tree, script, stdout=subprocess.DEVNULL,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"})
    open(tree + "/etc/resolv.conf", "w").close()


def tidy(tree):
    for folder in LITTER:
        for directory, _, names in os.walk(os.path.join(tree, folder)):
            for name in names:
                os.unlink(os.path.join(directory, name))


def tar_of_upper(root, out):
    """An overlay upper directory as an OCI layer: whiteouts for 0:0 devices, opaque markers, capabilities, clamped times."""
    with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(os.listdir(root)):
            add_entry(tar, os.path.join(root, name), name)


def add_entry(tar, path, name):
    status = os.lstat(path)
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
        add_marker(tar, os.path.join(os.path.dirname(name), ".wh." + os.path.basename(name)))
        return
    info = tar.gettarinfo(path, name)
    info.mtime, info.uname, info.gname = min(int(info.mtime), EPOCH), "", ""
    xattrs = os.listxattr(path, follow_symlinks=False)
    if "security.capability" in xattrs:
        value = os.getxattr(path, "security.capability", follow_symlinks=False)
        info.pax_headers["SCHILY.xattr.security.capability"] = value.decode("utf-8", "surrogateescape")
    if info.isreg():
        with open(path, "rb") as f:
            tar.addfile(info, f)
    else:
        tar.addfile(info)
    if info.isdir():
        if "trusted.overlay.opaque" in xattrs:
            add_marker(tar, name + "/.wh..wh..opq")
        for entry in sorted(os.listdir(path)):
            add_entry(tar, os.path.join(path, entry), name + "/" + entry)


def add_marker(tar, name):
    info = tarfile.TarInfo(name)
    info.mtime = EPOCH
    tar.addfile(info)


def plain_tar(workshop, name):
    out = workshop.upper(name) + ".tar"
    if not os.path.exists(out):
        tar_of_upper(workshop.upper(name), out + ".new")
        os.rename(out + ".new", out)
    with open(out, "rb") as f:
        return f.read()


def build(folder, image):
    layout = os.path.join(folder, image)
    if os.path.exists(os.path.join(layout, "index.json")):
        return
    workshop = Workshop(os.path.join(folder, "work"))
    if image == "busybox":
        tars = [busybox_tar()]
    elif image == "files":
        workshop.unpacked_packages("files", FILES)
        tars = [plain_tar(workshop, "files")]
    elif image == "layers":
        names = list(STEPS)
        for i, name in enumerate(names):
            workshop.make(name, names[:i])
        tars = [plain_tar(workshop, n) for n in names]
    else:
        raise SystemExit(f"bench: no image {image}")
    print(f"bench: compressing {image}", file=sys.stderr, flush=True)
    Layout(layout + ".new").add_image("latest", tars)
    os.rename(layout + ".new", layout)


def main():
    folder, *images = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for image in images:
        build(folder, image)


main()
