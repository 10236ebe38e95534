#!/usr/bin/env python3
"""service_manager.py CONTAINERD STATE: starts containerd as systemd would: its sockets are there before it is, it is told of
them by LISTEN_FDS, and it reports to NOTIFY_SOCKET. Prints what happens.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import socket
import subprocess
import sys

program, state = sys.argv[1:]
os.makedirs(state, mode=0o700, exist_ok=True)
path = state + "/activated.sock"


def listener(name):
    s = socket.socket(socket.AF_UNIX)
    s.bind(name)
    s.listen()
    return s


notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(state + "/notify")
notify.settimeout(20)
sockets = [listener(path), listener(path + ".ttrpc")]


def start():
    # In the child: descriptors from 3 on, and its own pid in the environment, as sd_listen_fds(3) wants it.
    for number, fd in enumerate([os.dup(s.fileno()) for s in sockets]):
        os.dup2(fd, 3 + number + 10)
    for number in range(len(sockets)):
        os.dup2(3 + number + 10, 3 + number, inheritable=True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), NOTIFY_SOCKET=state + "/notify")
    os.execv(program, [program, "--address", path, "--log-level", "error"])


client = subprocess.Popen(["/usr/bin/ctr", "--address", path, "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("before READY: a client waits in the socket", flush=True)
pid = os.fork()
if pid == 0:
    start()
print(notify.recv(100).decode())
print("client:", "ok" if client.wait(timeout=20) == 0 else "failed")
os.kill(pid, signal.SIGHUP)
print(notify.recv(100).decode())
print(notify.recv(100).decode())
os.kill(pid, signal.SIGTERM)
print(notify.recv(100).decode())
print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print("socket is still there" if os.path.exists(path) else "socket is gone")
