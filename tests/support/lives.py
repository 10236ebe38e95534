#!/usr/bin/env python3
"""lives.py ROOT [--ended [tasks]] [--list [ID]]: what the events of a ctrbox root say of the lives of tasks and of the processes
executed in them, read as an outsider (truth.py compares events with tables; this one needs no complete log).

A life of a task is create, start, exit, delete in this order, each once; one that was created anew by a restart policy may
have ended before its start. A life of a process that was executed is added, started, exit, each once, exit only after
started. --ended: no life is open, so that each start has its exit (`tasks`: of tasks alone); a task that has ended and was not
deleted is not open. --list prints each life (of one container with ID) as a line: `ID create start exit:3 delete`,
`ID/EXEC added started exit:0`.
Prints one line a problem to stderr and exits 1 when there is one.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import sqlite3
import sys

from truth import OURS, Malformed, decode

# What may come after what; the empty word is before the first.
TASK = {"": ("create",), "create": ("start", "exit"), "start": ("exit",), "exit": ("delete",)}
EXEC = {"": ("added",), "added": ("started",), "started": ("exit",)}
OPEN = {"create", "start", "started"}


class Life:
    def __init__(self, namespace, name, order):
        self.namespace, self.name, self.order = namespace, name, order
        self.steps, self.pid, self.status = [], 0, None

    def last(self):
        return self.steps[-1] if self.steps else ""

    def step(self, word, m):
        """Returns what is wrong with it, if anything."""
        wrong = None
        if word not in self.order.get(self.last(), ()):
            wrong = f"{self.name}: {word} after {' '.join(self.steps) or 'nothing'}"
        elif word == "exit" and self.last() in ("start", "started") and m["pid"] != self.pid:
            wrong = f"{self.name}: the exit of pid {m['pid']}, and {self.pid} was started"
        self.steps.append(word)
        if word in ("start", "started"):
            self.pid = m["pid"]
        if word == "exit":
            self.status = m["exit_status"]
        return wrong

    def __str__(self):
        return " ".join([self.name] + [f"exit:{self.status}" if s == "exit" else s for s in self.steps])


def name_of(topic, m):
    """(name, order) of what an event is about."""
    container = m["container_id"]
    if topic.startswith("exec-"):
        return f"{container}/{m['exec_id']}", EXEC
    if topic == "exit" and m["id"] != container:
        return f"{container}/{m['id']}", EXEC
    return container, TASK


def read(rows):
    """(lives in the order of their beginning, problems)."""
    lives, problems, current = [], [], {}
    for namespace, topic, payload in rows:
        word = topic.removeprefix("/tasks/")
        if word not in ("create", "start", "exit", "delete", "exec-added", "exec-started"):
            continue
        try:
            m = decode(OURS[topic][1], payload)
        except Malformed as e:
            problems.append(f"{topic}: {e}")
            continue
        name, order = name_of(word, m)
        word = word.removeprefix("exec-")
        key = namespace, name
        if key not in current or (word in order[""] and current[key].last() in ("delete", "exit", "added")):
            if key in current and order is TASK and current[key].last() != "delete":
                problems.append(f"{name}: {word} after {' '.join(current[key].steps)}")
            current[key] = Life(namespace, name, order)
            lives.append(current[key])
        wrong = current[key].step(word, m)
        if wrong:
            problems.append(wrong)
    return lives, problems


def read_root(root):
    db = sqlite3.connect(f"file:{root}/state.db?mode=ro", uri=True, timeout=30)
    return read(db.execute("SELECT namespace, topic, payload FROM events WHERE topic LIKE '/tasks/%' ORDER BY sequence"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--ended", nargs="?", const="all", choices=("all", "tasks"))
    parser.add_argument("--list", nargs="?", const="", metavar="ID")
    o = parser.parse_args()
    if not os.path.exists(os.path.join(o.root, "state.db")):
        return 0
    lives, problems = read_root(o.root)
    if o.ended:
        problems += [f"{life}: has not ended" for life in lives
                     if life.last() in OPEN and (o.ended == "all" or life.order is TASK)]
    if o.list is not None:
        for life in lives:
            if not o.list or life.name.split("/")[0] == o.list:
                print(life)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
