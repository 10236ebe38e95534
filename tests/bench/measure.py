#!/usr/bin/env python3
"""measure.py: ctrbox beside containerd and runc, samples interleaved (A B A B …), medians and ratios as a markdown table.

run.bash prepares the disk, the images and the registry. Wall times are of the client command, from start to exit. Between
samples everything is removed and synced, outside of the measured time. What a sample leaves dirty is not counted for
containerd; ctrbox has synced its layers when the command ends.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

# What docs/design.md asks for: row -> (of which peer, at most this ratio).
WANTED = {"pull layers": 0.22, "pull files": 0.22, "pull again": 0.2, "pull in a second namespace": 0.2}
CONFIG = """version = 2
root = "{0}/root"
state = "{0}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "{0}/s.sock"
[ttrpc]
  address = "{0}/s.sock.ttrpc"
[debug]
  level = "error"
"""


def timed(command, env=None):
    """Wall seconds of a command that must succeed."""
    started = time.monotonic()
    r = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                       env=dict(os.environ, **(env or {})))
    seconds = time.monotonic() - started
    if r.returncode:
        raise SystemExit(f"bench: {' '.join(command)}: status {r.returncode}\n{r.stderr[-2000:]}")
    return seconds


def clear(directory):
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run(["sync", "-f", os.path.dirname(directory)], check=True)


class Ctrbox:
    """The release build with a root of its own."""

    name = "ctrbox"

    def __init__(self, o):
        self.ctr, self.place = os.path.join(o.bin, "ctr"), os.path.join(o.work, "ctrbox")
        self.env = {"CTRBOX_ROOT": self.place + "/root", "CTRBOX_STATE": self.place + "/state"}

    def start(self):
        os.makedirs(self.place)

    def stop(self):
        clear(self.place)

    def pull(self, ref, namespace="default"):
        return timed([self.ctr, "-n", namespace, "images", "pull", ref], self.env)

    def run(self, ref, name):
        return timed([self.ctr, "run", "--rm", ref, name, "true"], self.env)

    def bundle(self, ref, directory):
        """The bundle of one of its containers, for bare runc: config.json over a plain copy of the root file system."""
        os.makedirs(directory)
        env = dict(os.environ, **self.env)
        subprocess.run([self.ctr, "run", "-d", ref, "pattern", "sleep", "1000"], env=env, check=True, stdin=subprocess.DEVNULL)
        try:
            with open(os.path.join(self.place, "state", "tasks", "default", "pattern", "config.json")) as f:
                config = json.load(f)
        finally:
            for command in (["tasks", "kill", "-s", "KILL", "pattern"], ["tasks", "rm", "-f", "pattern"], ["containers", "rm", "pattern"]):
                subprocess.run([self.ctr] + command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        config["process"]["args"] = ["true"]
        config["root"]["path"] = "rootfs"
        config["linux"].pop("cgroupsPath", None)
        with open(os.path.join(directory, "config.json"), "w") as f:
            json.dump(config, f)


class Containerd:
    """Debian's containerd and ctr, started privately."""

    name = "containerd"
    env = None  # the daemon's; ours unless set

    def __init__(self, o):
        self.place, self.process = os.path.join(o.work, "containerd"), None

    def ctr(self, *words):
        return ["/usr/bin/ctr", "-a", self.place + "/s.sock", *words]

    def start(self):
        os.makedirs(self.place, exist_ok=True)
        with open(self.place + "/config.toml", "w") as f:
            f.write(CONFIG.format(self.place))
        self.log = open(self.place + "/log", "w")
        self.process = subprocess.Popen(["/usr/bin/containerd", "-c", self.place + "/config.toml"], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env=self.env)
        for _ in range(200):
            if subprocess.run(self.ctr("version"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit("bench: containerd does not answer; see " + self.place + "/log")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None
            self.log.close()
        clear(self.place)

    def pull(self, ref, namespace="default"):
        return timed(self.ctr("-n", namespace, "images", "pull", "--plain-http", ref))

    def run(self, ref, name):
        return timed(self.ctr("run", "--rm", ref, name, "true"))


class Runc:
    """Bare runc on the bundle of a ctrbox container."""

    name = "runc"

    def __init__(self, o, ctrbox, ref):
        self.place = os.path.join(o.work, "runc")
        ctrbox.bundle(ref, self.place)
        subprocess.run(["umoci", "unpack", "--image", o.layouts + "/busybox:latest", f"{o.work}/unpacked"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.rename(f"{o.work}/unpacked/rootfs", f"{self.place}/rootfs")

    def run(self, _ref, name):
        return timed(["runc", "--root", self.place + "/state", "run", "--bundle", self.place, "bare-" + name])


class Results:
    def __init__(self):
        self.samples = {}

    def add(self, row, peer, seconds):
        self.samples.setdefault(row, {}).setdefault(peer, []).append(seconds)

    def table(self):
        print("\n| what | ctrbox | containerd 1.6.20 | bare runc | ctrbox : containerd | ctrbox : runc |")
        print("| --- | --- | --- | --- | --- | --- |")
        for row, peers in self.samples.items():
            mine = statistics.median(peers["ctrbox"])
            cells = [cell(peers.get(p)) for p in ("ctrbox", "containerd", "runc")]
            ratios = [f"{mine / statistics.median(peers[p]):.2f}" if p in peers else "" for p in ("containerd", "runc")]
            if row in WANTED:
                ratios[0] += f" (wanted {WANTED[row]})"
            if "runc" in peers:
                ratios[1] += " (wanted 1.2)"
            print("| " + " | ".join([f"{row}, n={len(peers['ctrbox'])}"] + cells + ratios) + " |")


def cell(samples):
    if not samples:
        return ""
    return f"{duration(statistics.median(samples))} ({duration(min(samples))}–{duration(max(samples))})"


def duration(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def measure_pull(o, results, row):
    ref = f"{o.registry}/bench/{row}:latest"
    for sample in range(o.samples):
        for peer in (Ctrbox(o), Containerd(o)):
            peer.start()
            try:
                results.add(f"pull {row}", peer.name, peer.pull(ref))
                os.sync()
                if row == "layers":
                    results.add("pull again", peer.name, peer.pull(ref))
                    results.add("pull in a second namespace", peer.name, peer.pull(ref, "second"))
            finally:
                peer.stop()
        print(f"bench: {row}: sample {sample + 1} of {o.samples}", file=sys.stderr, flush=True)


def measure_run(o, results):
    ref = f"{o.registry}/bench/busybox:latest"
    mine, theirs = Ctrbox(o), Containerd(o)
    try:
        for peer in (mine, theirs):
            peer.start()
            peer.pull(ref)
        peers = [mine, theirs, Runc(o, mine, ref)]
        for sample in range(-1, o.run_samples):  # the first is for warmth
            for peer in peers:
                seconds = peer.run(ref, f"sample{sample + 1}")
                if sample >= 0:
                    results.add("run --rm busybox true", peer.name, seconds)
    finally:
        theirs.stop()
        mine.stop()


def facts():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    here = os.path.dirname(os.path.abspath(__file__))
    commit = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty"], stdout=subprocess.PIPE, text=True).stdout
    versions = [subprocess.run(c, stdout=subprocess.PIPE, text=True).stdout.splitlines()[0] for c in
                (["/usr/bin/containerd", "--version"], ["runc", "--version"])]
    load = os.getloadavg()[0]
    print(f"commit {commit.strip()}, {time.strftime('%Y-%m-%d')}; {os.cpu_count()} × {model}, {memory:.0f} GiB, Linux"
          f" {platform.release()}; loop-mounted ext4 with journal; load before {load:.1f}")
    print("; ".join(versions))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--layouts", required=True)
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--run-samples", type=int, default=20)
    parser.add_argument("rows", nargs="+")
    o = parser.parse_args()
    facts()
    results = Results()
    for row in o.rows:
        if row == "run":
            measure_run(o, results)
        else:
            measure_pull(o, results, row)
    results.table()


if __name__ == "__main__":
    main()
