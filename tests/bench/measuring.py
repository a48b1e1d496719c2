"""One measure: a rival is asked for some seconds by a client of its own, and everyone's CPU time is read around it.

Only one rival is asked at a time, so what PostgreSQL's client backends spend meanwhile they spend for it.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from tests.bench.fill import Academy
from tests.bench.queries import Query
from tests.bench.rivals import Rival
from tests.bench.servers import between, cpu_of, pss_of, with_children

CONNECTIONS = 16
LOAD = Path(__file__).with_name("load.py")
READS = 2_000
BACKENDS = """SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@dataclass(frozen=True)
class Measured:
    """Times in seconds; `server` and `database` are CPU seconds for one request."""

    rate: float
    p50: float
    p99: float
    server: float
    database: float
    client: float
    memory: int

    @property
    def cpu(self) -> float:
        return self.server + self.database


@dataclass(frozen=True)
class Filled:
    """A database, who lives in it, and what of each query has been asked there: nothing is drawn twice."""

    url: str
    academies: list[Academy]
    connection: asyncpg.Connection
    streams: dict[str, Iterator[tuple[Academy, dict[str, Any]]]] = field(default_factory=dict)

    def asked(self, query: Query) -> Iterator[tuple[Academy, dict[str, Any]]]:
        return self.streams.setdefault(query.key, query.asked(self.academies))

    async def registered(self) -> int:
        return await self.connection.fetchval("SELECT count(*) FROM registration")


@dataclass(frozen=True)
class Served:
    """A rival whose server runs."""

    rival: Rival
    process: psutil.Process
    port: int
    filled: Filled

    async def measure(self, query: Query, seconds: float, *, likely: float) -> Measured:
        """Ask for so many seconds. Reads repeat themselves; each write registers someone, which is checked."""
        many = int(likely * seconds) + CONNECTIONS if query.writes else READS
        asked = islice(self.filled.asked(query), many)
        requests = [self.rival.request(query, academy, variables) for academy, variables in asked]
        known = await self.filled.registered()
        before = await self._spent()
        told = self._load(requests, seconds, repeat=not query.writes)
        after = await self._spent()
        done = told["requests"]
        if (await self.filled.registered()) - known != (done if query.writes else 0):
            raise RuntimeError(f"{self.rival.name} did not register everyone, or registered too many.")
        server, database = (between(early, late) / done for early, late in zip(before, after, strict=True))
        return Measured(
            done / told["seconds"],
            told["p50"],
            told["p99"],
            server,
            database,
            told["cpu"] / done,
            pss_of(self.process),
        )

    async def _spent(self) -> tuple[dict[int, float], dict[int, float]]:
        servers = [one.pid for one in with_children(self.process)]
        backends = [row["pid"] for row in await self.filled.connection.fetch(BACKENDS)]
        return cpu_of(servers), cpu_of(backends)

    def _load(self, requests: list[bytes], seconds: float, *, repeat: bool) -> dict[str, Any]:
        asked = {
            "host": "127.0.0.1",
            "port": self.port,
            "connections": CONNECTIONS,
            "seconds": seconds,
            "requests": requests,
            "repeat": repeat,
        }
        client = subprocess.run(
            [sys.executable, str(LOAD)], input=pickle.dumps(asked), capture_output=True, check=False
        )
        if client.returncode:
            raise RuntimeError(f"{self.rival.name}: {client.stderr.decode()[-4000:]}")
        return json.loads(client.stdout)
