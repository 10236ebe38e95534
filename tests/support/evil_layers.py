#!/usr/bin/env python3
"""evil_layers.py CASE CANARY OUT...: layer tars that try to touch CANARY, a directory outside of the image.

CANARY holds `victim`. A case makes one tar, or two when the trap is set in a lower layer; `evil_layers.py --list` names them
with their number of layers. Whatever the unpacker does (refuse, or keep inside the root), CANARY must stay as it is.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_image import tar_of_entries  # noqa: E402

UP = "../" * 24


def file(name, **fields):
    return (name, "file", dict(dict(data=b"pwned\n"), **fields))


def link(name, target):
    return (name, "link", {"target": target})


def hard(name, target):
    return (name, "hard", {"target": target})


def directory(name, **fields):
    return (name, "dir", fields)


def cases(canary):
    """name -> one list of entries a layer."""
    victim, up = canary + "/victim", UP + canary.lstrip("/")
    return {
        "dotdot-file": [[file(up + "/pwned")]],
        "dotdot-in-the-middle": [[directory("a"), file("a/" + up + "/pwned")]],
        "absolute-file": [[file(canary + "/pwned")]],
        "absolute-directory-mode": [[directory(canary, mode=0o777, uid=4242)]],
        "file-through-absolute-symlink": [[link("door", canary), file("door/pwned")]],
        "file-through-relative-symlink": [[link("door", up), file("door/pwned")]],
        "file-through-symlink-chain": [[directory("a"), link("a/b", ".."), link("door", "a/b/" + up), file("door/pwned")]],
        "file-over-symlink-to-file": [[link("door", victim), file("door")]],
        "directory-over-symlink": [[link("door", canary), directory("door", mode=0o777, uid=4242), file("door/pwned")]],
        "symlink-in-lower-layer": [[link("door", canary)], [file("door/pwned")]],
        "directory-over-lower-symlink": [[link("door", canary)], [directory("door", mode=0o777), file("door/pwned")]],
        "hardlink-to-absolute": [[hard("stolen", victim), file("stolen")]],
        "hardlink-by-dotdot": [[hard("stolen", up + "/victim"), file("stolen", mode=0o777)]],
        "hardlink-through-symlink": [[link("door", canary), hard("stolen", "door/victim"), file("stolen")]],
        "hardlink-to-symlink-then-mode": [[link("door", victim), hard("again", "door"), file("again", mode=0o777)]],
        "hardlink-to-lower-symlink": [[link("door", canary)], [hard("stolen", "door/victim"), file("stolen")]],
        "root-is-a-symlink": [[link(".", canary), file("pwned")]],
        "root-is-a-file": [[file("."), file("pwned")]],
        "whiteout-by-dotdot": [[file(up + "/.wh.victim")]],
        "whiteout-through-symlink": [[link("door", canary), file("door/.wh.victim", data=b"")]],
        "whiteout-through-lower-symlink": [[link("door", canary)], [file("door/.wh.victim", data=b"")]],
        "symlink-in-place-of-a-whiteouts-directory": [[file("door/.wh.victim", data=b""), link("door", canary)]],
        "symlink-moved-over-a-directory": [
            [link("a", "t"), directory("t"), directory("t/y"), link("t/y/sub", "/elsewhere")],
            [link("a/y", canary), file("t/y/sub/pwned")]],
        "metadata-behind-a-moved-symlink": [
            [link("a", "t/sub"), link("b", "/"), directory("t"), directory("t/sub", mode=0o777, uid=4242), directory("c")],
            [directory("t"), file("a/x"), link("b/t", canary)]],
        "opaque-through-symlink": [[link("door", canary), file("door/.wh..wh..opq", data=b"")]],
        "whiteout-of-dotdot": [[directory("a"), file("a/.wh...", data=b"")]],
        "whiteout-of-dot": [[directory("a"), file("a/.wh..", data=b"")]],
        "whiteout-of-nothing": [[directory("a"), file("a/.wh.", data=b"")]],
        "fifo-through-symlink": [[link("door", canary), ("door/pipe", "fifo", {})]],
        "device-through-symlink": [[link("door", canary), ("door/null", "char", {"device": (1, 3)})]],
        "forged-overlay-redirect": [[directory("a", pax={"SCHILY.xattr.trusted.overlay.redirect": canary})]],
        "owner-beyond-32-bits": [[file("a", uid=(1 << 32))]],
        "owner-unchanged": [[file("a", uid=(1 << 32) - 1)]],
    }


def main():
    if sys.argv[1:] == ["--list"]:
        for name, layers in cases("/canary").items():
            print(name, len(layers))
        return 0
    name, canary, *outs = sys.argv[1:]
    layers = cases(canary)[name]
    for entries, out in zip(layers, outs, strict=True):
        with open(out, "wb") as f:
            f.write(tar_of_entries(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
