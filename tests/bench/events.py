#!/usr/bin/env python3
"""events.py: the events service of ctrbox beside containerd's, as a markdown table; every single sample goes to stderr.

Both daemons run at the same time; a sample of one follows the same sample of the other at once, in turns, and ratios
are the median of the pairs' ratios, so that what else the machine does strikes both. run.bash prepares the disk. The
load is events_load.cpp, which treats both alike: 4 connections with 128 publishes in flight each, which is near each
one's best, and a connection for each subscriber.

What differs is what the daemons do: ctrbox writes an event to the database before it answers, and a subscriber reads it
from there; containerd keeps none. A stamp of ctrbox is taken before the commit, one of containerd after it.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import collections
import datetime
import glob
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import time

from measure import Containerd, clear, facts

FLOOD = 100_000
LATENCIES = 1000
COMMANDS = 100
PACE = 0.01  # seconds between two commands
RATES = {1: 100_000, 10: 40_000}  # subscribers -> events
STARTS = 5
# row -> what docs/design.md asks for: (of what, at most or at least, the limit); "ratio" is ctrbox : containerd.
WANTED = {
    "publish to subscriber, p99": ("value", "<", 5, "ms"), "label commit to subscriber, p99": ("value", "<", 5, "ms"),
    "event commit to subscriber, p99": ("value", "<", 5, "ms"),
    "events/s, 1 subscriber": ("ratio", ">=", 2, ""), "events/s, 10 subscribers": ("ratio", ">=", 2, ""),
    "idle, VmRSS": ("ratio", "<=", 0.33, ""), "idle, private dirty": ("ratio", "<=", 0.33, ""),
    "flood, VmHWM": ("ratio", "<=", 0.33, ""), "flood, RSS after": ("ratio", "<=", 0.33, ""),
    "flood, private dirty after": ("ratio", "<=", 0.33, ""),
}


def run(command, **more):
    r = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                       **more)
    if r.returncode:
        raise SystemExit(f"bench: {' '.join(command)}: status {r.returncode}\n{r.stderr[-2000:]}")
    return r.stdout


class OurDaemon:
    name = "ctrbox"

    def __init__(self, o):
        self.place = os.path.join(o.work, "ctrbox")
        self.socket = self.place + "/state/containerd.sock"
        self.env = dict(os.environ, CTRBOX_ROOT=self.place + "/root", CTRBOX_STATE=self.place + "/state")
        self.client = os.path.join(o.bin, "ctr")
        self.command = [os.path.join(o.bin, "containerd"), "--root", self.place + "/root",
                        "--state", self.place + "/state", "--log-level", "error"]

    def start(self):
        os.makedirs(self.place, exist_ok=True)
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        wait_for_socket(self.socket)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ctr(self, *words):
        return [self.client, *words]


class TheirDaemon(Containerd):
    def __init__(self, o):
        super().__init__(o)
        self.socket = self.place + "/s.sock"
        self.env = dict(os.environ)
        self.command = ["/usr/bin/containerd", "-c", self.place + "/config.toml"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def wait_for_socket(path):
    for _ in range(500):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(path)
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("bench: nobody serves " + path)


# --- what is measured: each returns row -> figure


def measure_latency(o, peer):
    r = json.loads(run([o.load, "latency", peer.socket, str(LATENCIES)]))
    return {f"publish to subscriber, {p}": r[p] / 1000 for p in ("p50", "p99")}


def measure_commands(o, peer, what, command):
    """How long after its stamp a subscriber has the event of a command that ctr runs."""
    watch = subprocess.Popen([o.load, "watch", peer.socket, str(COMMANDS)], stdout=subprocess.PIPE, text=True)
    if watch.stdout.readline() != "ready\n":
        raise SystemExit("bench: events_load watch failed")
    for i in range(COMMANDS):
        run(peer.ctr(*command(i)), env=peer.env)
        time.sleep(PACE)
    r = json.loads(watch.communicate(timeout=60)[0])
    return {f"{what} to subscriber, {p}": r[p] / 1000 for p in ("p50", "p99")}


def label(i):
    return ["namespaces", "label", "bench", f"sample={i}-{time.time_ns()}"]


def measure_lines(o, peer):
    """The same for a line of `ctr events`; ours reads the table, theirs the socket."""
    reader = subprocess.Popen(peer.ctr("events"), env=peer.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    time.sleep(1)
    late = []
    for i in range(COMMANDS):
        subprocess.run(peer.ctr(*label(i)), env=peer.env, check=True, stdout=subprocess.DEVNULL)
        line = reader.stdout.readline().decode()
        late.append((time.time_ns() - stamp_of(line)) / 1e6)
    reader.terminate()
    reader.communicate()
    late.sort()
    return {"label commit to line of ctr events, p50": late[len(late) // 2],
            "label commit to line of ctr events, p99": late[int(len(late) * 0.99)]}


def stamp_of(line):
    """2026-11-25 17:01:32.123456789 +0000 UTC …"""
    day, clock = line.split()[:2]
    seconds, _, fraction = clock.partition(".")
    moment = datetime.datetime.strptime(f"{day} {seconds} +0000", "%Y-%m-%d %H:%M:%S %z")
    return int(moment.timestamp()) * 1_000_000_000 + int(fraction.ljust(9, "0"))


def cpu_seconds(pid):
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as f:
            total += int(f.read().split()[0])
    return total / 1e9


def measure_rate(o, peer, subscribers):
    events = RATES[subscribers]
    before = cpu_seconds(peer.process.pid)
    r = json.loads(run([o.load, "rate", peer.socket, str(subscribers), str(events)]))
    many = f"{subscribers} subscriber{'s' if subscribers > 1 else ''}"
    return {f"events/s, {many}": r["rate"],
            f"daemon's µs of processor per event, {many}": (cpu_seconds(peer.process.pid) - before) / events * 1e6,
            f"the load's µs of processor per event, {many}": r["load_cpu"] / events * 1e6}


def memory(pid):
    figures = {}
    for name in ("status", "smaps_rollup"):
        with open(f"/proc/{pid}/{name}") as f:
            for line in f:
                key, _, rest = line.partition(":")
                if rest.endswith(" kB\n"):
                    figures[key] = int(rest.split()[0]) / 1024
    return figures


def measure_memory(o, peer):
    """Of a daemon that has just begun, and of one with a subscriber that reads nothing of a flood."""
    peer.start()
    try:
        time.sleep(1)
        idle, pid = memory(peer.process.pid), peer.process.pid
        flood = subprocess.Popen([o.load, "stall", peer.socket, str(FLOOD)], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        during = [0]
        while not select.select([flood.stdout], [], [], 0.05)[0]:
            during.append(memory(pid)["VmRSS"])
        rate = json.loads(flood.stdout.readline())["rate"]
        after = memory(pid)
        flood.communicate()
        if flood.returncode:
            raise SystemExit("bench: events_load stall failed")
    finally:
        peer.stop()
    return {"idle, VmRSS": idle["VmRSS"], "idle, private dirty": idle["Private_Dirty"],
            "flood, VmHWM": after["VmHWM"], "flood, highest RSS seen": max(during), "flood, RSS after": after["VmRSS"],
            "flood, private dirty after": after["Private_Dirty"], "flood, events/s to the one who reads": rate}


def measure_start(o, peer):
    samples = [json.loads(run([o.load, "start", peer.socket] + peer.command))["ms"] for _ in range(STARTS)]
    return {"exec to first answer": statistics.median(samples)}


# --- the table


class Results:
    def __init__(self):
        self.rows = collections.defaultdict(lambda: collections.defaultdict(list))

    def sample(self, round_number, peers, measure, *arguments):
        """One sample of each; who comes first changes every round."""
        for peer in peers if round_number % 2 == 0 else reversed(peers):
            for row, figure in measure(peer, *arguments).items():
                self.rows[row][peer.name].append(figure)
                print(f"bench: round {round_number + 1}: {row}: {peer.name} {text(row, figure)}", file=sys.stderr,
                      flush=True)

    def print(self):
        print("\n| what | ctrbox | containerd 1.6.20 | ctrbox : containerd | wanted |")
        print("| --- | --- | --- | --- | --- |")
        for row, peers in self.rows.items():
            mine, theirs = peers["ctrbox"], peers.get("containerd", [])
            ratio = statistics.median(a / b for a, b in zip(mine, theirs)) if theirs else None
            cells = [cell(row, mine), cell(row, theirs), f"{ratio:.2f}" if theirs else "", wish(row, mine, ratio)]
            print("| " + " | ".join([row] + cells) + " |")


def wish(row, mine, ratio):
    if row not in WANTED:
        return ""
    what, how, limit, unit = WANTED[row]
    value = ratio if what == "ratio" else statistics.median(mine)
    met = {"<": value < limit, "<=": value <= limit, ">=": value >= limit}[how]
    return f"{how} {limit} {unit}".strip() + (", met" if met else ", **missed**")


def text(row, figure):
    if "events/s" in row:
        return f"{figure:,.0f}"
    if "µs" in row:
        return f"{figure:.1f}"
    unit = "MiB" if row.startswith(("idle", "flood")) else "ms"
    return f"{figure:.2f} {unit}" if figure < 10 else f"{figure:.0f} {unit}"


def cell(row, samples):
    if not samples:
        return ""
    return f"{text(row, statistics.median(samples))} ({text(row, min(samples))}–{text(row, max(samples))})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, help="a directory on the disk that is measured")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--load", required=True, help="the program events_load")
    parser.add_argument("--rounds", type=int, default=5)
    o = parser.parse_args()
    facts()
    mine, theirs = peers = OurDaemon(o), TheirDaemon(o)
    results = Results()
    try:
        for n in range(o.rounds):
            results.sample(n, peers, lambda peer: measure_memory(o, peer))
            results.sample(n, peers, lambda peer: measure_start(o, peer))
            for peer in peers:
                peer.start()
            try:
                for peer in peers:
                    run(peer.ctr("namespaces", "create", "bench"), env=peer.env)
                results.sample(n, peers, lambda peer: measure_latency(o, peer))
                results.sample(n, peers, lambda peer: measure_commands(o, peer, "label commit", label))
                results.sample(n, [mine], lambda peer: measure_commands(
                    o, peer, "event commit", lambda i: ["events", "publish", "/bench/sample", f'{{"i": {i}}}']))
                results.sample(n, peers, lambda peer: measure_lines(o, peer))
                for subscribers in RATES:
                    results.sample(n, peers, lambda peer, count: measure_rate(o, peer, count), subscribers)
            finally:
                for peer in peers:
                    peer.stop()
                    clear(peer.place)
    finally:
        for peer in peers:
            clear(peer.place)
    results.print()


main()
