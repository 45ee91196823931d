"""
One end of the test traffic: a process that fills something up and keeps it so until its input ends. `queue ADDRESS PORT BACKLOG`
listens and never accepts; `serve ADDRESS PORT` accepts and closes what the client closes; `connect ADDRESS PORT COUNT EVERY` opens so
many connections, one every so many seconds, and holds them; `spend` does so and closes each at once.
"""

import socket
import sys
import threading
import time

command, address, port, *rest = sys.argv[1:]
end = (address, int(port))
held = []


def serve():
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=drop, args=(peer,), daemon=True).start()


def drop(peer):
    peer.recv(1)
    peer.close()


if command in ("queue", "serve"):
    listener = socket.create_server(end, backlog=int(rest[0]) if rest else 1024)
    if command == "serve":
        threading.Thread(target=serve, daemon=True).start()
    print("ready", flush=True)
else:
    print("ready", flush=True)
    for _ in range(int(rest[0])):
        time.sleep(float(rest[1]))
        try:
            opened = socket.create_connection(end, timeout=5)
        except OSError:
            continue
        if command == "connect":
            held.append(opened)
        else:
            opened.close()
    print("done", flush=True)

sys.stdin.read()
