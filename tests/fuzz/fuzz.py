#!/usr/bin/env python3
"""Builds and runs the fuzzers: `tests/fuzz/fuzz.py [SECONDS] [TARGET...]` (./dev fuzz), a minute each by default.

What a longer run learns stays in build/clang/fuzz/TARGET and the next one goes on from there. An input that crashes is
printed as base64; it belongs into tests/fuzz/corpus/TARGET, under a name that says what was wrong. tests/run.py uses
check().
"""
# SPDX-License-Identifier: Apache-2.0
import base64
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, "build", "clang")
CORPUS = os.path.join(ROOT, "tests", "fuzz", "corpus")


def names():
    return sorted(os.listdir(CORPUS))


def program(name):
    return os.path.join(BUILD, "tests", "fuzz", f"fuzz_{name}")


def build(targets):
    """Returns what went wrong, or None."""
    for command in (["cmake", "--preset", "clang"],
                    ["cmake", "--build", "--preset", "clang", "--target"] + [f"fuzz_{name}" for name in targets]):
        r = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace")
        if r.returncode:
            return r.stdout[-6000:]
    return None


def command_line(name, seconds, folders):
    return [program(name), f"-max_total_time={seconds}", "-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1",
            *folders]


def crashes(folder):
    """Inputs that libFuzzer left in its working directory, as base64."""
    for path in sorted(glob.glob(os.path.join(folder, "*-*"))):
        if os.path.basename(path).split("-")[0] in ("crash", "leak", "timeout", "oom"):
            with open(path, "rb") as f:
                yield f"{os.path.basename(path).split('-')[0]} input, base64: {base64.b64encode(f.read()).decode()}"


def check(name, seconds):
    """A short run on a copy of the seeds: returns what went wrong, or None."""
    with tempfile.TemporaryDirectory() as scratch:
        seeds = shutil.copytree(os.path.join(CORPUS, name), os.path.join(scratch, "corpus"))
        r = subprocess.run(command_line(name, seconds, [seeds]), cwd=scratch, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if r.returncode == 0:
            return None
        return "\n".join([r.stdout[-5000:], *crashes(scratch)])


def explore(name, seconds):
    """A long run, whose output is shown and whose finds are kept. True if nothing crashed."""
    work = os.path.join(BUILD, "fuzz", name)
    found = os.path.join(work, "corpus")
    os.makedirs(found, exist_ok=True)
    print(f"--- {name}, {seconds} s", flush=True)
    r = subprocess.run(command_line(name, seconds, [found, os.path.join(CORPUS, name)]), cwd=work,
                       stdin=subprocess.DEVNULL)
    if r.returncode:
        print("\n".join(crashes(work)), flush=True)
    return r.returncode == 0


def main():
    arguments = sys.argv[1:]
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 60
    targets = arguments or names()
    if unknown := set(targets) - set(names()):
        sys.exit(f"no fuzzer {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    if problem := build(targets):
        sys.exit(problem)
    results = [explore(name, seconds) for name in targets]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
