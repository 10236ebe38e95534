#!/usr/bin/env python3
"""Golden command lines: tests/golden/NAME.cmd is a shell script; NAME.out, NAME.err and NAME.status are what it gives.

Each runs in an empty directory with a root and a state of its own and with build/dev/bin first on PATH. No NAME.err means that
nothing is written there; no NAME.status means 0. What differs from run to run is masked by name (MASKS).
`ACCEPT=1 tests/support/golden.py [NAME...]` writes the files anew: read the diff.
"""
# SPDX-License-Identifier: Apache-2.0
import difflib
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(ROOT, "tests", "golden")
MASKS = (
    ("DIGEST", re.compile(r"sha256:[0-9a-f]{64}")),
    ("TIME", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)?")),
)


def names():
    if not os.path.isdir(FOLDER):
        return []
    return sorted(f.removesuffix(".cmd") for f in os.listdir(FOLDER) if f.endswith(".cmd"))


def run(name, build):
    """The masked stdout, stderr and exit status of the golden test `name`."""
    with tempfile.TemporaryDirectory() as scratch:
        env = {"PATH": f"{build}/bin:{build}:{os.environ['PATH']}", "CTRBOX_ROOT": scratch + "/root", "LC_ALL": "C.UTF-8",
               "CTRBOX_STATE": scratch + "/state", "HOME": scratch, "TERM": "dumb", "COLUMNS": "100"}
        r = subprocess.run(["bash", os.path.join(FOLDER, name + ".cmd")], env=env, cwd=scratch, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        texts = []
        for raw in (r.stdout, r.stderr):
            text = raw.decode("utf-8", "replace").replace(scratch, "SCRATCH")
            for mask, pattern in MASKS:
                text = pattern.sub(mask, text)
            texts.append(text)
        return texts[0], texts[1], f"{r.returncode}\n"


def expected(name):
    wanted = []
    for extension, default in ((".out", ""), (".err", ""), (".status", "0\n")):
        try:
            with open(os.path.join(FOLDER, name + extension), encoding="utf-8") as f:
                wanted.append(f.read())
        except FileNotFoundError:
            wanted.append(default)
    return wanted


def check(name, build):
    """None when the test gives what it should, else a diff."""
    diffs = []
    for what, got, want in zip(("out", "err", "status"), run(name, build), expected(name)):
        diffs += difflib.unified_diff(want.splitlines(), got.splitlines(), f"{name}.{what}", "got", lineterm="")
        if not diffs and got != want:
            diffs.append(f"{name}.{what}: the last line's end differs")
    return "\n".join(diffs) or None


def accept(name, build):
    for extension, text, default in zip((".out", ".err", ".status"), run(name, build), ("", "", "0\n")):
        path = os.path.join(FOLDER, name + extension)
        if text != default:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        elif os.path.exists(path):
            os.unlink(path)


def main():
    build = os.environ.get("CTRBOX_BUILD", os.path.join(ROOT, "build", "dev"))
    status = 0
    for name in sys.argv[1:] or names():
        if os.environ.get("ACCEPT"):
            accept(name, build)
        elif problem := check(name, build):
            print(problem)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
