#!/usr/bin/python3
"""events_client.py: a foreign client of the events socket (gRPC's own stack, messages written by hand from their numbers).

  subscribe SOCK COUNT [--after N] [--filter F]...   prints "sequence namespace topic type" of COUNT events
  publish SOCK NS TOPIC [TYPE [VALUE]] [--count N]   prints "ok", or the status and its text
  forward SOCK NS TOPIC [--seconds S] [--nanos N] [--no-envelope]
  shim-forward SOCK.ttrpc NS TOPIC [--seconds S]     the same by ttrpc, as shims do
  health SOCK [SERVICE]                              prints the status
  call SOCK PATH                                     calls any unary method with an empty message
  stall SOCK                                         subscribes, says "ready", and never reads; ends with its stdin
  raw SOCK                                           sends stdin's bytes as they are, prints how the peer ended it
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import socket
import struct
import sys

import grpc

EVENTS = "/containerd.services.events.v1.Events/"


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def text(number, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data if data else b""


def integer(number, value):
    return varint(number << 3) + varint(value & (1 << 64) - 1) if value else b""


def fields(data):
    """Number -> list of values of an encoded message."""
    out, at = {}, 0

    def take():
        nonlocal at
        n = shift = 0
        while True:
            byte = data[at]
            at += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n
    while at < len(data):
        tag = take()
        if tag & 7 == 0:
            out.setdefault(tag >> 3, []).append(take())
        else:
            size = take()
            out.setdefault(tag >> 3, []).append(data[at:at + size])
            at += size
    return out


def string(message, number):
    return message.get(number, [b""])[0].decode()


def payload(o):
    return text(1, o.type) + text(2, o.value)


def envelope(o):
    time = integer(1, o.seconds) + integer(2, o.nanos)
    return text(1, time) + text(2, o.namespace) + text(3, o.topic) + text(4, payload(o))


def channel(path):
    return grpc.insecure_channel("unix://" + path)


def report(call, *args, **kwargs):
    """Calls, and prints "ok" or the status; returns the answer."""
    try:
        answer = call(*args, **kwargs)
        print("ok")
        return answer
    except grpc.RpcError as e:
        print(e.code().name, e.details())
        return None


def subscribe(o):
    metadata = [("ctrbox-after-sequence", o.after)] if o.after is not None else []
    stream = channel(o.socket).unary_stream(EVENTS + "Subscribe")(b"".join(text(1, f) for f in o.filter), metadata=metadata)
    try:
        stream.initial_metadata()  # the server has the subscription now
        print("ready", flush=True)
        for _ in range(o.count):
            e = fields(next(stream))
            print(e.get(1001, [0])[0], string(e, 2), string(e, 3), string(fields(e[4][0]), 1), flush=True)
    except grpc.RpcError as e:
        print(e.code().name, e.details())


def publish(o):
    call = channel(o.socket).unary_unary(EVENTS + "Publish")
    request = text(1, o.topic) + text(2, payload(o))
    metadata = [("containerd-namespace", o.namespace)] if o.namespace else []
    if o.count == 1:
        return report(call, request, metadata=metadata)
    waiting = []
    for _ in range(o.count):
        waiting.append(call.future(request, metadata=metadata))
        if len(waiting) == 1000:
            [f.result() for f in waiting]
            waiting = []
    [f.result() for f in waiting]
    print("ok")


def forward(o):
    request = b"" if o.no_envelope else text(1, envelope(o))
    report(channel(o.socket).unary_unary(EVENTS + "Forward"), request)


def shim_forward(o):
    request = (text(1, "containerd.services.events.ttrpc.v1.Events") + text(2, "Forward") + text(3, text(1, envelope(o))))
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(o.socket)
        s.sendall(struct.pack(">IIBB", len(request), 1, 1, 0) + request)
        header = s.recv(10, socket.MSG_WAITALL)
        size, stream, kind, _ = struct.unpack(">IIBB", header)
        assert (stream, kind) == (1, 2), header
        answer = fields(s.recv(size, socket.MSG_WAITALL) if size else b"")
    status = fields(answer[1][0]) if 1 in answer else {}
    print(status.get(1, [0])[0] or "ok", string(status, 2))


def health(o):
    answer = report(channel(o.socket).unary_unary("/grpc.health.v1.Health/Check"), text(1, o.service))
    if answer is not None:
        print(fields(answer).get(1, [0])[0])


def call(o):
    report(channel(o.socket).unary_unary(o.path), b"")


def stall(o):
    # A window that is full at once, and nobody who opens it.
    stream = grpc.insecure_channel("unix://" + o.socket, options=[("grpc.http2.bdp_probe", 0)]) \
        .unary_stream(EVENTS + "Subscribe")(b"")
    stream.initial_metadata()
    print("ready", flush=True)
    sys.stdin.read()


def raw(o):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(o.socket)
        try:
            s.sendall(sys.stdin.buffer.read())
            s.shutdown(socket.SHUT_WR)
            while s.recv(65536):
                pass
            print("closed")
        except (ConnectionResetError, BrokenPipeError):
            print("closed")
        except TimeoutError:
            print("still open")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(required=True)

    def add(name, run, *words):
        c = sub.add_parser(name)
        c.set_defaults(run=run)
        for word in words:
            c.add_argument(word)
        return c
    c = add("subscribe", subscribe, "socket")
    c.add_argument("count", type=int)
    c.add_argument("--after")
    c.add_argument("--filter", action="append", default=[])
    for name, run in (("publish", publish), ("forward", forward), ("shim-forward", shim_forward)):
        c = add(name, run, "socket", "namespace", "topic")
        c.add_argument("type", nargs="?", default="containerd.events.TaskPaused")
        c.add_argument("value", nargs="?", default=text(1, "web"))
        c.add_argument("--count", type=int, default=1)
        c.add_argument("--seconds", type=int, default=1501280391)
        c.add_argument("--nanos", type=int, default=832013043)
        c.add_argument("--no-envelope", action="store_true")
    add("health", health, "socket").add_argument("service", nargs="?", default="")
    add("call", call, "socket", "path")
    add("stall", stall, "socket")
    add("raw", raw, "socket")
    o = p.parse_args()
    o.run(o)


main()
