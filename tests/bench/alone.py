"""One server of Collegium on a small database of its own, for measures that need no rivals."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil

from tenants import postgres
from tests.bench.fill import Academy, Size, fill
from tests.bench.rivals.running import with_administrator
from tests.bench.servers import free_port, python, running, settle

SMALL = Size(tenants=10, each=200)


@dataclass(frozen=True)
class Alone:
    """A server and whom it serves."""

    process: psutil.Process
    port: int
    academies: list[Academy]


@asynccontextmanager
async def served_alone(*arguments: str) -> AsyncIterator[Alone]:
    with tempfile.TemporaryDirectory(prefix="bench-") as home, postgres.temporary() as server:
        url, academies = await fill(server.url(), "bench", SMALL)
        port = free_port()
        command = python("collegium", "serve", "--no-worker", "--port", str(port), *arguments)
        with running(command, with_administrator(url, home), port=port) as process:
            settle([process])
            yield Alone(process, port, academies)
