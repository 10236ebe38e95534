#!/usr/bin/env python3
"""Images whose layers hold what is awkward to unpack, each with a name and the reason it is awkward.

  awkward_images.py list                  names, one a line
  awkward_images.py layout LAYOUT         all of them as tags of an OCI layout
  awkward_images.py tars NAME DIRECTORY   the plain layers of one, DIRECTORY/0.tar, 1.tar, ... base first
  awkward_images.py ignored NAME          paths whose mtime nobody defines: directories that no layer describes, and those
                                          in which such a one is made (umoci keeps the times of direct parents only)

A tree unpacked from any of them must equal what umoci makes of it (compare_trees.py).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_image import Layout, tar_of_entries  # noqa: E402


def d(name, **fields):
    return (name, "dir", fields)


def f(name, data=b"", **fields):
    return (name, "file", dict(fields, data=data))


def s(name, target, **fields):
    return (name, "link", dict(fields, target=target))


def h(name, target):
    return (name, "hard", {"target": target})


def wh(name):
    return f(name)


CAP_NET_RAW = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
ROOT = d("./", mode=0o755)
NAME_255 = "n" * 255
DEEP = "/".join(["deep-directory-%02d" % i for i in range(60)])

# name -> (layers, paths without a defined mtime)
IMAGES = {
    "metadata": ([
        [ROOT, d("etc", mode=0o750, uid=3, gid=4, mtime=1400000000),
         f("etc/passwd", b"root", mode=0o600, pax={"mtime": "1500000000.123456789"}),
         f("etc/owned", b"x", uid=1000, gid=100), f("etc/big-ids", b"y", uid=3000000000, gid=4294967294),
         d("tmp", mode=0o1777), d("spool", mode=0o2775, gid=8), f("spool/inherits-nothing", b"z"),
         f("bin-su", b"su", mode=0o4755), f("bin-wall", b"wall", mode=0o2755, uid=5, gid=5),
         f("none", b"", mode=0), s("link", "etc/passwd", uid=7, gid=9, mtime=1300000000),
         ("null", "char", {"device": (1, 3), "mode": 0o666}), ("disk", "block", {"device": (8, 1), "mode": 0o660, "gid": 6}),
         ("pipe", "fifo", {"mode": 0o620, "uid": 2}), f("epoch", b"", mtime=0), f("future", b"", mtime=4102444800)],
    ], []),
    "xattrs": ([
        [ROOT, f("ping", b"p", mode=0o755, pax={"SCHILY.xattr.security.capability": CAP_NET_RAW}),
         f("ping-owned", b"q", uid=5, mode=0o755, pax={"SCHILY.xattr.security.capability": CAP_NET_RAW}),
         f("user", b"u", pax={"SCHILY.xattr.user.comment": "a b"}), d("dir", pax={"SCHILY.xattr.user.d": "1"}),
         f("dir/f", b"1")],
        [f("dir/g", b"2")],
        [d("dir", pax={"SCHILY.xattr.user.e": "2"}), h("ping2", "ping")],
    ], []),
    "hard-links": ([
        [ROOT, d("a"), f("a/one", b"1", mode=0o640, uid=5, mtime=1450000000), h("a/two", "a/one"), h("three", "./a/one"),
         s("a/sym", "one"), h("hard-to-sym", "a/sym")],
        [h("four", "a/one"), h("b/five", "/three")],
        [f("a/one", b"new"), h("six", "a/two"), h("seven", "a/one")],
    ], [".", "b"]),
    "whiteouts": ([
        [ROOT, d("d", mtime=1400000001), f("d/keep", b"k"), f("d/go", b"g"), d("d/sub"), f("d/sub/x", b"x"),
         d("e", mode=0o700, mtime=1400000002), f("e/1", b"1"), f("e/2", b"2"), s("s", "d"), d("r"), f("r/old", b"o")],
        [wh("d/.wh.go"), wh("d/.wh.sub"), wh(".wh.s"), wh("e/.wh.1"), wh(".wh.not-there"), wh("d/.wh.not-there"),
         wh("absent/.wh.thing"), wh("absent2/deep/.wh..wh..opq")],
        [f("d/go", b"again"), wh(".wh.r"), d("r", mode=0o711), f("r/new", b"n")],
    ], []),
    "opaque": ([
        [ROOT, d("o", mtime=1400000001), f("o/a", b"a"), d("o/sub"), f("o/sub/deep", b"d"), d("p"), f("p/b", b"b"),
         d("q", mode=0o711, uid=9, mtime=1400000003), f("q/c", b"c")],
        [d("o", mode=0o770), f("o/before", b"1"), wh("o/.wh..wh..opq"), f("o/after", b"2"),
         d("p"), wh("p/.wh..wh..opq"), wh("q/.wh..wh..opq"), f("q/only", b"3")],
        [f("o/third", b"t"), d("o/sub"), f("o/sub/new", b"n")],
    ], []),
    "opaque-root": ([
        [ROOT, d("gone"), f("gone/x", b"x"), f("file", b"y"), d("kept"), f("kept/lower", b"l")],
        [d("./", mode=0o711, mtime=1410000000), wh(".wh..wh..opq"), f("new", b"n"), d("kept"), f("kept/upper", b"u")],
        [f("kept/third", b"3")],
    ], []),
    "replaced": ([
        [ROOT, d("dir"), f("dir/in", b"1"), f("file", b"2"), s("link", "dir"), s("dangling", "/nowhere"), d("dir2"),
         f("dir2/in", b"3"), s("to-file", "file"), ("fifo", "fifo", {})],
        [f("dir", b"was a directory"), d("file"), f("file/in", b"was a file"), f("link", b"was a link"),
         f("dangling", b"was dangling"), s("dir2", "file"), f("to-file", b"not through the link"), d("fifo")],
        [d("dir"), f("dir/again", b"!"), s("file", "dir"), d("link"), f("link/in", b"4")],
    ], []),
    "usr-merge": ([
        [ROOT, d("usr"), d("usr/bin", mode=0o751, mtime=1400000009), f("usr/bin/ls", b"ls"), s("bin", "usr/bin"),
         d("usr/lib"), s("lib", "/usr/lib"), s("lib64", "lib"), f("usr/bin/old", b"old")],
        [f("bin/sh", b"sh", mode=0o755), f("lib/libc.so", b"libc"), f("lib64/ld.so", b"ld"), wh("bin/.wh.old"),
         d("lib/modules"), f("lib/modules/m.ko", b"m"), h("bin/ls2", "bin/ls"), h("bin/sh2", "usr/bin/sh")],
        [s("sbin", "usr/bin"), f("sbin/init", b"init")],
    ], []),
    "implied-parents": ([
        [ROOT, d("opt", mode=0o700, uid=11, gid=12, mtime=1400000004, pax={"SCHILY.xattr.user.o": "p"}),
         d("opt/app", mode=0o2750, mtime=1400000005), f("opt/app/a", b"a")],
        [f("opt/app/b", b"b"), f("new/tree/c", b"c"), f("opt/fresh/d", b"d")],
        [f("opt/app/b", b"bb"), wh("opt/app/.wh.a")],
    ], [".", "opt", "new", "new/tree", "opt/fresh"]),
    "names": ([
        [d("."), f("./dot", b"1"), f("a//b/./c", b"2"), f("x/../y", b"3"), f("/absolute", b"4"), f("../../outside", b"5"),
         f(NAME_255, b"6"), f(DEEP + "/f", b"7"), f("d\u00e9j\u00e0 vu \u20ac", b"8"), f("e\u0301", b"9"), f(" sp ace\t\n", b"10"),
         f("-rf", b"11"), f("back\\slash", b"12"), s("escape", "../../../../etc"), f("wh.not", b"13")],
        [f("escape/through-link", b"14")],
    ], ["."] + ["a", "a/b", "x"] + [DEEP[:i] for i in range(len(DEEP) + 1) if i == len(DEEP) or DEEP[i] == "/"] + ["etc"]),
    "duplicates": ([
        [ROOT, f("f", b"first"), f("f", b"second", mode=0o600), d("d", mode=0o700), f("d/x", b"x"), d("d", mode=0o755),
         s("l", "f"), f("l", b"file now"), d("e"), f("e/in", b"i"), f("e", b"flat"), f("g", b"g"), d("g"), f("g/in", b"2"),
         h("h", "f"), f("f", b"third")],
        [d("d", mode=0o711), f("d/y", b"y"), d("d", mode=0o750)],
    ], []),
    "links-as-parents": ([
        [ROOT, d("real"), s("one", "real"), s("two", "/one"), f("two/file", b"1"), s("up", "../../real/../real"),
         f("up/file2", b"2"), s("dangling", "made/here"), f("dangling/file3", b"3")],
        [f("two/file4", b"4"), wh("one/.wh.file"), h("linked", "two/file2")],
    ], [".", "made", "made/here"]),
    "root-entry": ([
        [d("./", mode=0o700, uid=1, gid=2, mtime=1234567890), f("a", b"a")],
        [f("b", b"b")],
        [d("/", mode=0o711, mtime=1234567891), f("c", b"c")],
    ], []),
}


def tars(name):
    return [tar_of_entries(layer) for layer in IMAGES[name][0]]


def main():
    verb, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if verb == "list" and not arguments:
        print("\n".join(IMAGES))
    elif verb == "layout" and len(arguments) == 1:
        layout = Layout(arguments[0])
        for name in IMAGES:
            layout.add_image(name, tars(name))
    elif verb == "tars" and len(arguments) == 2:
        os.makedirs(arguments[1], exist_ok=True)
        for i, tar in enumerate(tars(arguments[0])):
            with open(os.path.join(arguments[1], f"{i}.tar"), "wb") as out:
                out.write(tar)
    elif verb == "ignored" and len(arguments) == 1:
        print("\n".join(IMAGES[arguments[0]][1]))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
