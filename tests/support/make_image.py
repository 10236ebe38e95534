#!/usr/bin/env python3
"""Images for tests: layer tars in, an OCI layout out, and from there to a registry over HTTP.

  make_image.py image LAYOUT TAG [options] LAYER...   add an image to the layout (made if need be)
  make_image.py index LAYOUT TAG [--format F] FROM... join images of the layout under one index
  make_image.py push LAYOUT TAG HOST:PORT/NAME[:TAG]  upload it and all it refers to
  make_image.py digest LAYOUT TAG [layers|diffs|config]  print digests

A LAYER is a tar file (stored as it is), a directory (owned by root in the tar), or the word `busybox`: a small root file
system around Debian's busybox-static. Layers are listed base first. Times are fixed, so equal input gives equal digests.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import gzip
import hashlib
import http.client
import io
import json
import os
import shutil
import subprocess
import tarfile
import urllib.parse

EPOCH = 1500000000  # 2017-07-14
CREATED = "2017-07-14T02:40:00Z"
MEDIA = {
    "oci": {
        "index": "application/vnd.oci.image.index.v1+json",
        "manifest": "application/vnd.oci.image.manifest.v1+json",
        "config": "application/vnd.oci.image.config.v1+json",
        "none": "application/vnd.oci.image.layer.v1.tar",
        "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
        "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
    },
    "docker": {
        "index": "application/vnd.docker.distribution.manifest.list.v2+json",
        "manifest": "application/vnd.docker.distribution.manifest.v2+json",
        "config": "application/vnd.docker.container.image.v1+json",
        "none": "application/vnd.docker.image.rootfs.diff.tar",
        "gzip": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "zstd": "application/vnd.docker.image.rootfs.diff.tar.zstd",
    },
}
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An OCI image layout on disk."""

    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.join(path, "blobs", "sha256"), exist_ok=True)
        with open(os.path.join(path, "oci-layout"), "w") as f:
            json.dump({"imageLayoutVersion": "1.0.0"}, f)

    def blob_path(self, digest):
        return os.path.join(self.path, "blobs", "sha256", digest.partition(":")[2])

    def put(self, data, media_type):
        digest = digest_of(data)
        with open(self.blob_path(digest), "wb") as f:
            f.write(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def put_json(self, value, media_type):
        return self.put(json.dumps(value, separators=(",", ":")).encode(), media_type)

    def get(self, digest):
        with open(self.blob_path(digest), "rb") as f:
            return f.read()

    def index(self):
        try:
            with open(os.path.join(self.path, "index.json")) as f:
                return json.load(f)
        except FileNotFoundError:
            return {"schemaVersion": 2, "manifests": []}

    def find(self, tag):
        for d in self.index()["manifests"]:
            if d.get("annotations", {}).get("org.opencontainers.image.ref.name") == tag:
                return d
        raise SystemExit(f"make_image: no tag {tag} in {self.path}")

    def tag(self, tag, descriptor):
        index = self.index()
        index["manifests"] = [
            d for d in index["manifests"] if d.get("annotations", {}).get("org.opencontainers.image.ref.name") != tag
        ]
        index["manifests"].append(dict(descriptor, annotations={"org.opencontainers.image.ref.name": tag}))
        with open(os.path.join(self.path, "index.json"), "w") as f:
            json.dump(index, f)

    def add_image(self, tag, tars, compression="gzip", format="oci", platform="linux/amd64", config=None):
        """`tars`: plain tar bytes, base first. Returns the manifest's descriptor, platform included."""
        media = MEDIA[format]
        system, architecture, *variant = platform.split("/")
        image = {
            "created": CREATED, "architecture": architecture, "os": system,
            "config": dict({"Env": [PATH], "Cmd": ["sh"]}, **(config or {})),
            "rootfs": {"type": "layers", "diff_ids": [digest_of(t) for t in tars]},
            "history": [{"created": CREATED, "created_by": "make_image"} for _ in tars],
        }
        if variant:
            image["variant"] = variant[0]
        descriptor = self.put_json({
            "schemaVersion": 2, "mediaType": media["manifest"], "config": self.put_json(image, media["config"]),
            "layers": [self.put(compress(t, compression), media[compression]) for t in tars],
        }, media["manifest"])
        self.tag(tag, descriptor)
        where = {"os": system, "architecture": architecture}
        if variant:
            where["variant"] = variant[0]
        return dict(descriptor, platform=where)

    def add_index(self, tag, tags, format="oci"):
        entries = []
        for name in tags:
            d = {k: v for k, v in self.find(name).items() if k != "annotations"}
            image = json.loads(self.get(json.loads(self.get(d["digest"]))["config"]["digest"]))
            d["platform"] = {k: image[k] for k in ("os", "architecture", "variant") if k in image}
            entries.append(d)
        media = MEDIA[format]["index"]
        descriptor = self.put_json({"schemaVersion": 2, "mediaType": media, "manifests": entries}, media)
        self.tag(tag, descriptor)
        return descriptor

    def closure(self, descriptor):
        """Descriptors of what `descriptor` refers to and then itself: the order in which a registry takes them."""
        media = descriptor["mediaType"]
        if media in (MEDIA["oci"]["index"], MEDIA["docker"]["index"]):
            for d in json.loads(self.get(descriptor["digest"]))["manifests"]:
                yield from self.closure(d)
        elif media in (MEDIA["oci"]["manifest"], MEDIA["docker"]["manifest"]):
            manifest = json.loads(self.get(descriptor["digest"]))
            yield from [manifest["config"]] + manifest["layers"]
        yield descriptor


def compress(data, how):
    if how == "gzip":
        return gzip.compress(data, 6, mtime=0)
    if how == "zstd":
        return subprocess.run(["zstd", "-q", "-3", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def tar_of_directory(path):
    """The directory's contents, sorted, owned by root, with fixed times."""
    def normal(info):
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = EPOCH
        return info

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(os.listdir(path)):
            add_sorted(tar, os.path.join(path, name), name, normal)
    return out.getvalue()


def add_sorted(tar, path, name, normal):
    tar.add(path, name, recursive=False, filter=normal)
    if os.path.isdir(path) and not os.path.islink(path):
        for entry in sorted(os.listdir(path)):
            add_sorted(tar, os.path.join(path, entry), name + "/" + entry, normal)


def tar_of_entries(entries):
    """`entries`: (name, type, fields) where type is "dir", "file", "link", "hard", "char", "fifo"; see write_entry."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, fields in entries:
            write_entry(tar, name, kind, **fields)
    return out.getvalue()


TYPES = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE,
         "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE, "fifo": tarfile.FIFOTYPE}


def write_entry(tar, name, kind, data=b"", mode=None, uid=0, gid=0, mtime=EPOCH, target="", device=(0, 0), pax=None):
    info = tarfile.TarInfo(name)
    info.type = TYPES[kind]
    info.mode = mode if mode is not None else {"dir": 0o755, "link": 0o777}.get(kind, 0o644)
    info.uid, info.gid, info.mtime, info.linkname = uid, gid, mtime, target
    info.devmajor, info.devminor = device
    info.pax_headers = dict(pax or {})
    info.size = len(data) if kind == "file" else 0
    tar.addfile(info, io.BytesIO(data) if kind == "file" else None)


def busybox_tar():
    """A root file system of one static program and its names, with the directories that a container expects."""
    program = shutil.which("busybox")
    if not program:
        raise SystemExit("make_image: busybox is not installed (busybox-static)")
    with open(program, "rb") as f:
        data = f.read()
    names = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    entries = [(d, "dir", {"mode": m}) for d, m in (("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("proc", 0o755),
                                                     ("root", 0o700), ("sys", 0o755), ("tmp", 0o1777))]
    entries.append(("bin/busybox", "file", {"data": data, "mode": 0o755}))
    entries += [("bin/" + n, "link", {"target": "busybox"}) for n in sorted(names) if n != "busybox"]
    entries.append(("etc/passwd", "file", {"data": b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n"}))
    entries.append(("etc/group", "file", {"data": b"root:x:0:\nuser:x:1000:\nstaff:x:50:user\n"}))
    return tar_of_entries(entries)


def layer_bytes(source):
    if source == "busybox":
        return busybox_tar()
    if os.path.isdir(source):
        return tar_of_directory(source)
    with open(source, "rb") as f:
        return f.read()


def split_reference(reference):
    host, _, rest = reference.partition("/")
    name, colon, tag = rest.rpartition(":")
    return (host, name, tag) if colon else (host, rest, "latest")


class Registry:
    """As much of the distribution API as an upload needs."""

    def __init__(self, host):
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def request(self, method, path, body=None, headers=None, expect=(200, 201, 202)):
        self.connection.request(method, path, body=body, headers=headers or {})
        response = self.connection.getresponse()
        text = response.read()
        if response.status not in expect:
            raise SystemExit(f"make_image: {method} {path}: {response.status} {text[:300]!r}")
        return response

    def put_blob(self, name, digest, data):
        if self.request("HEAD", f"/v2/{name}/blobs/{digest}", expect=(200, 404)).status == 200:
            return
        where = self.request("POST", f"/v2/{name}/blobs/uploads/").getheader("Location")
        url = urllib.parse.urlsplit(where)
        path = url.path + "?" + (url.query + "&" if url.query else "") + "digest=" + urllib.parse.quote(digest)
        self.request("PUT", path, data, {"Content-Type": "application/octet-stream"})

    def put_manifest(self, name, tag, data, media_type):
        self.request("PUT", f"/v2/{name}/manifests/{tag}", data, {"Content-Type": media_type})


def push(layout, tag, reference):
    host, name, remote_tag = split_reference(reference)
    registry = Registry(host)
    target = layout.find(tag)
    manifests = {m for f in MEDIA.values() for m in (f["index"], f["manifest"])}
    for d in layout.closure(target):
        data = layout.get(d["digest"])
        if d["mediaType"] in manifests:
            registry.put_manifest(name, d["digest"], data, d["mediaType"])
        else:
            registry.put_blob(name, d["digest"], data)
    registry.put_manifest(name, remote_tag, layout.get(target["digest"]), target["mediaType"])


def print_digests(layout, tag, what):
    descriptor = layout.find(tag)
    if not what:
        print(descriptor["digest"])
        return
    manifest = json.loads(layout.get(descriptor["digest"]))
    if what == "config":
        print(manifest["config"]["digest"])
    elif what == "layers":
        print("\n".join(d["digest"] for d in manifest["layers"]))
    else:
        print("\n".join(json.loads(layout.get(manifest["config"]["digest"]))["rootfs"]["diff_ids"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    image = verbs.add_parser("image")
    image.add_argument("layout")
    image.add_argument("tag")
    image.add_argument("layers", nargs="*")
    image.add_argument("--compression", choices=("gzip", "zstd", "none"), default="gzip")
    image.add_argument("--format", choices=("oci", "docker"), default="oci")
    image.add_argument("--platform", default="linux/amd64")
    image.add_argument("--config", type=json.loads, help="JSON merged into the image config's `config`")
    index = verbs.add_parser("index")
    index.add_argument("layout")
    index.add_argument("tag")
    index.add_argument("tags", nargs="+")
    index.add_argument("--format", choices=("oci", "docker"), default="oci")
    upload = verbs.add_parser("push")
    upload.add_argument("layout")
    upload.add_argument("tag")
    upload.add_argument("reference")
    digests = verbs.add_parser("digest")
    digests.add_argument("layout")
    digests.add_argument("tag")
    digests.add_argument("what", nargs="?", choices=("layers", "diffs", "config"))
    # argparse takes an empty LAYER list before the first option; what follows the options is left over.
    o, rest = parser.parse_known_args()
    if any(r.startswith("-") for r in rest) or (rest and o.verb != "image"):
        parser.error("unrecognized arguments: " + " ".join(rest))
    layout = Layout(o.layout)
    if o.verb == "image":
        layout.add_image(o.tag, [layer_bytes(s) for s in o.layers + rest], o.compression, o.format, o.platform, o.config)
    elif o.verb == "index":
        layout.add_index(o.tag, o.tags, o.format)
    elif o.verb == "push":
        push(layout, o.tag, o.reference)
    else:
        print_digests(layout, o.tag, o.what)


if __name__ == "__main__":
    main()
