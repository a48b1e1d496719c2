"""A client that asks as fast as it is answered, over a few connections that stay open: a program of its own.

Reads what to do, pickled, and writes in JSON what came of it. It is written to spend little for a request, so that two
cores go to server and database; what it spends is told too.
"""

import gc
import json
import pickle
import select
import socket
import sys
import time
from itertools import cycle

LARGEST = 1 << 20


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked_at = 0.0

    def ask(self, request):
        self.received = b""
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def answered(self):
        """Read what is there; the whole response, once it is."""
        chunk = self.socket.recv(LARGEST)
        if not chunk:
            raise SystemExit("The server closed a connection in the middle of the measure.")
        received = self.received = self.received + chunk if self.received else chunk
        head = received.find(b"\r\n\r\n")
        if head < 0:
            return None
        return received if len(received) >= head + 4 + length(received[:head]) else None


def length(head):
    place = head.lower().find(b"content-length:")
    if place < 0:
        raise SystemExit(f"The client reads responses with Content-Length only: {head!r}")
    return int(head[place + 15 :].split(b"\r\n", 1)[0])


def good(response):
    return response.startswith(b"HTTP/1.1 200") and b'"errors":' not in response


def run(host, port, connections, seconds, requests, repeat):
    """Every request that is sent is also waited for: how long each took, and all of them together."""
    poll = select.epoll()
    opened = {}
    for _ in range(connections):
        connection = Connection(host, port)
        opened[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    waiting, pending, times = cycle(requests) if repeat else iter(requests), 0, []
    start = time.perf_counter()
    end = start + seconds
    for connection in opened.values():
        connection.ask(next(waiting))
        pending += 1
    while pending:
        for number, _ in poll.poll():
            connection = opened[number]
            response = connection.answered()
            if response is None:
                continue
            now = time.perf_counter()
            times.append(now - connection.asked_at)
            if not good(response):
                raise SystemExit(f"Answered {response[:2000].decode()}")
            request = next(waiting, None) if now < end else None
            if request is None:
                pending -= 1
            else:
                connection.ask(request)
    return times, time.perf_counter() - start


def main():
    gc.disable()
    asked = pickle.load(sys.stdin.buffer)
    times, seconds = run(**asked)
    times.sort()
    middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    told = {"requests": len(times), "seconds": seconds, "p50": middle, "p99": late, "cpu": time.process_time()}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
