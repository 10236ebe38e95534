#!/usr/bin/env python3
"""layer_directories.py ROOT SNAPSHOTTER LAYOUT TAG: the directories that make up an unpacked image, top first, one a line.

Found as an outsider would: the image's diff ids give the chain id, the database gives its snapshot's directory and those
below, down to one that nothing shows through.
"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_image import Layout  # noqa: E402


def chain_id(diff_ids):
    chain = diff_ids[0]
    for diff in diff_ids[1:]:
        chain = "sha256:" + hashlib.sha256(f"{chain} {diff}".encode()).hexdigest()
    return chain


def main():
    root, snapshotter, layout_path, tag = sys.argv[1:]
    layout = Layout(layout_path)
    manifest = json.loads(layout.get(layout.find(tag)["digest"]))
    chain = chain_id(json.loads(layout.get(manifest["config"]["digest"]))["rootfs"]["diff_ids"])
    db = sqlite3.connect(f"file:{root}/state.db?mode=ro", uri=True)
    row = db.execute("SELECT id, parent_id, opaque_root FROM directories WHERE snapshotter = ? AND chain_id = ?",
                     (snapshotter, chain)).fetchone()
    if row is None:
        raise SystemExit(f"layer_directories: nothing is unpacked as {chain}")
    while row:
        print(os.path.join(root, "snapshots", snapshotter, str(row[0]), "fs"))
        if snapshotter == "native" or row[2] or row[1] is None:
            return
        row = db.execute("SELECT id, parent_id, opaque_root FROM directories WHERE id = ?", (row[1],)).fetchone()


main()
