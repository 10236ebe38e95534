#!/usr/bin/env python3
"""Runs a command whose name server never answers, and interrupts it once it has asked.

  unshare -n -m silent_name_server.py CMD...

Prints "stopped after <seconds>" and exits with the status of the command. Needs a network and a mount namespace of its own.
"""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SIOCSIFFLAGS, IFF_UP, IFF_LOOPBACK = 0x8914, 0x1, 0x8
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP | IFF_LOOPBACK))
    with tempfile.NamedTemporaryFile("w") as resolv:
        resolv.write("nameserver 127.0.0.1\n")
        resolv.flush()
        subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        server.settimeout(30)
        process = subprocess.Popen(sys.argv[1:], env={k: v for k, v in os.environ.items() if k not in PROXIES})
        server.recv(4096)
        process.send_signal(signal.SIGINT)
        since = time.monotonic()
        status = process.wait()
        print("stopped after %.1f" % (time.monotonic() - since))
        return status


if __name__ == "__main__":
    sys.exit(main())
