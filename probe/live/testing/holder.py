"""Opens connections to itself and holds both ends of them: `open N`, `talk`, `release`, each answered by `done`."""
import socket
import sys

listener = socket.create_server(("127.0.0.1", 8080), backlog=4096)
held = []
for line in sys.stdin:
    command, *count = line.split()
    if command == "open":
        for _ in range(int(count[0])):
            client = socket.create_connection(("127.0.0.1", 8080))
            held.append((client, listener.accept()[0]))
    elif command == "talk":
        for client, server in held:
            client.sendall(b"question")
            server.recv(100)
            server.sendall(b"answer")
            client.recv(100)
    else:
        for client, server in held:
            client.close()
            server.close()
        held = []
    print("done", flush=True)
