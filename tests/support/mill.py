#!/usr/bin/env python3
"""mill.py --root R --state S --bin DIR --image REF --token T [--sequential N] [--at-once N] [--failed-execs N]: many short lives.

--sequential: N times `ctr run --rm`, one after the other; --at-once: N of them at the same time. Exit codes vary. Each must be
the client's, each client must print nothing, and the events of each container must be create, start, exit (with that
status), delete. --failed-execs: so many `ctr exec ID /nonesuch` on one container, each 127 with one line; its shim is looked
at 20 times on the way, and may in the end have no descriptor and no thread more than before, and at most 128 KiB of private
dirty memory and 1 MiB of resident memory (which has pages of the program in it) more than after the first twentieth. Then a good exec must work, and the bundle holds what it held.
Afterwards nothing may be left: processes, mounts, control groups, fifos, sockets, bundles, runc's state, rows of tasks,
containers and snapshots, directories of snapshots and logs; the log of events must tell what the state is (truth.py).
Names of containers begin with T, which must be unlike all others on the host. Prints what was done, and one line a problem; exits 1
when there is one.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import collections
import concurrent.futures
import os
import sqlite3
import subprocess
import sys
import time

import lives

SUPPORT = os.path.dirname(os.path.realpath(__file__))
HANG = 300  # seconds after which a command has hung
SETTLE = 30  # seconds that shims have to tidy up after their answers
LOOKS = 20
GROWTH = {"VmRSS": 1024, "Private_Dirty": 128}  # KiB
ROWS = ("tasks", "containers", "snapshots", "directories")


def command_lines():
    """(pid, words) of all processes."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as f:
                yield int(entry), f.read().decode(errors="replace").split("\0")
        except OSError:
            pass  # it has just ended


class Mill:
    def __init__(self, options):
        self.o = options
        self.ctr = os.path.join(options.bin, "ctr")
        self.env = dict(os.environ, CTRBOX_ROOT=options.root, CTRBOX_STATE=options.state)
        self.problems = collections.Counter()
        self.expected = {}  # container: exit status

    def problem(self, text):
        self.problems[text] += 1

    def command(self, *arguments):
        return subprocess.run([self.ctr, *arguments], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=HANG)

    # --- runs ----------------------------------------------------------------------------------------------------------

    def run_one(self, name, status):
        try:
            r = self.command("run", "--rm", self.o.image, name, "sh", "-c", f"exit {status}")
        except subprocess.TimeoutExpired:
            return f"{name}: hangs"
        if r.returncode != status or r.stdout or r.stderr:
            return f"{name}: {r.returncode}, not {status}: {(r.stdout + r.stderr).decode(errors='replace').strip()}"
        return None

    def run_many(self, kind, count, at_once):
        names = {f"{self.o.token}-{kind}{i}": i % 251 for i in range(count)}
        self.expected.update(names)
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for found in pool.map(self.run_one, names, names.values()):
                if found:
                    self.problem(found)
        return time.monotonic() - started

    def check_lives(self):
        found, problems = lives.read_root(self.o.root)
        for problem in problems:
            self.problem(f"events: {problem}")
        told = collections.defaultdict(list)
        for life in found:
            told[life.name].append(str(life))
        for name, status in self.expected.items():
            if told[name] != [f"{name} create start exit:{status} delete"]:
                self.problem(f"events of {name}, which ended with {status}: {told[name]}")
        return sum(len(told[name]) for name in self.expected)

    # --- execs ---------------------------------------------------------------------------------------------------------

    def shim_of(self, name):
        for pid, words in command_lines():
            if words[0] == "shim" and self.o.state in words and name in words:
                return pid
        raise RuntimeError(f"no shim of {name}")

    @staticmethod
    def look_at(pid):
        """KiB of resident and of private dirty memory, descriptors, threads."""
        sizes = {}
        for path in (f"/proc/{pid}/smaps_rollup", f"/proc/{pid}/status"):
            with open(path) as f:
                for line in f:
                    words = line.split()
                    if len(words) > 1 and words[1].isdigit():
                        sizes[words[0].rstrip(":")] = int(words[1])
        return {"VmRSS": sizes["VmRSS"], "Private_Dirty": sizes["Private_Dirty"],
                "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": sizes["Threads"]}

    def fail_one(self, name, number):
        r = self.command("exec", name, "/nonesuch")
        if r.returncode != 127 or r.stdout or r.stderr.count(b"\n") != 1 or b"/nonesuch" not in r.stderr:
            self.problem(f"exec {number}: {r.returncode}: {(r.stdout + r.stderr).decode(errors='replace').strip()}")

    def fail_execs(self, count):
        """Seconds; prints what the shim was like."""
        name = f"{self.o.token}-execs"
        r = self.command("run", "-d", self.o.image, name, "sleep", "100000")
        if r.returncode:
            self.problem(f"run -d: {r.stderr.decode(errors='replace')}")
            return 0
        shim, bundle = self.shim_of(name), os.path.join(self.o.state, "tasks", "default", name)
        held, started = sorted(os.listdir(bundle)), time.monotonic()
        looks = [(0, self.look_at(shim))]
        for number in range(1, count + 1):
            self.fail_one(name, number)
            if number % max(1, count // LOOKS) == 0:
                looks.append((number, self.look_at(shim)))
        seconds = time.monotonic() - started
        end = time.monotonic() + SETTLE  # the shim sees only now that the last client has gone
        while looks[-1][1]["descriptors"] > looks[0][1]["descriptors"] and time.monotonic() < end:
            time.sleep(0.1)
            looks[-1] = (count, self.look_at(shim))
        self.compare_looks(looks)
        if sorted(os.listdir(bundle)) != held:
            self.problem(f"in the bundle: {os.listdir(bundle)}, and there was {held}")
        if self.command("exec", name, "sh", "-c", "exit 9").returncode != 9:
            self.problem("a good exec fails afterwards")
        for words in (("tasks", "rm", "-f", name), ("containers", "rm", name)):
            if self.command(*words).returncode:
                self.problem(f"{' '.join(words)} fails")
        return seconds

    def compare_looks(self, looks):
        warm, last = looks[1][1], looks[-1][1]
        for number, look in (looks if self.o.verbose else (looks[0], looks[1], looks[-1])):
            print(f"  shim after {number} failed execs: " + ", ".join(f"{k} {v}" for k, v in look.items()))
        for what, growth in GROWTH.items():
            if last[what] > warm[what] + growth:
                self.problem(f"the shim's {what} grew from {warm[what]} to {last[what]} KiB")
        for what in ("descriptors", "threads"):
            if last[what] > looks[0][1][what]:
                self.problem(f"the shim had {looks[0][1][what]} {what}, and now {last[what]}")

    # --- what is left --------------------------------------------------------------------------------------------------

    def rows(self):
        db = sqlite3.connect(f"file:{self.o.root}/state.db?mode=ro", uri=True, timeout=30)
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ROWS}

    def is_ours(self, word):
        return word == self.o.state or word.startswith((self.o.state + "/", self.o.token + "-"))

    def leftovers(self):
        """Everything on the host that is ours, as a set of words."""
        o = self.o
        found = {f"process {' '.join(words)}" for pid, words in command_lines()
                 if any(map(self.is_ours, words)) and pid not in (os.getpid(), os.getppid())}
        with open("/proc/self/mountinfo") as f:
            found |= {f"mount {w[4]}" for w in map(str.split, f) if w[4].startswith((o.root + "/", o.state + "/"))}
        for directory, names, _ in os.walk("/sys/fs/cgroup"):
            found |= {f"cgroup {directory}/{n}" for n in names if n.startswith(o.token + "-")}
        for area in (f"{o.state}/tasks/default", f"{o.state}/runc/default", f"{o.state}/fifo", f"{o.root}/logs/default",
                     f"{o.root}/snapshots/overlayfs"):
            if os.path.isdir(area):
                found |= {f"{area}/{n}" for n in os.listdir(area)}
        return found

    def await_clean(self, before, rows):
        end = time.monotonic() + SETTLE
        while True:
            left = self.leftovers() - before
            if not left and self.rows() == rows:
                return
            if time.monotonic() > end:
                break
            time.sleep(0.1)
        for word in sorted(left):
            self.problem(f"left: {word}")
        if self.rows() != rows:
            self.problem(f"rows: {self.rows()}, and there were {rows}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("root", "state", "bin", "image", "token"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("sequential", "at-once", "failed-execs"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="print all looks at the shim")
    o = parser.parse_args()
    mill = Mill(o)
    before, rows = mill.leftovers(), mill.rows()
    if o.sequential:
        print(f"run --rm, one after the other: {o.sequential} in {mill.run_many('s', o.sequential, 1):.0f} s", flush=True)
        mill.await_clean(before, rows)
    if o.at_once:
        print(f"run --rm, at once: {o.at_once} in {mill.run_many('a', o.at_once, o.at_once):.0f} s", flush=True)
        mill.await_clean(before, rows)
    print(f"lives told in full: {mill.check_lives()} of {len(mill.expected)}", flush=True)
    if o.failed_execs:
        print(f"failed execs: {o.failed_execs} in {mill.fail_execs(o.failed_execs):.0f} s", flush=True)
        mill.await_clean(before, rows)
    truth = subprocess.run([sys.executable, os.path.join(SUPPORT, "truth.py"), o.root], stdout=subprocess.PIPE, text=True)
    for line in truth.stdout.splitlines():
        mill.problem(f"truth: {line}")
    print(f"problems: {sum(mill.problems.values())}")
    for problem, count in list(mill.problems.items())[:50]:
        print(f"  {problem}" + (f" ({count} times)" if count > 1 else ""))
    return 1 if mill.problems else 0


if __name__ == "__main__":
    sys.exit(main())
