#!/usr/bin/env python3
"""storm.py --root R --state S --bin DIR --image REF...: random commands in four namespaces, and SIGKILL at random moments.

Clients, shims, the daemon and a reader of the events (`ctr events --cursor one`) are killed, --kills in all, a fair part of
each kind: half of them at any moment of their life, half while somebody writes. Daemon and reader are started again. A
second reader (`--cursor calm`) is left alone. Then everything is stopped, and must be true:
  - the log of events tells exactly what the state is (truth.py), the state is whole (check_state.py), now and once more
    after all containers are removed
  - a reader's life is the events in their order without a hole, each as it stands in the table; the next life begins where
    its cursor was, at most one batch before its end; both readers have read the same
  - an event that the daemon has taken over its ttrpc socket is there once, if it did not answer at most once
  - no command crashed or hung, no reader ended by itself, and nothing is left behind
Everything but R and S is kept in --work: what each command said (commands), what the readers printed. Prints what was done
and one line a problem, and exits 1 when there is one. The decisions repeat with --seed, the moments only nearly.
Kills only what names S in its arguments, looked at through a pidfd.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import collections
import ctypes
import json
import os
import random
import re
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

from truth import read_fields

SUPPORT = os.path.dirname(os.path.realpath(__file__))
NAMESPACES = ("alpha", "beta", "gamma", "delta")
# What of all kills each kind gets.
SHARES = {"client": 0.35, "shim": 0.35, "daemon": 0.15, "reader": 0.15}
BATCH = 256  # events that a reader may show again: one batch (kBatchEvents)
IDS = 8  # containers in each namespace
HANG = 120  # seconds after which a command has hung
LIBC, IN_MODIFY = ctypes.CDLL(None), 2
LOOK = 0.002  # between two looks for a process that is expected


# --- processes ---------------------------------------------------------------------------------------------------------


class Process:
    """A process as a pidfd: it is never taken for another that has got its number."""

    def __init__(self, pid):
        self.pid, self.fd = pid, os.pidfd_open(pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def arguments(self):
        """None once it is dead."""
        try:
            with open(f"/proc/{self.pid}/cmdline", "rb") as f:
                return f.read().decode(errors="replace").split("\0")[:-1] or None
        except OSError:
            return None

    def wait(self, seconds):
        """Whether it has ended."""
        return bool(select.select([self.fd], [], [], max(0, seconds))[0])

    def wait_for_write(self, root, dice):
        """Until a moment after the next transaction of anybody, for the lives of rows are short. Not for long."""
        watch = LIBC.inotify_init1(os.O_CLOEXEC)
        try:
            if LIBC.inotify_add_watch(watch, os.fsencode(os.path.join(root, "state.db-wal")), IN_MODIFY) >= 0:
                select.select([watch, self.fd], [], [], 0.2)
                self.wait(dice.random() * dice.choice((0, 0.002)))
        finally:
            os.close(watch)

    def wait_for_child(self, seconds):
        """Until the last of its children has ended: of a shim runc or, later, the container. Not for long."""
        children = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and parent_of(entry) == self.pid]
        try:
            child = os.pidfd_open(max(children, default=0) or self.pid)
        except ProcessLookupError:
            return
        select.select([child, self.fd], [], [], seconds)
        os.close(child)

    def kill(self, state, sign=signal.SIGKILL):
        """Whether it was ours, and alive."""
        arguments = self.arguments()
        if not arguments or not names_state(arguments, state) or self.wait(0):
            return False
        try:
            signal.pidfd_send_signal(self.fd, sign)
        except ProcessLookupError:
            return False
        return True


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            return int(f.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0


def names_state(arguments, state):
    return any(a in ("-state", "--state") and b == state for a, b in zip(arguments, arguments[1:]))


def processes(state, program, after=0):
    """Pids above `after` of those whose argv[0] is `program` and that name the state directory, with their arguments."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) <= after:
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as f:
                arguments = f.read().decode(errors="replace").split("\0")[:-1]
        except OSError:
            continue
        if arguments and os.path.basename(arguments[0]) == program and names_state(arguments, state):
            yield int(entry), arguments


# --- the storm ---------------------------------------------------------------------------------------------------------


class Storm:
    def __init__(self, o):
        self.o = o
        self.lock = threading.Lock()
        self.over = threading.Event()  # all kills are done
        self.quota = {kind: int(o.kills * share) for kind, share in SHARES.items()}
        self.quota["client"] += o.kills - sum(self.quota.values())
        self.kills = collections.Counter()
        self.commands = collections.Counter()
        self.problems = []
        self.usual = {}  # how long such a command takes that is not killed
        self.forwarder = Forwarder(o.state)
        self.log = open(os.path.join(o.work, "commands"), "w", buffering=1)
        self.began = time.monotonic()

    def random(self, name):
        return random.Random(f"{self.o.seed} {name}")

    def problem(self, text):
        with self.lock:
            self.problems.append(text)

    def program(self, name, *arguments):
        return [os.path.join(self.o.bin, name), "--root", self.o.root, "--state", self.o.state, *arguments]

    def reserve(self, kind):
        """Whether one more of this kind is to be killed; whoever is told so says killed() or spared() afterwards."""
        with self.lock:
            if self.quota[kind] == 0:
                return False
            self.quota[kind] -= 1
            return True

    def spared(self, kind):
        with self.lock:
            self.quota[kind] += 1

    def killed(self, kind):
        with self.lock:
            self.kills[kind] += 1
            if sum(self.kills.values()) == self.o.kills:
                self.over.set()

    def strike(self, pid, dice, child_first=False):
        """Now, or where it hurts: while somebody writes. Whether it was killed."""
        try:
            with Process(pid) as process:
                if child_first:
                    process.wait_for_child(0.5)
                if dice.random() < 0.5:
                    process.wait_for_write(self.o.root, dice)
                return process.kill(self.o.state)
        except ProcessLookupError:
            return False

    def kill_one(self, kind, pids, dice):
        if pids and self.reserve(kind):
            (self.killed if self.strike(dice.choice(pids), dice) else self.spared)(kind)

    def living_shims(self):
        return [pid for pid, _ in processes(self.o.state, "shim")]

    def living_daemons(self):
        return [pid for pid, _ in processes(self.o.state, "containerd")]

    # One command, which may have to die, or its shim.
    def command(self, dice, space, *words, shim_of=None):
        verb = " ".join(words[:2]) if words[0] in GROUPS else words[0]
        doomed = dice.random() < 0.25 and self.reserve("client")
        hunted = shim_of and not doomed and dice.random() < 0.3 and self.reserve("shim")
        share = dice.random() * 1.1  # beyond 1: it may have ended, as an early end may be
        arguments = self.program("ctr", "-n", space, *words)
        at = time.monotonic()
        with open(os.path.join(self.o.work, f"stderr.{threading.current_thread().name}"), "w+b") as errors:
            child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
            with Process(child.pid) as process:
                if doomed:
                    process.wait(share * self.usual.get(verb, 0.05))
                    self.strike(process.pid, dice)
                elif hunted:
                    (self.killed if self.hunt(dice, process, space, shim_of, verb) else self.spared)("shim")
                if not process.wait(HANG):
                    self.problem(f"hangs: {' '.join(arguments)}")
                    process.kill(self.o.state)
            status = child.wait()
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().replace("\n", " | ")
        self.note(verb, arguments, at, status, said, doomed, hunted)

    def note(self, verb, arguments, at, status, said, doomed, hunted):
        took = time.monotonic() - at
        self.log.write(f"{at - self.began:.3f}+{took:.3f} {' '.join(arguments[5:])}: {status}"
                       f"{' hunted' if hunted else ''} {said}\n")
        with self.lock:
            self.commands[verb] += 1
            if not doomed and not hunted:
                self.usual[verb] = (self.usual.get(verb, took) * 4 + took) / 5
        died = doomed and status == -signal.SIGKILL
        if doomed:
            (self.killed if died else self.spared)("client")
        if status < 0 and not died:
            self.problem(f"ended by signal {-status}: {' '.join(arguments)}: {said}")
        if re.search(r"database is locked|SQLITE|internal|terminate called|Assertion", said):
            self.problem(f"said: {' '.join(arguments)}: {said}")

    # The shim that a client starts, or talks to, from that moment on. Returns whether it was killed.
    def hunt(self, dice, client, space, name, verb):
        usual = self.usual.get(verb, 0.1)
        limit = time.monotonic() + 5 * usual
        while time.monotonic() < limit and not client.wait(LOOK):
            for pid, arguments in processes(self.o.state, "shim", client.pid if verb == "run" else 0):
                if arguments[arguments.index("-namespace") + 1] != space or arguments[arguments.index("-id") + 1] != name:
                    continue
                time.sleep(dice.random() * usual)
                return self.strike(pid, dice, child_first=dice.random() < 0.5)
        return False

    # --- threads ---

    def work(self, number):
        dice = self.random(f"worker {number}")
        while not self.over.is_set():
            space, name = dice.choice(NAMESPACES), f"{self.o.token}-{dice.randrange(IDS)}"
            words = dice.choices([w for w, _ in WORDS], [weight for _, weight in WORDS])[0]
            if words == ("clear",):
                self.clear(dice, space)
                continue
            values = {"IMAGE": dice.choice(self.o.image), "ID": name, "NS": space, "N": str(dice.randrange(1000)),
                      "LABEL": f"key{dice.randrange(3)}={dice.choice(['', 'one', 'two', 'three'])}"}
            words = [re.sub(r"\b(IMAGE|ID|NS|N|LABEL)\b", lambda m: values[m[0]], w) for w in words]
            self.command(dice, space, *words, shim_of=name if words[0] in ("run", "tasks") else None)

    def clear(self, dice, space):
        """All that a namespace has goes, and then it itself, unless the others are quicker."""
        names = [f"{self.o.token}-{n}" for n in range(IDS)]
        self.command(dice, space, "tasks", "rm", "-f", *names)
        self.command(dice, space, "containers", "rm", *names)
        self.command(dice, space, "images", "rm", *self.o.image)
        self.command(dice, space, "namespaces", "rm", space)

    def keep_daemon(self):
        """One daemon at all times, ours or one that a reader has started."""
        dice = self.random("daemon")
        errors = open(os.path.join(self.o.work, "daemon"), "ab")
        children = []
        while not self.over.is_set():
            if not self.living_daemons():
                children.append(subprocess.Popen(self.program("containerd", "--log-level", "warn"), stdin=subprocess.DEVNULL,
                                                 stdout=errors, stderr=errors))
            self.over.wait(moment(dice))
            self.kill_one("daemon", self.living_daemons(), dice)
            for child in children:
                if child.poll() is not None and child.returncode < 0 and child.returncode != -signal.SIGKILL:
                    self.problem(f"containerd ended by signal {-child.returncode}")
        self.stop_daemons()
        for child in children:
            child.wait()

    def stop_daemons(self):
        for sign, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            for pid in self.living_daemons():
                try:
                    with Process(pid) as daemon:
                        if daemon.kill(self.o.state, sign) and daemon.wait(seconds):
                            continue
                        if sign == signal.SIGTERM and daemon.arguments():
                            self.problem("containerd does not stop")
                except ProcessLookupError:
                    pass

    def kill_shims(self):
        """Those that have been there for a while."""
        dice = self.random("shims")
        while not self.over.wait(moment(dice)):
            self.kill_one("shim", self.living_shims(), dice)

    def keep_reader(self, reader, mortal):
        dice = self.random(f"reader {reader.name}")
        while not self.over.is_set():
            with reader.start(self.program("ctr", "events", "--cursor", reader.name, "--format", "json")) as process:
                limit = time.monotonic() + moment(dice)
                while not self.over.wait(LOOK * 5) and not process.wait(0):
                    if mortal and time.monotonic() >= limit:
                        self.kill_one("reader", [process.pid], dice)
                        limit += moment(dice)
                if self.over.is_set():
                    process.kill(self.o.state, signal.SIGTERM)
            status = reader.end()
            if status not in (-signal.SIGKILL, 128 + signal.SIGTERM, -signal.SIGTERM) or (
                    status == -signal.SIGKILL and not mortal):
                self.problem(f"reader {reader.name} ended with {status}: {reader.said()}")

    def forward(self):
        dice = self.random("forwarder")
        while not self.over.wait(LOOK * 5):
            try:
                self.forwarder.talk(dice, self.over)
            except (OSError, struct.error):  # nobody there, or not any more
                pass

    def blow(self):
        # The image is there before, so that the first run has something to run.
        for space in NAMESPACES[:2]:
            subprocess.run(self.program("ctr", "-n", space, "images", "pull", self.o.image[0]), stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HANG, check=True)
        readers = [Reader(self.o.work, "one"), Reader(self.o.work, "calm")]
        threads = [threading.Thread(target=self.guard, args=(self.work, n), name=f"worker{n}") for n in range(self.o.jobs)]
        threads += [threading.Thread(target=self.guard, args=(self.keep_daemon,)),
                    threading.Thread(target=self.guard, args=(self.forward,)),
                    threading.Thread(target=self.guard, args=(self.kill_shims,)),
                    threading.Thread(target=self.guard, args=(self.keep_reader, readers[0], True)),
                    threading.Thread(target=self.guard, args=(self.keep_reader, readers[1], False))]
        for thread in threads:
            thread.start()
        if not self.over.wait(self.o.limit):
            self.problem(f"only {sum(self.kills.values())} kills after {self.o.limit} seconds")
            self.over.set()
        for thread in threads:
            thread.join()
        self.stop_daemons()  # one that a reader was about to start
        return readers

    def guard(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as error:  # a thread's end would go unnoticed, and the storm with it
            self.problem(f"storm.py: {work.__name__}: {error!r}")
            self.over.set()

    # --- afterwards ---

    def ctr(self, *words, quiet=True):
        r = subprocess.run(self.program("ctr", *words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, timeout=HANG, check=False)
        if r.returncode or (quiet and r.stderr):
            self.problem(f"afterwards: {' '.join(words)}: {r.returncode} {r.stderr.strip()}")
        return r.stdout.split()

    def check(self, when, *command):
        r = subprocess.run([sys.executable, os.path.join(SUPPORT, command[0]), self.o.root, *command[1:]],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        for line in r.stdout.splitlines():
            self.problem(f"{when}: {command[0]}: {line}")
        if r.returncode and not r.stdout:
            self.problem(f"{when}: {command[0]}: {r.returncode}")

    def leftovers(self):
        for program in ("ctr", "shim", "containerd", "runc"):
            yield from (" ".join(arguments) for _, arguments in processes(self.o.state, program))
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            yield from (line.split()[4] for line in f if line.split()[4].startswith((self.o.root + "/", self.o.state + "/")))
        for room in ("tasks", "runc", "fifo"):
            for directory, names, files in os.walk(os.path.join(self.o.state, room)):
                if not names and files:
                    yield directory

    def check_nothing_left(self):
        limit = time.monotonic() + 10  # a shim tidies up after its answer
        while left := list(self.leftovers()):
            if time.monotonic() > limit:
                self.problems += [f"left behind: {what}" for what in left]
                return
            time.sleep(0.05)

    def settle_and_check(self, readers):
        for space in NAMESPACES:
            self.ctr("-n", space, "tasks", "ls")  # tells of tasks whose shim was killed
        self.check("afterwards", "truth.py")
        self.check("afterwards", "check_state.py")
        for space in NAMESPACES:
            for name in self.ctr("-n", space, "tasks", "ls", "-q"):
                self.ctr("-n", space, "tasks", "rm", "-f", name)
            for name in self.ctr("-n", space, "containers", "ls", "-q"):
                self.ctr("-n", space, "containers", "rm", name)
        for image in self.o.image:  # sweeps what pulls that were killed have left
            self.ctr("-n", NAMESPACES[0], "images", "pull", image, quiet=False)
        self.check("at the end", "truth.py")
        self.check("at the end", "check_state.py", "--clean", "--unpacked", "overlayfs")
        self.check_nothing_left()
        with sqlite3.connect(f"file:{self.o.root}/state.db?mode=ro", uri=True, timeout=10) as db:
            table = {row[0]: row[1:] for row in db.execute("SELECT sequence, namespace, topic, type_url FROM events")}
            for problem in self.forwarder.check(db):
                self.problem(f"forwarded: {problem}")
        told = []
        for reader in readers:
            with reader.start(self.program("ctr", "events", "--cursor", reader.name, "--no-follow", "--format", "json")):
                pass
            if reader.end() != 0:
                self.problem(f"reader {reader.name}: {reader.said()}")
            told.append({})
            for problem in reader.check(table, told[-1]):
                self.problem(f"reader {reader.name}: {problem}")
        for sequence in sorted(set(told[0]) & set(told[1])):
            if told[0][sequence] != told[1][sequence]:
                self.problem(f"readers: event {sequence} is told in two ways")
        return len(table)

    def break_off(self):
        """Nothing is left running, whatever stopped us."""
        self.over.set()
        for program in ("ctr", "containerd", "shim"):
            for pid, _ in list(processes(self.o.state, program)):
                self.strike(pid, self.random("end"))
        for space in NAMESPACES:  # ends the containers whose shims were killed
            subprocess.run(self.program("ctr", "-n", space, "tasks", "ls"), stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HANG, check=False)

    def report(self, events):
        print(f"seed {self.o.seed}, {time.monotonic() - self.began:.0f} s")
        print(f"kills: {sum(self.kills.values())} (" + ", ".join(f"{k} {self.kills[k]}" for k in SHARES) + ")")
        print(f"commands: {sum(self.commands.values())} (" + ", ".join(
            f"{verb} {n}" for verb, n in sorted(self.commands.items())) + ")")
        print(f"events: {events} (forwarded {self.forwarder.sent}, of which answered {len(self.forwarder.answered)})")
        print(f"problems: {len(self.problems)}")
        for problem in self.problems:
            print(f"  {problem}")


class Reader:
    """`ctr events --cursor NAME`, whose lives are appended to one file."""

    def __init__(self, work, name):
        self.name, self.path, self.errors = name, os.path.join(work, f"reader.{name}"), os.path.join(work, f"errors.{name}")
        self.lives = []  # where in the file each begins
        self.child = None

    def start(self, command):
        out, errors = open(self.path, "ab"), open(self.errors, "wb")
        with out, errors:
            self.lives.append(out.tell())
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        return Process(self.child.pid)

    def end(self):
        return self.child.wait()

    def said(self):
        with open(self.errors, encoding="utf-8", errors="replace") as f:
            return f.read().strip()

    def check(self, table, told):
        """Problems; `told` gets the line of each event."""
        with open(self.path, "rb") as f:
            data = f.read()
        highest = 0
        for begin, end in zip(self.lives, self.lives[1:] + [len(data)]):
            lines = data[begin:end].split(b"\n")
            lines.pop()  # "", or what was cut off by a kill: that event was not told yet
            previous = None
            for line in lines:
                event = json.loads(line)
                sequence = event["sequence"]
                if previous is None and not highest - BATCH < sequence <= highest + 1:
                    yield f"a life begins with {sequence}, the one before ended with {highest}"
                if previous is not None and sequence != previous + 1:
                    yield f"{sequence} follows {previous}"
                if (event["namespace"], event["topic"], event["type"]) != table.get(sequence):
                    yield f"event {sequence} is {line!r}, and {table.get(sequence)} in the table"
                if told.setdefault(sequence, line) != line:
                    yield f"event {sequence} is told in two ways"
                previous = sequence
                highest = max(highest, sequence)
        if set(told) != set(table):
            yield f"{len(set(table) - set(told))} events were never told: {sorted(set(table) - set(told))[:5]}"


class Forwarder:
    """A shim of somebody else's: gives the daemon events to write, several at once."""

    SERVICE, TOPIC = b"containerd.services.events.ttrpc.v1.Events", "/storm/forwarded"
    HEADER = struct.Struct(">IIBB")  # length, stream, type (1 request, 2 response), flags

    def __init__(self, state):
        self.state = state
        self.sent = 0
        self.answered = set()
        self.refused = []

    def talk(self, dice, over):
        """Until the daemon hangs up."""
        with socket.socket(socket.AF_UNIX) as connection:
            directory = os.open(self.state, os.O_PATH)
            try:
                connection.connect(f"/proc/self/fd/{directory}/containerd.sock.ttrpc")
            finally:
                os.close(directory)
            stream = -1
            while not over.wait(dice.random() * 0.1):
                waiting = {}
                for _ in range(dice.randrange(1, 9)):
                    self.sent, stream = self.sent + 1, stream + 2
                    waiting[stream] = self.sent
                    request = self.request(self.sent)
                    connection.sendall(self.HEADER.pack(len(request), stream, 1, 0) + request)
                with connection.makefile("rb") as answers:
                    while waiting:
                        length, answered, _, _ = self.HEADER.unpack(answers.read(self.HEADER.size))
                        answer = answers.read(length)
                        if len(answer) < length:
                            raise ConnectionError("cut off")
                        status = [v for number, _, v in read_fields(answer) if number == 1]
                        if any(number == 1 for s in status for number, _, _ in read_fields(s)):
                            self.refused.append(f"event {waiting.pop(answered)}: {answer!r}")
                        else:
                            self.answered.add(waiting.pop(answered))

    def request(self, number):
        def field(tag, value):
            return bytes([tag << 3 | 2, len(value)]) + value

        event = field(1, b"storm") + field(2, str(number).encode())
        envelope = (field(1, bytes([1 << 3, 1])) + field(2, NAMESPACES[0].encode()) + field(3, self.TOPIC.encode()) +
                    field(4, event))
        return field(1, self.SERVICE) + field(2, b"Forward") + field(3, field(1, envelope))

    def check(self, db):
        """An answered event is there once, one whose answer never came at most once."""
        times = collections.Counter(int(p) for (p,) in db.execute("SELECT payload FROM events WHERE topic = ?", (self.TOPIC,)))
        for number in range(1, self.sent + 1):
            if times[number] > 1 or (number in self.answered and times[number] == 0):
                yield f"event {number} is there {times[number]} times, {'' if number in self.answered else 'not '}answered"
        yield from self.refused


def moment(dice):
    """Seconds until the next kill of what lives long: half of them early in its life."""
    return dice.random() * dice.choice((0.1, 2.0))


GROUPS = {"images", "namespaces", "tasks", "containers", "events"}
# What is done, and how often.
WORDS = (
    (("images", "pull", "IMAGE"), 12), (("images", "label", "IMAGE", "LABEL"), 6), (("images", "rm", "IMAGE"), 2),
    (("namespaces", "label", "NS", "LABEL"), 5), (("namespaces", "create", "NS", "LABEL"), 2), (("namespaces", "rm", "NS"), 4),
    (("run", "--rm", "IMAGE", "ID", "true"), 12), (("run", "--rm", "IMAGE", "ID", "sh", "-c", "exit 3"), 12),
    (("run", "IMAGE", "ID", "true"), 6), (("run", "-d", "--rm", "IMAGE", "ID", "sleep", "1000"), 5),
    (("run", "-d", "IMAGE", "ID", "sleep", "1000"), 10), (("tasks", "kill", "-s", "KILL", "ID"), 7),
    (("tasks", "rm", "-f", "ID"), 8), (("containers", "rm", "ID"), 10), (("tasks", "ls"), 3),
    (("events", "publish", "/storm/tick", '{"n":N}'), 6), (("clear",), 2),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--bin", required=True, help="where ctr and containerd are")
    parser.add_argument("--image", required=True, action="append")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=4, help="commands at once")
    parser.add_argument("--token", default="storm", help="what the ids of containers begin with")
    parser.add_argument("--work", help="where the rest is kept (ROOT.storm)")
    parser.add_argument("--limit", type=float, default=None, help="seconds until it is given up (60 and 3 a kill)")
    o = parser.parse_args()
    o.root, o.state, o.bin = (os.path.realpath(p) for p in (o.root, o.state, o.bin))
    o.seed = random.randrange(1 << 31) if o.seed is None else o.seed
    o.work = os.path.realpath(o.work or o.root + ".storm")
    o.limit = o.limit or 60 + 3 * o.kills
    os.makedirs(o.work, exist_ok=True)
    os.makedirs(o.state, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    storm = Storm(o)
    try:
        events = storm.settle_and_check(storm.blow())
    except BaseException:
        storm.break_off()
        raise
    storm.report(events)
    return 1 if storm.problems else 0


if __name__ == "__main__":
    sys.exit(main())
