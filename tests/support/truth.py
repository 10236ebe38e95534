#!/usr/bin/env python3
"""truth.py ROOT [--stats]: does the log of events tell exactly what the state of a ctrbox root is?

Reads ROOT/state.db as an outsider, in one transaction, so that it may be asked while commands run. Takes the payloads apart
with a decoder of its own, folds all events from sequence 1 and compares what comes out with the tables. Always checked:
  - the sequence has no hole: 1 to the last that was ever given away
  - each type is its topic's, each payload has its type's fields and no other
  - nothing happens to what is not there: no second create, no delete of the unknown, nothing in a namespace that is not
  - a task is created, started, exits and is deleted in this order, each once in its life; what is told twice is the same
  - namespaces, images, content, snapshots, containers and tasks are what the events say, and nothing else is there
A claim (a task of status 0) is not told of yet and must have no events. Snapshots' labels are in no event. Events of others
(any topic that is not ours) only take part in the sequence. Requires that retention has removed nothing.
Prints one line a problem and exits 1 when there is one; --stats prints how many events each topic has.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import collections
import os
import sqlite3
import sys

# --- protobuf's wire form ----------------------------------------------------------------------------------------------

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

# What a field may be. A message is a dictionary of its fields by number: (name, kind).
TEXT, UINT, INT, BOOL = "text", "uint", "int", "bool"
LABELS = {1: ("key", TEXT), 2: ("value", TEXT)}  # one entry of a map
TIME = {1: ("seconds", INT), 2: ("nanos", INT)}
ANY = {1: ("type_url", TEXT), 2: ("value", "bytes")}
TARGET = {1: ("media_type", TEXT), 2: ("digest", TEXT), 3: ("size", INT)}
MOUNT = {1: ("type", TEXT), 2: ("source", TEXT), 3: ("target", TEXT), 4: ("options", [TEXT])}
IO = {1: ("stdin", TEXT), 2: ("stdout", TEXT), 3: ("stderr", TEXT), 4: ("terminal", BOOL)}
RUNTIME = {1: ("name", TEXT), 2: ("options", ANY)}

NAME = {1: ("name", TEXT)}
NAME_AND_LABELS = {1: ("name", TEXT), 2: ("labels", [LABELS])}
IMAGE = {**NAME_AND_LABELS, 1001: ("target", TARGET)}
INFO = {1: ("digest", TEXT), 2: ("size", INT), 3: ("created_at", TIME), 4: ("updated_at", TIME), 5: ("labels", [LABELS])}
ID = {1: ("id", TEXT)}
OF_TASK = {1: ("container_id", TEXT)}
CONTENT = {1: ("digest", TEXT), 2: ("size", INT), 3: ("created_at", TIME), 4: ("updated_at", TIME), 5: ("labels", [LABELS])}
PREPARE = {1: ("key", TEXT), 2: ("parent", TEXT), 5: ("snapshotter", TEXT)}

# topic: (type, fields)
OURS = {
    "/namespaces/create": ("containerd.events.NamespaceCreate", NAME_AND_LABELS),
    "/namespaces/update": ("containerd.events.NamespaceUpdate", NAME_AND_LABELS),
    "/namespaces/delete": ("containerd.events.NamespaceDelete", NAME),
    "/images/create": ("containerd.services.images.v1.ImageCreate", IMAGE),
    "/images/update": ("containerd.services.images.v1.ImageUpdate", IMAGE),
    "/images/delete": ("containerd.services.images.v1.ImageDelete", NAME),
    "/content/create": ("containerd.services.content.v1.Info", CONTENT),
    "/content/update": ("containerd.services.content.v1.Info", CONTENT),
    "/content/delete": ("containerd.events.ContentDelete", {1: ("digest", TEXT)}),
    "/snapshot/prepare": ("containerd.events.SnapshotPrepare", PREPARE),
    "/snapshot/view": ("containerd.events.SnapshotPrepare", PREPARE),
    "/snapshot/commit": ("containerd.events.SnapshotCommit",
                         {1: ("key", TEXT), 2: ("name", TEXT), 5: ("snapshotter", TEXT), 1001: ("parent", TEXT)}),
    "/snapshot/remove": ("containerd.events.SnapshotRemove", {1: ("key", TEXT), 5: ("snapshotter", TEXT)}),
    "/containers/create": ("containerd.events.ContainerCreate",
                           {1: ("id", TEXT), 2: ("image", TEXT), 3: ("runtime", RUNTIME), 1001: ("labels", [LABELS]),
                            1002: ("snapshotter", TEXT), 1003: ("snapshot_key", TEXT)}),
    "/containers/update": ("containerd.events.ContainerUpdate",
                           {1: ("id", TEXT), 2: ("image", TEXT), 3: ("labels", [LABELS]), 4: ("snapshot_key", TEXT)}),
    "/containers/delete": ("containerd.events.ContainerDelete", ID),
    "/tasks/create": ("containerd.events.TaskCreate",
                      {**OF_TASK, 2: ("bundle", TEXT), 3: ("rootfs", [MOUNT]), 4: ("io", IO), 5: ("checkpoint", TEXT),
                       6: ("pid", UINT)}),
    "/tasks/start": ("containerd.events.TaskStart", {**OF_TASK, 2: ("pid", UINT)}),
    "/tasks/exit": ("containerd.events.TaskExit",
                    {**OF_TASK, 2: ("id", TEXT), 3: ("pid", UINT), 4: ("exit_status", UINT), 5: ("exited_at", TIME)}),
    "/tasks/delete": ("containerd.events.TaskDelete",
                      {**OF_TASK, 2: ("pid", UINT), 3: ("exit_status", UINT), 4: ("exited_at", TIME), 5: ("id", TEXT)}),
    "/tasks/paused": ("containerd.events.TaskPaused", OF_TASK),
    "/tasks/resumed": ("containerd.events.TaskResumed", OF_TASK),
    "/tasks/oom": ("containerd.events.TaskOOM", OF_TASK),
    "/tasks/exec-added": ("containerd.events.TaskExecAdded", {**OF_TASK, 2: ("exec_id", TEXT)}),
    "/tasks/exec-started": ("containerd.events.TaskExecStarted", {**OF_TASK, 2: ("exec_id", TEXT), 3: ("pid", UINT)}),
    "/tasks/checkpointed": ("containerd.events.TaskCheckpointed", {**OF_TASK, 2: ("checkpoint", TEXT)}),
}
ROOMS = [[topic.split("/")[1]] for topic in OURS]


class Malformed(Exception):
    pass


def read_varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("a number that does not end")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value & (1 << 64) - 1, at


def read_fields(data):
    """(number, wire type, value) of each field, in their order."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = read_varint(data, at)
        elif wire in (BYTES, FIXED64, FIXED32):
            length, at = read_varint(data, at) if wire == BYTES else ({FIXED64: 8, FIXED32: 4}[wire], at)
            value, at = data[at:at + length], at + length
            if at > len(data):
                raise Malformed(f"field {number} is cut off")
        else:
            raise Malformed(f"field {number} has wire type {wire}")
        yield number, wire, value


def convert(kind, wire, value):
    if wire != (VARINT if kind in (UINT, INT, BOOL) else BYTES):
        raise Malformed(f"wire type {wire} for {kind}")
    if isinstance(kind, dict):
        return decode(kind, value)
    if kind == TEXT:
        try:
            return value.decode()
        except UnicodeDecodeError as e:
            raise Malformed("text that is not UTF-8") from e
    if kind == INT and value >= 1 << 63:
        return value - (1 << 64)
    return bool(value) if kind == BOOL else value


def default(kind):
    if isinstance(kind, list):
        return []
    return None if isinstance(kind, dict) else {TEXT: "", UINT: 0, INT: 0, BOOL: False, "bytes": b""}[kind]


def decode(fields, data):
    message = {name: default(kind) for name, kind in fields.values()}
    seen = set()
    for number, wire, value in read_fields(data):
        if number not in fields:
            raise Malformed(f"field {number} is not known")
        name, kind = fields[number]
        if isinstance(kind, list):
            message[name].append(convert(kind[0], wire, value))
        elif number in seen:
            raise Malformed(f"{name} is there twice")
        else:
            message[name] = convert(kind, wire, value)
        seen.add(number)
    return message


def labels_of(message):
    labels = {entry["key"]: entry["value"] for entry in message["labels"]}
    if len(labels) != len(message["labels"]):
        raise Malformed("a label is there twice")
    if not all(labels.values()):
        raise Malformed("an empty label")
    return labels


def nanos_of(time):
    if time is None:
        raise Malformed("no time")
    return time["seconds"] * 10**9 + time["nanos"]


# --- what the events say -----------------------------------------------------------------------------------------------


class Wrong(Exception):
    """An event that cannot be true after those before it."""


def need(condition, what):
    if not condition:
        raise Wrong(what)


class Namespace:
    def __init__(self, labels):
        self.labels = labels
        self.images = {}      # name: (labels, media type, digest, size)
        self.content = {}     # digest: (size, created at, updated at, labels)
        self.snapshots = {}   # (snapshotter, key): (kind, parent)
        self.containers = {}  # id: dict
        self.tasks = {}       # container's id: dict


def add(objects, key, value, what):
    need(key not in objects, f"{what} is there already")
    objects[key] = value


def change(objects, key, value, what, may=lambda before, now: before != now):
    need(key in objects, f"{what} is not there")
    need(may(objects[key], value), f"{what} is told to change, and does not, or not in this way")
    objects[key] = value


def take(objects, key, what):
    need(key in objects, f"{what} is not there")
    return objects.pop(key)


class World:
    """All namespaces as they are after the events so far."""

    def __init__(self):
        self.namespaces = {}
        self.sizes = {}  # of blobs, which all namespaces share

    def apply(self, namespace, topic, m):
        _, room, verb = topic.split("/")
        if room == "namespaces":
            need(m["name"] == namespace, f"is of {m['name']} and stands in {namespace}")
            getattr(self, f"namespace_{verb}")(m)
        else:
            need(namespace in self.namespaces, f"namespace {namespace} is not there")
            getattr(self, f"{room}_{verb.replace('-', '_')}")(self.namespaces[namespace], m)

    def namespace_create(self, m):
        add(self.namespaces, m["name"], Namespace(labels_of(m)), f"namespace {m['name']}")

    def namespace_update(self, m):
        need(m["name"] in self.namespaces, f"namespace {m['name']} is not there")
        namespace, labels = self.namespaces[m["name"]], labels_of(m)
        need(namespace.labels != labels, f"namespace {m['name']} is told to change, and does not")
        namespace.labels = labels

    def namespace_delete(self, m):
        gone = take(self.namespaces, m["name"], f"namespace {m['name']}")
        for room in ("images", "content", "snapshots", "containers", "tasks"):
            left = getattr(gone, room)
            need(not left, f"namespace {m['name']} goes and still has {room}: {', '.join(map(str, left))}")

    def images_create(self, ns, m):
        add(ns.images, m["name"], image_of(m), f"image {m['name']}")

    def images_update(self, ns, m):
        change(ns.images, m["name"], image_of(m), f"image {m['name']}")

    def images_delete(self, ns, m):
        take(ns.images, m["name"], f"image {m['name']}")

    def content_create(self, ns, m):
        size = self.sizes.setdefault(m["digest"], m["size"])
        need(size == m["size"], f"content {m['digest']} has {m['size']} bytes, and had {size}")
        need(nanos_of(m["created_at"]) == nanos_of(m["updated_at"]), "was changed before it was told of")
        add(ns.content, m["digest"], content_of(m), f"content {m['digest']}")

    def content_update(self, ns, m):
        change(ns.content, m["digest"], content_of(m), f"content {m['digest']}",
               lambda before, now: before[:2] == now[:2] and before[3] != now[3])

    def content_delete(self, ns, m):
        take(ns.content, m["digest"], f"content {m['digest']}")

    def begin_snapshot(self, ns, m, kind):
        need_parent(ns, m)
        add(ns.snapshots, (m["snapshotter"], m["key"]), (kind, m["parent"]), f"snapshot {m['key']}")

    def snapshot_prepare(self, ns, m):
        self.begin_snapshot(ns, m, "active")

    def snapshot_view(self, ns, m):
        self.begin_snapshot(ns, m, "view")

    def snapshot_commit(self, ns, m):
        known = ns.snapshots.pop((m["snapshotter"], m["key"]), None)
        if known is None:  # a layer that a pull unpacked
            need(m["key"] == "extract " + m["name"], f"snapshot {m['key']} is not there")
            need_parent(ns, m)
        else:
            need(known[0] == "active", f"snapshot {m['key']} is {known[0]}")
            need(not m["parent"], f"parent of snapshot {m['key']}, which was told before")
        parent = known[1] if known else m["parent"]
        add(ns.snapshots, (m["snapshotter"], m["name"]), ("committed", parent), f"snapshot {m['name']}")

    def snapshot_remove(self, ns, m):
        kind, _ = take(ns.snapshots, (m["snapshotter"], m["key"]), f"snapshot {m['key']}")
        for (snapshotter, key), (_, parent) in ns.snapshots.items() if kind == "committed" else ():
            need((snapshotter, parent) != (m["snapshotter"], m["key"]), f"snapshot {key} stands on {m['key']}")

    def containers_create(self, ns, m):
        need(m["runtime"] is not None, f"container {m['id']} has no runtime")
        add(ns.containers, m["id"],
            {"image": m["image"], "runtime": m["runtime"]["name"], "labels": labels_of(m),
             "snapshotter": m["snapshotter"], "snapshot key": m["snapshot_key"]}, f"container {m['id']}")

    def containers_update(self, ns, m):
        need(m["id"] in ns.containers, f"container {m['id']} is not there")
        change(ns.containers, m["id"],
               {**ns.containers[m["id"]], "image": m["image"], "labels": labels_of(m),
                "snapshot key": m["snapshot_key"]}, f"container {m['id']}")

    def containers_delete(self, ns, m):
        take(ns.containers, m["id"], f"container {m['id']}")
        need(m["id"] not in ns.tasks, f"container {m['id']} goes before its task")

    def tasks_create(self, ns, m):
        need(m["container_id"] in ns.containers, f"container {m['container_id']} is not there")
        need(m["pid"] > 0, "no pid")
        io = m["io"] or decode(IO, b"")
        add(ns.tasks, m["container_id"], {"pid": m["pid"], "status": "created", "bundle": m["bundle"], **io},
            f"task {m['container_id']}")

    def task(self, ns, m, *statuses):
        task = ns.tasks.get(m["container_id"])
        need(task is not None, f"task {m['container_id']} is not there")
        need(task["status"] in statuses, f"task {m['container_id']} is {task['status']}")
        pid = m.get("pid", task["pid"])
        need(pid == task["pid"], f"task {m['container_id']} has pid {task['pid']}, not {pid}")
        return task

    def tasks_start(self, ns, m):
        self.task(ns, m, "created")["status"] = "running"

    def tasks_exit(self, ns, m):
        if m["id"] != m["container_id"]:  # of an exec, which is in no table
            self.of_running_task(ns, m)
            return
        self.task(ns, m, "running", "paused").update(
            {"status": "stopped", "exit status": m["exit_status"], "exited at": nanos_of(m["exited_at"])})

    def tasks_delete(self, ns, m):
        need(m["id"] == m["container_id"], f"id {m['id']} of task {m['container_id']}")
        task = self.task(ns, m, "stopped")
        told = (task["exit status"], task["exited at"])
        need(told == (m["exit_status"], nanos_of(m["exited_at"])), f"task {m['id']} ended otherwise: {told}")
        del ns.tasks[m["id"]]

    def tasks_paused(self, ns, m):
        self.task(ns, m, "running")["status"] = "paused"

    def tasks_resumed(self, ns, m):
        self.task(ns, m, "paused")["status"] = "running"

    def of_running_task(self, ns, m):  # what changes no table
        need(m["container_id"] in ns.tasks, f"task {m['container_id']} is not there")

    tasks_oom = tasks_exec_added = tasks_exec_started = tasks_checkpointed = of_running_task


def image_of(m):
    need(m["target"] is not None, f"image {m['name']} has no target")
    return (labels_of(m), m["target"]["media_type"], m["target"]["digest"], m["target"]["size"])


def content_of(m):
    return (m["size"], nanos_of(m["created_at"]), nanos_of(m["updated_at"]), labels_of(m))


def need_parent(ns, m):
    if m["parent"]:
        kind, _ = ns.snapshots.get((m["snapshotter"], m["parent"]), ("not there", ""))
        need(kind == "committed", f"parent {m['parent']} is {kind}")


def fold(rows, world):
    """Yields problems. An event that is wrong is left out, the others still count."""
    for sequence, timestamp, namespace, topic, type_url, payload in rows:
        where = f"event {sequence} {namespace} {topic}"
        if not namespace or not type_url or timestamp <= 0:
            yield f"{where}: namespace {namespace!r}, type {type_url!r}, timestamp {timestamp}"
        if topic not in OURS:
            if topic.split("/")[1:2] in ROOMS:
                yield f"{where}: a topic that is not known"
            continue
        expected, fields = OURS[topic]
        if type_url != expected:
            yield f"{where}: type {type_url}, not {expected}"
            continue
        try:
            world.apply(namespace, topic, decode(fields, payload))
        except Malformed as e:
            yield f"{where}: payload: {e}"
        except Wrong as e:
            yield f"{where}: {e}"


# --- what the tables say -----------------------------------------------------------------------------------------------

KINDS = {1: "view", 2: "active", 3: "committed"}
STATUSES = {1: "created", 2: "running", 3: "stopped", 4: "paused"}


def read_world(db):
    """The same World, made of the tables. A claim is no task."""
    world, by_id = World(), {}
    for number, name in db.execute("SELECT id, name FROM namespaces"):
        world.namespaces[name] = by_id[number] = Namespace({})

    def labels(table, owner):
        return dict(db.execute(f"SELECT key, value FROM {table} WHERE owner_id = ?", (owner,)))

    for number, namespace in by_id.items():
        namespace.labels = labels("namespace_labels", number)
    for number, ns, name, *target in db.execute("SELECT id, namespace_id, name, media_type, digest, size FROM images"):
        by_id[ns].images[name] = (labels("image_labels", number), *target)
    for number, ns, digest, *values in db.execute(
            "SELECT c.id, c.namespace_id, b.digest, b.size, c.created_at, c.updated_at FROM content c"
            " JOIN blobs b ON b.id = c.blob_id"):
        by_id[ns].content[digest] = (*values, labels("content_labels", number))
    for ns, snapshotter, key, kind, parent in db.execute(
            "SELECT s.namespace_id, s.snapshotter, s.key, s.kind, p.key FROM snapshots s"
            " LEFT JOIN snapshots p ON p.id = s.parent_id"):
        by_id[ns].snapshots[snapshotter, key] = (KINDS.get(kind, kind), parent or "")
    for number, ns, name, *values in db.execute(
            "SELECT id, namespace_id, name, image, runtime_name, snapshotter, snapshot_key FROM containers"):
        image, runtime, snapshotter, key = values
        by_id[ns].containers[name] = {"image": image, "runtime": runtime, "labels": labels("container_labels", number),
                                      "snapshotter": snapshotter, "snapshot key": key}
    for ns, name, status, pid, exit_status, exited_at, bundle, *io in db.execute(
            "SELECT c.namespace_id, c.name, status, pid, exit_status, exited_at, bundle, stdin, stdout, stderr, terminal"
            " FROM tasks JOIN containers c ON c.id = container_id WHERE status <> 0"):
        task = {"pid": pid, "status": STATUSES.get(status, status), "bundle": bundle, "stdin": io[0], "stdout": io[1],
                "stderr": io[2], "terminal": bool(io[3])}
        if status == 3 or exit_status is not None:
            task.update({"exit status": exit_status, "exited at": exited_at})
        by_id[ns].tasks[name] = task
    return world


def compare(where, told, there):
    for key in sorted(set(told) | set(there), key=str):
        name = key if isinstance(key, str) else " ".join(key)
        if key not in there:
            yield f"{where} {name}: told and not there"
        elif key not in told:
            yield f"{where} {name}: there and not told"
        elif told[key] != there[key]:
            yield f"{where} {name}: told {told[key]}, is {there[key]}"


def compare_worlds(told, there):
    exist = {n: {} for n in there.namespaces}
    yield from compare("namespace", {n: {} for n in told.namespaces}, exist)
    for name in sorted(set(told.namespaces) & set(there.namespaces)):
        a, b = told.namespaces[name], there.namespaces[name]
        yield from compare("namespace", {name: a.labels}, {name: b.labels})
        for room in ("images", "content", "snapshots", "containers", "tasks"):
            yield from compare(f"{name}: {room.removesuffix('s')}", getattr(a, room), getattr(b, room))


def check_sequence(db):
    expected = 1
    for (sequence,) in db.execute("SELECT sequence FROM events ORDER BY sequence"):
        if sequence != expected:
            yield f"sequence: {expected} to {sequence - 1} are missing"
        expected = sequence + 1
    given = next(iter(db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'")), (0,))[0]
    if given != expected - 1:
        yield f"sequence: the last is {expected - 1}, and {given} were given away"


def problems(db):
    yield from check_sequence(db)
    told = World()
    yield from fold(db.execute("SELECT sequence, timestamp, namespace, topic, type_url, payload FROM events"
                               " ORDER BY sequence"), told)
    yield from compare_worlds(told, read_world(db))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--stats", action="store_true")
    o = parser.parse_args()
    if not os.path.exists(os.path.join(o.root, "state.db")):
        return 0  # nothing was ever written: nothing can be wrong
    db = sqlite3.connect(f"file:{o.root}/state.db?mode=ro", uri=True, timeout=10, isolation_level=None)
    db.text_factory = lambda text: text.decode(errors="replace")  # events hold no other text
    if not db.execute("SELECT 1 FROM sqlite_schema").fetchall():
        return 0  # made, and killed before its first transaction
    db.execute("BEGIN")  # the events and the tables of one moment
    if o.stats:
        counts = collections.Counter(t for (t,) in db.execute("SELECT topic FROM events"))
        for topic in sorted(counts):
            print(f"{counts[topic]:8} {topic}")
    found = list(problems(db))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
