#!/usr/bin/env python3
"""shim.py: the process that watches a container, of ctrbox, of containerd and of podman (conmon), as a markdown table.

ctrbox's is measured twice: as its own client starts it, and as the runtime of the same containerd that starts its own. All
watch containers at the same time, begun in turns, all on the same runc, with the same image, `sleep` as the only process
and its output going to a file. First one container each, then as many as --containers. Memory is what the kernel
counts in smaps_rollup; with many containers the table has the median and, in brackets, the range. Wake-ups are context
switches of all threads while nothing happens, over --seconds. Then --execs processes one after another in one container,
and the memory of its watcher again; conmon has none of that, since podman starts another one for each.

The watcher is the parent of the container's first process: each of them is the reaper of its container.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from measure import Containerd, Ctrbox, clear, facts

SETTLE = 3  # seconds between the last start and the look
PRIVATE_DIRTY = "private dirty"
FIGURES = {  # figure -> unit; in this order in the table
    PRIVATE_DIRTY: "KiB", "private dirty and clean": "KiB", "PSS": "KiB", "RSS": "KiB", "page tables": "KiB", "threads": "",
    "descriptors": "", "wake-ups a minute": "",
}
WANTED, GOAL = 1024, 307  # KiB of private dirty memory


def run(command, **more):
    r = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if r.returncode:
        raise SystemExit(f"bench: {' '.join(command)}: status {r.returncode}\n{r.stderr[-2000:]}")
    return r.stdout


def quietly(command, **more):
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def task_pid(listing, name):
    """Of a line `TASK PID STATUS`, which both clients print."""
    for line in listing.splitlines():
        words = line.split()
        if words and words[0] == name:
            return int(words[1])
    raise SystemExit(f"bench: no task {name} in:\n{listing}")


class OurShim(Ctrbox):
    comm = "ctrbox-shim"

    def call(self, *words):
        return run([self.ctr, *words], env=dict(os.environ, **self.env))

    def launch(self, ref, name):
        self.call("run", "-d", ref, name, "sleep", "100000")
        return task_pid(self.call("tasks", "ls"), name)

    def execute(self, name, exec_id):
        self.call("tasks", "exec", "--exec-id", exec_id, name, "true")

    def remove(self, name):
        for words in (["tasks", "kill", "-s", "KILL", name], ["tasks", "rm", "-f", name], ["containers", "rm", name]):
            quietly([self.ctr, *words], env=dict(os.environ, **self.env))


class TheirShim(Containerd):
    comm = "containerd-shim"
    runtime = "io.containerd.runc.v2"

    def __init__(self, o):
        super().__init__(o)
        self.env = dict(os.environ, CTRBOX_STATE=self.place + "/guest")  # where our shim has its sockets

    def launch(self, ref, name):
        log = f"file://{self.place}/{name}.log"
        run(self.ctr("run", "-d", "--runtime", self.runtime, "--log-uri", log, ref, name, "sleep", "100000"))
        return task_pid(run(self.ctr("tasks", "ls")), name)

    def execute(self, name, exec_id):
        run(self.ctr("tasks", "exec", "--exec-id", exec_id, name, "true"))

    def remove(self, name):
        quietly(self.ctr("tasks", "rm", "-f", name))
        quietly(self.ctr("containers", "rm", name))


class Guest(TheirShim):
    """Our shim as a runtime of their daemon, which must have been started: a copy of the program, since two watchers of
    one file would share pages that either alone has for itself."""

    name, comm = "guest", OurShim.comm

    def __init__(self, o):
        super().__init__(o)
        self.program, self.runtime = os.path.join(o.bin, "containerd-shim-ctrbox-v2"), self.place + "/containerd-shim-ctrbox-v2"

    def start(self):
        shutil.copy(self.program, self.runtime)

    def pull(self, ref):
        pass

    def stop(self):
        pass


class Conmon:
    """conmon as podman would call it, on bundles with one root file system; the configuration is that of ctrbox."""

    name = comm = "conmon"

    def __init__(self, o, ctrbox):
        self.place, self.ctrbox, self.layout = os.path.join(o.work, "conmon"), ctrbox, o.layouts + "/busybox:latest"
        self.runc = ["runc", "--root", self.place + "/state"]

    def start(self):
        os.makedirs(self.place + "/attach")

    def pull(self, ref):
        run(["umoci", "unpack", "--image", self.layout, self.place + "/unpacked"])
        self.ctrbox.bundle(ref, self.place + "/pattern")
        with open(self.place + "/pattern/config.json") as f:
            self.config = json.load(f)
        self.config["process"]["args"] = ["sleep", "100000"]
        self.config["root"]["path"] = self.place + "/unpacked/rootfs"

    def launch(self, _ref, name):
        bundle = f"{self.place}/{name}"
        for directory in ("exits", "kept"):
            os.makedirs(f"{bundle}/{directory}")
        with open(bundle + "/config.json", "w") as f:
            json.dump(self.config, f)
        run(["conmon", "--api-version", "1", "-c", name, "-u", name, "-n", name, "-r", "/usr/bin/runc", "-b", bundle,
             "-p", bundle + "/pid", "-P", bundle + "/conmon.pid", "--exit-dir", bundle + "/exits",
             "--persist-dir", bundle + "/kept", "--socket-dir-path", self.place + "/attach", "-l", f"k8s-file:{bundle}/log",
             "--log-level", "error", f"--runtime-arg=--root={self.place}/state"])
        pid = self.pid_from(bundle + "/pid")
        run(self.runc + ["start", name])
        return pid

    def pid_from(self, path):
        for _ in range(500):
            if os.path.exists(path) and os.path.getsize(path):
                with open(path) as f:
                    return int(f.read())
            time.sleep(0.02)
        raise SystemExit("bench: conmon did not write " + path)

    def remove(self, name):
        quietly(self.runc + ["delete", "--force", name])

    def stop(self):
        clear(self.place)


# --- what is measured of a process


def fields(path):
    """Key -> first number of the lines `Key: number …`; a file that names a key twice has the sum."""
    values = {}
    with open(path) as f:
        for line in f:
            key, _, rest = line.partition(":")
            words = rest.split()
            if words and words[0].isdigit():
                values[key] = values.get(key, 0) + int(words[0])
    return values


def watcher_of(peer, pid):
    parent = fields(f"/proc/{pid}/status")["PPid"]
    with open(f"/proc/{parent}/comm") as f:
        comm = f.read().strip()
    if comm != peer.comm:
        raise SystemExit(f"bench: the parent of {peer.name}'s container is {comm} ({parent}), not {peer.comm}")
    return parent


def look(pid):
    memory, status = fields(f"/proc/{pid}/smaps_rollup"), fields(f"/proc/{pid}/status")
    return {PRIVATE_DIRTY: memory["Private_Dirty"], "private dirty and clean": memory["Private_Dirty"] + memory["Private_Clean"],
            "PSS": memory["Pss"], "RSS": memory["Rss"], "page tables": status["VmPTE"], "threads": status["Threads"],
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def switches(pid):
    """Context switches of all threads: /proc/PID/status counts those of the first alone."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/status"):
        values = fields(path)
        total += values["voluntary_ctxt_switches"] + values["nonvoluntary_ctxt_switches"]
    return total


# --- the run


class Bench:
    def __init__(self, o):
        self.o, self.ref = o, f"{o.registry}/bench/busybox:latest"
        mine = OurShim(o)
        self.peers = [mine, TheirShim(o), Guest(o), Conmon(o, mine)]
        self.token = f"bench{os.getpid()}"
        self.names = {p.name: [] for p in self.peers}
        self.watchers = {p.name: [] for p in self.peers}
        self.rows = {}  # row -> peer -> samples

    def add(self, row, peer, samples):
        self.rows.setdefault(row, {})[peer.name] = samples

    def grow(self, count):
        """Until each has `count` containers; who comes first changes every time."""
        for n in range(len(self.names["ctrbox"]), count):
            for peer in self.peers if n % 2 == 0 else reversed(self.peers):
                name = f"{self.token}-{peer.name}-{n}"
                self.names[peer.name].append(name)
                self.watchers[peer.name].append(watcher_of(peer, peer.launch(self.ref, name)))
        time.sleep(SETTLE)

    def measure_rest(self, count):
        self.grow(count)
        before = {pid: switches(pid) for p in self.peers for pid in self.watchers[p.name]}
        time.sleep(self.o.seconds)
        for peer in self.peers:
            pids = self.watchers[peer.name]
            if len(set(pids)) != count:
                raise SystemExit(f"bench: {peer.name} has {len(set(pids))} watchers for {count} containers")
            looks = [look(pid) for pid in pids]
            for figure in looks[0]:
                self.add(f"{containers(count)}: {figure}", peer, [x[figure] for x in looks])
            self.add(f"{containers(count)}: wake-ups a minute", peer,
                     [(switches(pid) - before[pid]) * 60 / self.o.seconds for pid in pids])
        print(f"bench: shim: {containers(count)} each measured", file=sys.stderr, flush=True)

    def measure_execs(self):
        for n in range(self.o.execs):
            for peer in self.peers[:3]:
                peer.execute(self.names[peer.name][0], f"e{n}")
        time.sleep(SETTLE)
        for peer in self.peers[:3]:
            after = look(self.watchers[peer.name][0])
            for figure in (PRIVATE_DIRTY, "descriptors"):
                self.add(f"after {self.o.execs} execs: {figure}", peer, [after[figure]])

    def run(self):
        try:
            for peer in self.peers:
                peer.start()
                peer.pull(self.ref)
            self.measure_rest(1)
            if self.o.containers > 1:
                self.measure_rest(self.o.containers)
            self.measure_execs()
        finally:
            for peer in self.peers:
                for name in self.names[peer.name]:
                    peer.remove(name)
            for peer in self.peers:
                peer.stop()

    def table(self):
        print("\n| what | ctrbox | containerd-shim-runc-v2 | ctrbox under containerd | conmon | ctrbox : containerd's |"
              " ctrbox : conmon | wanted |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for row, peers in self.rows.items():
            unit = FIGURES[row.split(": ", 1)[1]]
            mine = statistics.median(peers["ctrbox"])
            cells = [row + (f", {unit}" if unit else "")] + [cell(peers.get(p.name)) for p in self.peers]
            cells += [ratio(mine, peers.get(name)) for name in ("containerd", "conmon")]
            wish = f"{limit(mine, WANTED)}; goal {limit(mine, GOAL)}" if row.endswith(": " + PRIVATE_DIRTY) else ""
            print("| " + " | ".join(cells + [wish]) + " |")


def containers(count):
    return "1 container" if count == 1 else f"{count} containers"


def limit(value, most):
    return f"< {most}, " + ("met" if value < most else "**missed**")


def ratio(mine, theirs):
    if not theirs or statistics.median(theirs) == 0:
        return ""
    return f"{mine / statistics.median(theirs):.2f}"


def cell(samples):
    if not samples:
        return ""
    low, middle, high = min(samples), statistics.median(samples), max(samples)
    return f"{middle:,.0f}" if low == high else f"{middle:,.0f} ({low:,.0f}–{high:,.0f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", required=True)
    parser.add_argument("--work", required=True, help="a directory on the disk that is measured")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--layouts", required=True)
    parser.add_argument("--containers", type=int, default=50)
    parser.add_argument("--execs", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60, help="how long wake-ups are counted")
    o = parser.parse_args()
    facts()
    print(run(["conmon", "--version"]).splitlines()[0])
    bench = Bench(o)
    bench.run()
    bench.table()


main()
