#!/usr/bin/env python3
"""check_state.py ROOT [--clean] [--unpacked SNAPSHOTTER]: is everything that is visible in a ctrbox root whole?

Reads the SQLite file and the directories as an outsider would, while no ctrbox command runs. Always checked:
  - the database is sound and all its references lead somewhere
  - every blob row has its file, of its size, and the bytes hash to its digest
  - every content row of a manifest has the content rows of its config and layers in the same namespace
  - every image's target is content of its namespace
  - every snapshot's directory and its parents are there, and parents are committed
With --unpacked: every image's chain id is a committed snapshot of its namespace. With --clean: no garbage either (files
without rows, partial downloads, staging directories), as after a sweep.
Prints one line a problem and exits 1 when there is one.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import hashlib
import json
import os
import sqlite3
import sys

COMMITTED = 3


def file_digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    return "sha256:" + h.hexdigest()


class State:
    def __init__(self, root):
        self.root = root
        self.db = sqlite3.connect(f"file:{root}/state.db?mode=ro", uri=True, timeout=10)

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def blob_path(self, digest):
        return os.path.join(self.root, "content", "blobs", "sha256", digest.partition(":")[2])

    def document(self, digest):
        """A small JSON blob, or None for anything else."""
        path = self.blob_path(digest)
        try:
            if os.path.getsize(path) > 4 << 20:
                return None
            with open(path, "rb") as f:
                value = json.load(f)
            return value if isinstance(value, dict) else None
        except (OSError, ValueError):
            return None


def check_database(state):
    for (verdict,) in state.rows("PRAGMA integrity_check"):
        if verdict != "ok":
            yield f"database: {verdict}"
    for row in state.rows("PRAGMA foreign_key_check"):
        yield f"database: dangling reference {row}"


def check_blobs(state):
    for digest, size in state.rows("SELECT digest, size FROM blobs"):
        path = state.blob_path(digest)
        if not os.path.isfile(path):
            yield f"blob {digest}: row without file"
        elif os.path.getsize(path) != size:
            yield f"blob {digest}: {os.path.getsize(path)} bytes, the row says {size}"
        elif file_digest(path) != digest:
            yield f"blob {digest}: the bytes hash to {file_digest(path)}"
        elif os.stat(path).st_mode & 0o777 != 0o444:
            yield f"blob {digest}: mode {os.stat(path).st_mode & 0o777:o}"


def content_of(state, namespace):
    return {d for (d,) in state.rows(
        "SELECT digest FROM content JOIN blobs ON blobs.id = blob_id WHERE namespace_id = ?", namespace)}


def check_namespace(state, namespace, name, unpacked):
    content = content_of(state, namespace)
    for digest in content:
        document = state.document(digest)
        if document and "layers" in document and "config" in document:
            for d in [document["config"]] + document["layers"]:
                if d["digest"] not in content:
                    yield f"{name}: manifest {digest} is content, its {d['digest']} is not"
    for image, target in state.rows("SELECT name, digest FROM images WHERE namespace_id = ?", namespace):
        if target not in content:
            yield f"{name}: image {image} points to {target}, which is not content"
        elif unpacked:
            yield from check_unpacked(state, namespace, name, image, target, unpacked)


def check_unpacked(state, namespace, name, image, target, snapshotter):
    manifest = state.document(target)
    if not manifest or "config" not in manifest:
        return
    diffs = state.document(manifest["config"]["digest"])["rootfs"]["diff_ids"]
    chain = diffs[0]
    for diff in diffs[1:]:
        chain = "sha256:" + hashlib.sha256(f"{chain} {diff}".encode()).hexdigest()
    if not state.rows("SELECT 1 FROM snapshots WHERE namespace_id = ? AND snapshotter = ? AND key = ? AND kind = ?",
                      namespace, snapshotter, chain, COMMITTED):
        yield f"{name}: image {image} has no snapshot {chain}"


def check_snapshots(state):
    for number, snapshotter in state.rows("SELECT id, snapshotter FROM directories"):
        path = os.path.join(state.root, "snapshots", snapshotter, str(number))
        if not os.path.isdir(path):
            yield f"directory {snapshotter}/{number}: row without directory"
    for key, kind in state.rows("SELECT s.key, p.kind FROM snapshots s JOIN snapshots p ON p.id = s.parent_id"):
        if kind != COMMITTED:
            yield f"snapshot {key}: its parent is not committed"
    for key, a, b in state.rows("SELECT s.key, d.parent_id, p.directory_id FROM snapshots s JOIN directories d ON"
                                " d.id = s.directory_id JOIN snapshots p ON p.id = s.parent_id"):
        if a is not None and a != b:
            yield f"snapshot {key}: its directory stands on {a}, its parent's is {b}"


def check_garbage(state):
    known = {d.partition(":")[2] for (d,) in state.rows("SELECT digest FROM blobs")}
    blobs = os.path.join(state.root, "content", "blobs", "sha256")
    for name in os.listdir(blobs) if os.path.isdir(blobs) else []:
        if name not in known:
            yield f"garbage: blob {name} has no row"
    for directory, _, names in os.walk(os.path.join(state.root, "content", "ingest")):
        for name in names:
            if name == "data":
                yield f"garbage: partial download {directory}"
    rows = {(s, str(i)) for i, s in state.rows("SELECT id, snapshotter FROM directories")}
    top = os.path.join(state.root, "snapshots")
    for snapshotter in os.listdir(top) if os.path.isdir(top) else []:
        for name in os.listdir(os.path.join(top, snapshotter)):
            path = os.path.join(top, snapshotter, name)
            if os.path.isdir(path) and (snapshotter, name) not in rows and os.listdir(path):
                yield f"garbage: {snapshotter}/{name} has no row"


def problems(state, o):
    yield from check_database(state)
    yield from check_blobs(state)
    for number, name in state.rows("SELECT id, name FROM namespaces"):
        yield from check_namespace(state, number, name, o.unpacked)
    yield from check_snapshots(state)
    if o.clean:
        yield from check_garbage(state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--unpacked", metavar="SNAPSHOTTER")
    o = parser.parse_args()
    if not os.path.exists(os.path.join(o.root, "state.db")):
        return 0  # nothing was ever written: nothing can be wrong
    state = State(o.root)
    if state.rows("PRAGMA user_version") == [(0,)] and not state.rows("SELECT 1 FROM sqlite_schema"):
        return 0  # made, and killed before its first transaction
    found = list(problems(state, o))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
