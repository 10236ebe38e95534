#!/usr/bin/env python3
"""A registry that serves one image of an OCI layout and lies on request.

  lying_registry.py LAYOUT TAG --port-file FILE --log FILE [--fault NAME[=VALUE]]...

It listens on a loopback port that the kernel chooses, writes `127.0.0.1:PORT` to the port file once it listens, answers
for any repository name and tag, and logs each request as a JSON line (method, path, range, authorization, status).
A layer is named by its place: layer0, layer1, …; `config` and `manifest` are names too.

Document faults (digests of the changed documents are right):
  diff-id            the config names a wrong diff id for the last layer
  both               the manifest has `manifests` and `layers`
  bad-json           the manifest is not JSON
  bad-digest         a layer's digest is not a digest but a path
  size=N             the first layer's descriptor has size N
  no-config          the manifest has no config
  huge-manifest      the manifest is valid and larger than 4 MiB
  media=TYPE         the manifest has this media type
Transport faults (WHAT is manifest, config, layerN or all):
  unknown            the manifest is not there (404)
  flip=WHAT          one byte is not what the digest says
  short=WHAT         half of the body, and a Content-Length that agrees
  long=WHAT          a thousand bytes too many, chunked
  endless=WHAT       a chunked body that goes on (to 64 MiB)
  cut=WHAT:BYTES[:TIMES]  the connection is cut after BYTES, the first TIMES times (1)
  range=ignore       a Range request is answered with 200 and everything
  range=wrong        … with 206 and another Content-Range than asked for
  status=WHAT:CODE[:TIMES[:RETRY_AFTER]]  answers CODE, the first TIMES times (for ever)
  digest-header      Docker-Content-Digest names another digest
  redirect=HOST      blobs are at that host (307)
  missing=WHAT       404 for a blob
  rate=BYTES         bytes a second for each blob
Authentication:
  basic=USER:PASSWORD    every request needs these
  bearer                 a token from /token, for anybody
  bearer=USER:PASSWORD   a token from /token, for this user only
  challenge-only         answers every request 401 Basic (a thief on another host)
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import base64
import json
import os
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_image import Layout, digest_of  # noqa: E402

CHUNK = 16 * 1024
ENDLESS = 64 * 1024 * 1024


class Faults:
    """The faults of the command line: name -> list of values."""

    def __init__(self, words):
        self.values = {}
        for word in words:
            name, _, value = word.partition("=")
            self.values.setdefault(name, []).append(value)
        self.used = {}
        self.lock = threading.Lock()

    def __contains__(self, name):
        return name in self.values

    def first(self, name):
        return self.values[name][0]

    def hits(self, name, what):
        return any(v in (what, "all") for v in self.values.get(name, []))

    def timed(self, name, what, default_times):
        """The fields of `NAME=WHAT:…` while its number of times (field 2) is not used up."""
        for value in self.values.get(name, []):
            fields = value.split(":")
            if fields[0] not in (what, "all"):
                continue
            times = int(fields[2]) if len(fields) > 2 and fields[2] else default_times
            with self.lock:
                used = self.used.get((name, value, what), 0)
                if used >= times:
                    continue
                self.used[(name, value, what)] = used + 1
            return fields[1:]
        return None


class Image:
    """The blobs that are served, after the document faults, and what each is called."""

    def __init__(self, layout, tag, faults):
        descriptor = layout.find(tag)
        self.media_type = descriptor["mediaType"]
        manifest = json.loads(layout.get(descriptor["digest"]))
        config = json.loads(layout.get(manifest["config"]["digest"]))
        self.blobs, self.names = {}, {}
        for i, d in enumerate(manifest["layers"]):
            self.add(f"layer{i}", layout.get(d["digest"]))
        if "diff-id" in faults:
            config["rootfs"]["diff_ids"][-1] = digest_of(b"something else")
        data = json.dumps(config).encode()
        manifest["config"].update(digest=digest_of(data), size=len(data))
        self.add("config", data)
        self.manifest = self.lie(manifest, faults)
        self.manifest_digest = digest_of(self.manifest)

    def add(self, name, data):
        self.blobs[digest_of(data)] = data
        self.names[digest_of(data)] = name

    def lie(self, manifest, faults):
        if "both" in faults:
            manifest["manifests"] = []
        if "bad-digest" in faults:
            manifest["layers"][0]["digest"] = "sha256:../../../../../../../../etc/passwd"
        if "size" in faults:
            manifest["layers"][0]["size"] = int(faults.first("size"))
        if "no-config" in faults:
            del manifest["config"]
        if "huge-manifest" in faults:
            manifest["annotations"] = {"filler": "x" * (5 * 1024 * 1024)}
        if "media" in faults:
            self.media_type = manifest["mediaType"] = faults.first("media")
        return b'{"schemaVersion": 2, "layers": [' if "bad-json" in faults else json.dumps(manifest).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    # --- what is asked for ---

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        self.body_wanted = body
        try:
            if self.path.startswith("/token"):
                self.token()
            elif self.authorized():
                self.route()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def route(self):
        image = self.server.image
        if self.path in ("/v2", "/v2/"):
            self.reply(200, b"{}", "application/json")
        elif m := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", self.path):
            known = ":" not in m[2] or m[2] == image.manifest_digest or "digest-header" in self.server.faults
            if "unknown" in self.server.faults or not known:
                self.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
            else:
                self.content("manifest", image.manifest, image.media_type)
        elif m := re.fullmatch(r"/v2/(.+)/blobs/([^/]+)", self.path):
            self.blob(m[2])
        else:
            self.error(404, "UNSUPPORTED", "no such place")

    def blob(self, digest):
        name = self.server.image.names.get(digest)
        faults = self.server.faults
        if name is None or faults.hits("missing", name):
            self.error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        elif "redirect" in faults:
            self.reply(307, b"", "text/plain", {"Location": f"http://{faults.first('redirect')}{self.path}"})
        else:
            self.content(name, self.server.image.blobs[digest], "application/octet-stream")

    # --- who asks ---

    def authorized(self):
        faults, given = self.server.faults, self.headers.get("Authorization", "")
        if "challenge-only" in faults:
            return self.challenge('Basic realm="thief"')
        if "basic" in faults and given != basic(faults.first("basic")):
            return self.challenge('Basic realm="test registry"')
        if "bearer" in faults and given.removeprefix("Bearer ") not in self.server.tokens:
            host = self.headers.get("Host")
            scope = re.sub(r"^/v2/(.+)/(manifests|blobs)/.*", r"repository:\1:pull", self.path)
            return self.challenge(f'Bearer realm="http://{host}/token",service="test registry",scope="{scope}"')
        return True

    def challenge(self, what):
        self.error(401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": what})
        return False

    def token(self):
        user = self.server.faults.first("bearer")
        if user and self.headers.get("Authorization", "") != basic(user):
            self.error(401, "UNAUTHORIZED", "wrong user or password")
            return
        token = secrets.token_hex(16)
        self.server.tokens.add(token)
        self.reply(200, json.dumps({"token": token, "expires_in": 300}).encode(), "application/json")

    # --- what is answered ---

    def error(self, status, code, message, headers=None):
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.reply(status, body, "application/json", headers)

    def reply(self, status, data, media_type, headers=None):
        self.note(status)
        self.send_response(status)
        for key, value in dict(headers or {}, **{"Content-Type": media_type, "Content-Length": str(len(data))}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.body_wanted:
            self.wfile.write(data)

    def content(self, name, data, media_type):
        """A manifest or blob, with the transport faults of its name."""
        faults = self.server.faults
        if fields := faults.timed("status", name, 1 << 30):
            headers = {"Retry-After": fields[2]} if len(fields) > 2 else {}
            self.error(int(fields[0]), "TOOMANYREQUESTS" if fields[0] == "429" else "UNKNOWN", "come back later", headers)
            return
        digest = digest_of(data)
        if faults.hits("flip", name):
            data = data[:-1] + bytes([data[-1] ^ 1])
        if faults.hits("short", name):
            data = data[: len(data) // 2]
        if "digest-header" in faults:
            digest = digest_of(b"another")
        if faults.hits("endless", name) or faults.hits("long", name):
            self.chunked(data, ENDLESS if faults.hits("endless", name) else len(data) + 1000, media_type, digest)
        else:
            self.plain(name, data, media_type, digest)

    def plain(self, name, data, media_type, digest):
        faults, start, headers = self.server.faults, 0, {}
        m = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if m and "range" not in faults or m and faults.first("range") == "wrong":
            start = min(int(m[1]), len(data))
            said = start + 7 if "range" in faults else start
            headers["Content-Range"] = f"bytes {said}-{len(data) - 1}/{len(data)}"
        status = 206 if headers else 200
        self.note(status)
        self.send_response(status)
        headers.update({"Content-Type": media_type, "Content-Length": str(len(data) - start), "Accept-Ranges": "bytes",
                        "Docker-Content-Digest": digest})
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if not self.body_wanted:
            return
        cut = faults.timed("cut", name, 1)
        self.send_slowly(data[start:] if cut is None else data[start:start + int(cut[0])])
        if cut is not None:
            self.wfile.flush()
            self.connection.shutdown(2)
            self.close_connection = True

    def send_slowly(self, data):
        rate = int(self.server.faults.first("rate")) if "rate" in self.server.faults else 0
        for i in range(0, len(data), CHUNK):
            self.wfile.write(data[i:i + CHUNK])
            if rate:
                self.wfile.flush()
                time.sleep(CHUNK / rate)

    def chunked(self, data, total, media_type, digest):
        self.note(200)
        self.send_response(200)
        for key, value in {"Content-Type": media_type, "Transfer-Encoding": "chunked", "Docker-Content-Digest": digest}.items():
            self.send_header(key, value)
        self.end_headers()
        if not self.body_wanted:
            return
        sent = 0
        while sent < total:
            piece = data[sent:sent + CHUNK] or b"x" * min(CHUNK, total - sent)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
        self.wfile.write(b"0\r\n\r\n")

    def note(self, status):
        entry = {"method": self.command, "path": self.path, "range": self.headers.get("Range"),
                 "authorization": self.headers.get("Authorization"), "status": status}
        with self.server.log_lock, open(self.server.log_path, "a") as f:
            f.write(json.dumps(entry) + "\n")

    def log_message(self, *_):
        pass


def basic(user):
    return "Basic " + base64.b64encode(user.encode()).decode()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what many of these faults are about


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout")
    parser.add_argument("tag")
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--fault", action="append", default=[])
    o = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.faults = Faults(o.fault)
    server.image = Image(Layout(o.layout), o.tag, server.faults)
    server.tokens, server.log_lock, server.log_path = set(), threading.Lock(), o.log
    open(o.log, "a").close()
    with open(o.port_file + ".new", "w") as f:
        f.write("127.0.0.1:%d" % server.server_address[1])
    os.rename(o.port_file + ".new", o.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
