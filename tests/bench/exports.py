"""Exports: how fast a long list is written and downloaded, and in how much memory.

    python -m tests.bench.exports [ROWS]

One worker and one server, each a process of its own, beside one PostgreSQL. Memory is what the process grows by while
it works, after a short export that made it load whatever it needs.
"""

import asyncio
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil

from tenants import postgres
from tests.bench.fill import Size, fill
from tests.bench.servers import free_port, running
from tests.processes import Started

ROWS = 100_000
DOCUMENTS = {
    "flat": "{ sessions(where: {%s}) { nodes { id title startsAt endsAt status capacity } } }",
    "nested": """{ sessions(where: {%s}) { nodes { id title startsAt program { id title }
        registrations(first: 5) { totalCount nodes { status person { id name } } } } } }""",
}
START = """mutation ($document: String!) { exportOperation(input: {document: $document}) {
    ... on Export { id } ... on Refused { message } } }"""
READ = "query ($id: ID!) { export(id: $id) { status rows total bytes failure url } }"


class Memory(threading.Thread):
    """How much memory a process had at most, looked at a hundred times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.before = self.most = self.process.memory_info().rss
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.01):
            self.most = max(self.most, self.process.memory_info().rss)

    @property
    def grown(self) -> float:
        """Megabytes."""
        return (self.most - self.before) / 1e6


@contextmanager
def watched(pid: int):
    memory = Memory(pid)
    memory.start()
    yield memory
    memory.over.set()
    memory.join()


class Client:
    def __init__(self, port: int, key: str) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        self.headers = {"authorization": f"Bearer {key}"}

    def ask(self, document: str, /, **variables: str):
        body = {"query": document, "variables": variables}
        answer = self.http.post("/graphql", json=body, headers=self.headers).json()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]

    def export(self, document: str):
        """The export when it is done, and how long that took."""
        began = time.perf_counter()
        started = self.ask(START, document=document)["exportOperation"]
        while True:
            export = self.ask(READ, id=started["id"])["export"]
            if export["status"] not in ("QUEUED", "RUNNING"):
                return export, time.perf_counter() - began
            time.sleep(0.05)

    def download(self, export, *, coding: str):
        """How many lines and bytes came over the wire, and how long that took."""
        began, sent, lines = time.perf_counter(), 0, 0
        with self.http.stream("GET", export["url"], headers={"accept-encoding": coding}) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                lines += piece.count(b"\n")
            sent = answer.num_bytes_downloaded
        return lines, sent, time.perf_counter() - began


def measure(rows: int) -> None:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres.temporary())
        url, [academy] = asyncio.run(fill(server.url(), "exports", Size(tenants=1, each=rows)))
        settings = {"DATABASE_URL": url, "COLLEGIUM_HOME": str(home)}
        worker = stack.enter_context(Started("worker", log=home / "worker.log", **settings))
        port = free_port()
        command = [sys.executable, "-m", "collegium", "serve", "--no-worker", "--port", str(port)]
        served = stack.enter_context(running(command, settings, port=port))
        client = Client(port, academy.key)
        print(f"{'export':8} {'rows':>8} {'s':>7} {'rows/s':>8} {'MB':>7} {'worker +MB':>11}")  # noqa: T201
        for name, document in DOCUMENTS.items():
            client.export(document % 'title: {startsWith: "Session 1"}')
            with watched(worker.process.pid) as memory:
                export, took = client.export(document % "")
            assert (export["status"], export["rows"]) == ("DONE", rows), export
            print(  # noqa: T201
                f"{name:8} {rows:8,} {took:7.1f} {rows / took:8,.0f} {export['bytes'] / 1e6:7.1f} {memory.grown:11.1f}"
            )
            for coding in ("identity", "gzip"):
                with watched(served.pid) as memory:
                    lines, sent, took = client.download(export, coding=coding)
                assert lines == rows, lines
                print(f"  download, {coding}: {sent / 1e6:.1f} MB in {took:.2f} s, server +{memory.grown:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
