#!/usr/bin/env python3
"""Runs the tests of a finished dev build and counts them: `tests/run.py [REGEX]` (./dev test builds first).

A test is a line `suite/file: name`, and REGEX is looked for in it. Suites, in order: lint (tests/lint/*, one test a
file), fuzz (a few seconds of each fuzzer), unit (gtest cases, through ctest), golden (tests/golden/*.cmd), then bats
files: functional, crash, race. A test that skips must be on tests/allowed-skips or it counts as failed. The last line is
`N passed, N failed, N skipped`.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.environ.get("CTRBOX_BUILD", os.path.join(ROOT, "build", "dev"))
LINTS = ("layering", "sizes", "folders", "format", "scripts", "clang")
BATS_SUITES = ("functional", "crash", "race")
FUZZ_SECONDS = 3
sys.path[:0] = [os.path.join(ROOT, "tests", "support"), os.path.join(ROOT, "tests", "fuzz")]
import fuzz  # noqa: E402
import golden  # noqa: E402


class Count:
    """What happened so far; prints a line for each test that did not pass."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], 0
        with open(os.path.join(ROOT, "tests", "allowed-skips")) as f:
            self.allowed = [line.split("#")[0].strip() for line in f if line.split("#")[0].strip()]

    def add(self, name, ok, skipped=False, reason="", output=""):
        if skipped and any(re.fullmatch(p, name) for p in self.allowed):
            self.skipped += 1
            say(f"skip {name} ({reason})")
        elif ok and not skipped:
            self.passed += 1
        else:
            why = f" (skipped, which tests/allowed-skips does not allow: {reason})" if skipped else ""
            self.failed.append(name)
            say(f"FAIL {name}{why}")
            if output.strip():
                say("  | " + output.strip().replace("\n", "\n  | "))


def say(text):
    print(text, flush=True)


def run_lint(count, wanted):
    for name in LINTS:
        if wanted(f"lint/{name}"):
            r = subprocess.run([os.path.join(ROOT, "tests", "lint", name)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            count.add(f"lint/{name}", r.returncode == 0, output=r.stdout[-6000:])


def run_fuzz(count, wanted):
    """After lint/clang, which has built the programs: there is little left to build then."""
    chosen = [name for name in fuzz.names() if wanted(f"fuzz/{name}")]
    broken = fuzz.build(chosen) if chosen else None
    for name in chosen:
        problem = broken or fuzz.check(name, FUZZ_SECONDS)
        count.add(f"fuzz/{name}", not problem, output=problem or "")


def gtest_names(program):
    listing = subprocess.run([program, "--gtest_list_tests"], stdout=subprocess.PIPE, text=True, check=True).stdout
    suite, names = "", []
    for line in listing.splitlines():
        if line and not line.startswith(" ") and line.split()[0].endswith("."):
            suite = line.split()[0]
        elif line.startswith("  "):
            names.append(suite + line.split("#")[0].strip())
    return names


def run_unit(count, wanted):
    """Each floor's program through ctest; what happened to each case is read from gtest's own report."""
    for floor in ("state", "core", "registry", "runtime", "commands"):
        program = os.path.join(BUILD, "tests", f"unit_{floor}")
        if not os.path.exists(program):
            continue
        everything = gtest_names(program)
        chosen = [n for n in everything if wanted(f"unit/{floor}: {n}")]
        if not chosen:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            report = os.path.join(scratch, "report.json")
            env = dict(os.environ, GTEST_OUTPUT="json:" + report)
            if len(chosen) < len(everything):
                env["GTEST_FILTER"] = ":".join(chosen)
            r = subprocess.run(["ctest", "--test-dir", BUILD, "-R", f"^unit\\.{floor}$", "--output-on-failure"], env=env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
            read_gtest_report(count, floor, report, r)


def read_gtest_report(count, floor, report, ctest):
    try:
        with open(report) as f:
            suites = json.load(f)["testsuites"]
    except (OSError, ValueError):  # it died before it could report
        count.add(f"unit/{floor}", False, output=ctest.stdout[-8000:])
        return
    before = len(count.failed)
    for suite in suites:
        for case in suite["testsuite"]:
            text = "\n".join(f["failure"] for f in case.get("failures", []))
            skipped = case.get("result") == "SKIPPED"
            count.add(f"unit/{floor}: {suite['name']}.{case['name']}", not text, skipped, "GTEST_SKIP", text)
    if ctest.returncode and len(count.failed) == before:
        count.add(f"unit/{floor}", False, output=ctest.stdout[-8000:])


def run_golden(count, wanted):
    for name in golden.names():
        if wanted(f"golden/{name}"):
            problem = golden.check(name, BUILD)
            count.add(f"golden/{name}", not problem, output=problem or "")


def bats_names(path):
    with open(path) as f:
        return re.findall(r'^@test "(.*)" \{', f.read(), re.M)


def run_bats(count, wanted):
    for suite in BATS_SUITES:
        folder = os.path.join(ROOT, "tests", suite)
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith(".bats"):
                run_bats_file(count, wanted, f"{suite}/{name}", os.path.join(folder, name))


def run_bats_file(count, wanted, label, path):
    everything = bats_names(path)
    chosen = [n for n in everything if wanted(f"{label}: {n}")]
    if not chosen:
        return
    command = ["bats", "--tap"]
    if len(chosen) < len(everything):
        command += ["--filter", "^(" + "|".join(re.escape(n).replace("\\ ", " ") for n in chosen) + ")$"]
    started = time.monotonic()
    env = dict(os.environ, CTRBOX_BUILD=BUILD)
    r = subprocess.run(command + [path], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, errors="replace")
    seen = read_tap(count, label, r.stdout)
    if seen != len(chosen):
        count.add(f"{label}: {len(chosen)} tests, {seen} reported", False, output=r.stdout[-4000:])
    say(f"{label}: {seen} tests, {time.monotonic() - started:.0f} s")


def read_tap(count, label, text):
    """Counts TAP lines; the comments after a failed one are its output. Returns how many tests were reported."""
    tests = []
    for line in text.splitlines():
        m = re.match(r"(not )?ok \d+ (.*?)(?: # skip ?(.*))?$", line)
        if m:
            tests.append((m.group(2), not m.group(1), m.group(3), []))
        elif tests and line.startswith("#"):
            tests[-1][3].append(line[2:])
    for name, ok, skip, comments in tests:
        count.add(f"{label}: {name}", ok, skip is not None, skip or "", "" if ok else "\n".join(comments)[-6000:])
    return len(tests)


def main():
    pattern = re.compile(sys.argv[1] if len(sys.argv) > 1 else "")
    wanted = pattern.search
    if os.geteuid() != 0:
        say("tests/run.py: mounts, containers and other owners' files need root")
        if not shutil.which("sudo"):
            return 1
        os.execvp("sudo", ["sudo", "-E", sys.executable, os.path.abspath(__file__)] + sys.argv[1:])
    count = Count()
    for suite in (run_lint, run_fuzz, run_unit, run_golden, run_bats):
        started, before = time.monotonic(), count.passed + len(count.failed) + count.skipped
        suite(count, wanted)
        done = count.passed + len(count.failed) + count.skipped - before
        if done:
            say(f"{suite.__name__.removeprefix('run_')}: {done} tests, {time.monotonic() - started:.0f} s")
    if count.failed:
        say("\nfailed:\n  " + "\n  ".join(count.failed))
    if not count.passed and not count.failed:
        say(f"no test matches {pattern.pattern}")
    say(f"{count.passed} passed, {len(count.failed)} failed, {count.skipped} skipped")
    return 0 if count.passed and not count.failed else 1


sys.exit(main())
