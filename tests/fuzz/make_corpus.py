#!/usr/bin/env python3
"""Writes the seeds that are not text into tests/fuzz/corpus; beside them are text seeds and inputs that once crashed.

`tests/fuzz/make_corpus.py` writes the same bytes each time: a seed is changed here, not in the folder.
"""
# SPDX-License-Identifier: Apache-2.0
import base64
import json
import os
import struct

CORPUS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "corpus")


def write(target, name, data):
    os.makedirs(os.path.join(CORPUS, target), exist_ok=True)
    with open(os.path.join(CORPUS, target, name), "wb") as f:
        f.write(data)


# --- protobuf ---------------------------------------------------------------------------------------------------------

def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    """A number as a varint, a float as a double, text and bytes with their length."""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def label(key, value):
    return message((1, key), (2, value))


def any_of(type_url, value):
    return message((1, type_url), (2, value))


# Places in kTypes of envelope.cpp.
TYPES = {"ContainerCreate": 0, "ContainerUpdate": 1, "ContentCreate": 3, "NamespaceCreate": 5, "SnapshotPrepare": 6,
         "TaskCreate": 9, "TaskExit": 11, "TaskDelete": 12, "content.Info": 18, "ImageCreate": 19, "Struct": 22,
         "Any": 23, "Timestamp": 24, "Value": 25, "Spec": 26, "none": 27}
NOON = message((1, 1501280391), (2, 832013043))


def nested(depth):
    """{"a": {"a": …}} as a Struct."""
    value = message((2, 1.0))
    for _ in range(depth):
        value = message((5, message((1, message((1, "a"), (2, value))))))
    return message((1, message((1, "a"), (2, value))))


def raw_line(type_url, value):
    event = {"type_url": type_url, "value": base64.b64encode(value).decode()}
    line = {"timestamp": "2017-07-28T22:19:51Z", "namespace": "n", "topic": "/t", "type": type_url, "event": event}
    return b"L" + json.dumps(line).encode()


def envelope():
    exit_event = message((1, "redis"), (2, "redis"), (3, 4242), (4, 137), (5, NOON))
    values = {
        "TaskExit": exit_event,
        "TaskDelete": message((1, "redis"), (2, 4242), (3, 1), (4, NOON), (5, "redis")),
        "TaskCreate": message((1, "redis"), (2, "/run/b"), (3, message((1, "overlay"), (2, "overlay"), (4, "ro"))),
                              (4, message((1, "in"), (2, "out"), (4, 1))), (6, 4242)),
        "ContainerCreate": message((1, "redis"), (2, "docker.io/library/redis:latest"),
                                   (3, message((1, "io.containerd.runc.v2"), (2, any_of("x.Options", b"\1\2")))),
                                   (1001, label("a/b", "c")), (1002, "overlayfs"), (1003, "redis")),
        "ContainerUpdate": message((1, "redis"), (2, "i"), (3, label("a.b", "c")), (3, label("", "")), (4, "k")),
        "ContentCreate": message((1, "sha256:00"), (2, 1 << 40), (1001, label("k", "v"))),
        "NamespaceCreate": message((1, "default"), (2, label("k", "\u202e\x9b31m"))),
        "SnapshotPrepare": message((1, "k"), (2, "p"), (5, "overlayfs")),
        "content.Info": message((1, "sha256:00"), (2, 7), (3, NOON), (4, NOON), (5, label("k", "v"))),
        "ImageCreate": message((1, "i"), (2, label("k", "v")), (1001, message((1, "m"), (2, "sha256:00"), (3, -1)))),
        "Struct": message(*[(1, message((1, key), (2, value))) for key, value in
                            [("null", message((1, 0))), ("number", message((2, 1.5))), ("text", message((3, "t\n"))),
                             ("yes", message((4, 1))), ("list", message((6, message((1, message((2, 3.0)))))))]]),
        "Any": any_of("containerd.events.TaskExit", exit_event),
        "Timestamp": NOON,
        "Value": message((3, "text")),
        "Spec": b'{"ociVersion":"1.0.2","process":{"args":["sh"],"env":[]},"a":{"b":[1,2.5,null,true,"\\u001b"]}}',
        "none": b"\x00\xff",
    }
    for name, value in values.items():
        write("envelope", f"value-{name}", b"V" + bytes([TYPES[name]]) + value)
    odd = {
        "value-not-utf8": ("NamespaceCreate", message((1, b"\xff\xfe"))),
        "value-deep-struct": ("Struct", nested(20)),
        "value-not-a-number": ("Struct", message((1, message((1, "n"), (2, message((2, float("nan")))))))),
        "value-infinite": ("Struct", message((1, message((1, "n"), (2, message((2, float("inf")))))))),
        "value-last-second": ("TaskExit", message((5, message((1, (2**63 - 1) // 10**9 - 1), (2, 2**31 - 1))))),
        "value-no-such-year": ("TaskExit", message((5, message((1, 1 << 60))))),
        "value-negative-nanos": ("TaskExit", message((5, message((1, -(2**63 // 10**9) + 1), (2, -(2**31)))))),
        "value-deep-json": ("Spec", b'{"a":' + b"[" * 120 + b"]" * 120 + b"}"),
        "value-cut": ("TaskExit", exit_event[:-3]),
    }
    for name, (type_name, value) in odd.items():
        write("envelope", name, b"V" + bytes([TYPES[type_name]]) + value)
    # What describe() cannot read is printed raw, and so may be whatever else somebody publishes.
    raw = {"TaskExit": "containerd.events.TaskExit", "Struct": "google.protobuf.Struct", "none": "x.Unknown",
           "ContainerCreate": "types.containerd.io/containerd.events.ContainerCreate"}
    for name, type_url in raw.items():
        write("envelope", f"line-raw-{name}", raw_line(type_url, values[name]))
    write("envelope", "line-raw-lookalike", raw_line("x.Json", b'{"type_url":"a","value":"b"}'))
    write("envelope", "line-raw-no-such-year", raw_line("containerd.events.TaskExit", odd["value-no-such-year"][1]))
    write("envelope", "line-deep-json", b'L{"timestamp":"2017-07-28T22:19:51Z","namespace":"n","topic":"/t","type":"x",'
          b'"event":{"a":' + b"[" * 2000 + b"]" * 2000 + b"}}")
    event = any_of("containerd.events.TaskExit", exit_event)
    write("envelope", "forward", b"F" + message((1, message((1, NOON), (2, "default"), (3, "/tasks/exit"), (4, event),
                                                              (1001, 17)))))
    write("envelope", "publish", b"P" + message((1, "/custom/topic"), (2, any_of("x/Spec", values["Spec"]))))
    write("envelope", "subscribe", b"S" + message((1, "topic==/tasks/exit"), (1, 'event.labels."a/b"~=^x')))


# --- frames of ttrpc, messages of gRPC --------------------------------------------------------------------------------

def frame(stream, kind, payload, flags=0, length=None):
    return struct.pack(">IIBB", len(payload) if length is None else length, stream, kind, flags) + payload


def grpc(payload, flag=0, length=None):
    return struct.pack(">BI", flag, len(payload) if length is None else length) + payload


def torn(decoder, sizes, data):
    return bytes([decoder, len(sizes)]) + bytes(sizes) + data


def frames():
    three = frame(1, 1, b"hello") + frame(3, 2, b"") + frame(5, 3, b"x" * 100, 1)
    write("frame", "frames-whole", torn(0, [], three))
    write("frame", "frames-byte-by-byte", torn(0, [1], three))
    write("frame", "frames-torn-in-header", torn(0, [9, 2, 0, 30], three))
    write("frame", "frame-too-large", torn(0, [3], frame(1, 1, b"hello") + frame(3, 1, b"", length=(4 << 20) + 1)))
    write("frame", "frame-unknown-type", torn(0, [5], frame(1, 1, b"a") + frame(3, 4, b"b")))
    write("frame", "frame-unfinished", torn(0, [4], frame(1, 1, b"hello", length=6)))
    messages = grpc(b"hello") + grpc(b"") + grpc(b"y" * 300)
    write("frame", "messages-whole", torn(1, [], messages))
    write("frame", "messages-byte-by-byte", torn(1, [1], messages))
    write("frame", "messages-torn-in-prefix", torn(1, [4, 3, 0, 6], messages))
    write("frame", "message-too-large", torn(1, [2], grpc(b"a") + grpc(b"", length=0xFFFFFFFF)))
    write("frame", "message-compressed", torn(1, [6], grpc(b"a") + grpc(b"b", flag=1)))
    write("frame", "message-unfinished", torn(1, [5], grpc(b"hello", length=6)))


# --- HTTP/2 -----------------------------------------------------------------------------------------------------------

DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
PREFACE, TORN, STOPPED, READS = 1, 2, 4, 8


def h2(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def headers(path, *more, method="POST", content_type="application/grpc"):
    """Literal fields without indexing and without Huffman's code, so that a mutation stays a header."""
    block = b""
    for name, value in ((":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"),
                        ("content-type", content_type), ("te", "trailers"), *more):
        block += b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
    return block


def call(stream, path, payload=b"hi", *more):
    return h2(HEADERS, END_HEADERS, stream, headers(path, *more)) + h2(DATA, END_STREAM, stream, grpc(payload))


def http2():
    seeds = {
        "unary": (PREFACE | READS, call(1, "/s/u")),
        "unary-torn": (PREFACE | READS | TORN, call(1, "/s/u") + call(3, "/s/u", b"")),
        "stream": (PREFACE | READS, call(1, "/s/s") + h2(WINDOW, 0, 1, b"\0\1\0\0") + h2(WINDOW, 0, 0, b"\0\1\0\0")),
        "stream-unread": (PREFACE, call(1, "/s/s") + h2(WINDOW, 0, 1, b"\0\x7f\0\0") + h2(WINDOW, 0, 0, b"\0\x7f\0\0")),
        "stream-stopped": (PREFACE | READS | STOPPED, call(1, "/s/s") + h2(HEADERS, END_HEADERS, 3, headers("/s/u"))),
        "stream-reset": (PREFACE | READS | TORN, call(1, "/s/s") + h2(RST, 0, 1, b"\0\0\0\x08")),
        "fail": (PREFACE | READS, call(1, "/s/f", b"", ("name", "a%b"))),
        "throw": (PREFACE | READS, call(1, "/s/t")),
        "late": (PREFACE | READS | TORN, call(1, "/s/l") + call(3, "/s/l") + h2(RST, 0, 3, b"\0\0\0\x08")),
        "late-stopped": (PREFACE | READS | STOPPED, call(1, "/s/l") + call(3, "/s/s") + call(5, "/s/u")),
        "not-grpc": (PREFACE | READS, h2(HEADERS, END_HEADERS | END_STREAM, 1,
                                         headers("/", method="GET", content_type=""))),
        "two-messages": (PREFACE | READS, h2(HEADERS, END_HEADERS, 1, headers("/s/u")) +
                         h2(DATA, END_STREAM, 1, grpc(b"a") + grpc(b"b"))),
        "compressed": (PREFACE | READS, h2(HEADERS, END_HEADERS, 1, headers("/s/u")) +
                       h2(DATA, 0, 1, grpc(b"a", flag=1)) + h2(DATA, END_STREAM, 1, b"more")),
        "message-too-large": (PREFACE | READS, h2(HEADERS, END_HEADERS, 1, headers("/s/u")) +
                              h2(DATA, 0, 1, grpc(b"", length=1 << 30))),
        "continuation": (PREFACE | READS | TORN, h2(HEADERS, END_STREAM, 1, headers("/s/u")[:30]) +
                         h2(CONTINUATION, END_HEADERS, 1, headers("/s/u")[30:])),
        "trailers": (PREFACE | READS, h2(HEADERS, END_HEADERS, 1, headers("/s/u")) + h2(DATA, 0, 1, grpc(b"hi")) +
                     h2(HEADERS, END_HEADERS | END_STREAM, 1, b"\0\x01a\x01b")),
        "ping-goaway": (PREFACE | READS, h2(PING, 0, 0, b"12345678") + call(1, "/s/u") + h2(GOAWAY, 0, 0, bytes(8))),
        "small-window": (PREFACE | READS | TORN, h2(SETTINGS, 0, 0, struct.pack(">HI", 4, 10)) + call(1, "/s/s") +
                         h2(WINDOW, 0, 1, b"\0\0\0\x20") * 3),
        "many-headers": (PREFACE | READS, b"".join(call(i, "/s/u", b"", *[(f"h{n}", "v" * 120) for n in range(20)])
                                                   for i in (1, 3))),
        "own-preface": (READS, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2(SETTINGS, 0, 0) + h2(SETTINGS, 1, 0) +
                        call(1, "/s/u")),
        "http1": (READS, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    }
    for name, (way, data) in seeds.items():
        write("http2", name, bytes([way]) + data)


envelope()
frames()
http2()
