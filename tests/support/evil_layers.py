#!/usr/bin/env python3
"""Layers that try to touch a directory outside of the image, the canary, which holds `victim`.

  evil_layers.py list                      names, one a line
  evil_layers.py push LAYOUT CANARIES HOST:PORT/PREFIX   all of them as images PREFIX/NAME, with the canary CANARIES/NAME

Whatever the unpacker does (refuse, or keep inside the root), the canary must stay as it is.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_image import Layout, push, tar_of_entries  # noqa: E402

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
    if sys.argv[1:] == ["list"]:
        print("\n".join(cases("/canary")))
        return 0
    _, layout_path, canaries, prefix = sys.argv[1:]
    layout = Layout(layout_path)
    for name in cases("/canary"):
        layout.add_image(name, [tar_of_entries(entries) for entries in cases(canaries + "/" + name)[name]])
        push(layout, name, f"{prefix}/{name}:latest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
