#!/usr/bin/env python3
"""Compares two directory trees entry by entry and prints every difference; exit status 1 if there is one.

  compare_trees.py [--ignore-mtime PATH]... LEFT RIGHT

Compared: type, mode, owner, times of modification to the nanosecond, size, content, extended attributes, link targets,
device numbers, and which names are one file. PATH is relative, "." the root; its own mtime may differ.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import hashlib
import os
import stat
import sys


def sha256_of(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while data := f.read(1 << 20):
            h.update(data)
    return h.hexdigest()


def describe(path, name, no_mtime):
    st = os.lstat(path)
    entry = {"type": stat.S_IFMT(st.st_mode), "mode": oct(stat.S_IMODE(st.st_mode)), "owner": (st.st_uid, st.st_gid)}
    if name not in no_mtime:
        entry["mtime"] = st.st_mtime_ns
    if stat.S_ISREG(st.st_mode):
        entry["size"] = st.st_size
        entry["content"] = sha256_of(path)
    elif stat.S_ISLNK(st.st_mode):
        entry["target"] = os.readlink(path)
    elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        entry["device"] = st.st_rdev
    entry["xattrs"] = {x: os.getxattr(path, x, follow_symlinks=False).hex()
                       for x in sorted(os.listxattr(path, follow_symlinks=False))
                       if not x.startswith("trusted.overlay.") and x != "security.selinux"}
    return entry, (st.st_dev, st.st_ino) if st.st_nlink > 1 and not stat.S_ISDIR(st.st_mode) else None


def walk(root, no_mtime):
    root = os.fsencode(root)
    entries, inodes = {}, {}
    def visit(path, name):
        shown = os.fsdecode(name)
        entries[shown], inode = describe(path, shown, no_mtime)
        if inode:
            inodes.setdefault(inode, []).append(shown)
        if entries[shown]["type"] == stat.S_IFDIR:
            for child in sorted(os.listdir(path)):
                visit(os.path.join(path, child), child if name == b"." else name + b"/" + child)
    visit(root, b".")
    for names in inodes.values():
        for n in names:
            entries[n]["same file as"] = sorted(names)
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ignore-mtime", action="append", default=[])
    parser.add_argument("left")
    parser.add_argument("right")
    o = parser.parse_args()
    left, right = walk(o.left, o.ignore_mtime), walk(o.right, o.ignore_mtime)
    differences = []
    for name in sorted(set(left) | set(right)):
        if name not in left or name not in right:
            differences.append(f"{name!r}: only in {o.left if name in left else o.right}")
            continue
        for key in sorted(set(left[name]) | set(right[name])):
            a, b = left[name].get(key), right[name].get(key)
            if a != b:
                differences.append(f"{name!r}: {key}: {a} | {b}")
    print("\n".join(differences) if differences else f"equal: {len(left)} entries")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
