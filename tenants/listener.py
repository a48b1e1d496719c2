"""The one connection of a process on which it hears what PostgreSQL notifies.

A notification carries no data, only whom it concerns. While the connection is away nothing is heard, so whoever listens
is told each time it stands again: from then on everything is heard, and what was missed is theirs to look for.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import structlog

PAUSE = 0.5  # seconds before a lost connection is tried again
PROBE = 5.0  # seconds between two looks whether a silent connection still stands
PATIENCE = 5.0  # seconds for the server to answer
POOLED_PAUSE = 60.0  # seconds before it is looked again whether a pooler stands in between
GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ear:
    """Who listens on a channel. `heard` gets a notification's text; `back` is called when the connection stands."""

    heard: Callable[[str], None]
    back: Callable[[], None]


class PooledError(Exception):
    """The connection is not to the server itself."""


class Listener:
    """Listens from `start` to `stop`, and connects again as often as it takes.

    The callbacks run in the event loop and must not wait. Behind a pooler nothing is heard, or not for sure: a pooler
    may lend a server's process to one transaction at a time. Then `connected` stays false.
    """

    def __init__(self, url: str, *, pause: float = PAUSE, probe: float = PROBE) -> None:
        self.url = url
        self.pause = pause
        self.probe = probe
        self._ears: dict[str, list[Ear]] = {}
        self._connection: asyncpg.Connection | None = None
        self._listening: asyncio.Task[None] | None = None

    def on(self, channel: str, heard: Callable[[str], None], *, back: Callable[[], None]) -> None:
        """Hear a channel. Called before `start`."""
        if self._listening is not None:
            raise RuntimeError("say what to listen to before listening begins")
        self._ears.setdefault(channel, []).append(Ear(heard, back))

    @property
    def connected(self) -> bool:
        """Whether everything that is notified now will be heard, as far as can be known without asking."""
        return self._connection is not None and not self._connection.is_closed()

    def start(self) -> None:
        self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listening is None:
            return
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        self._listening = None

    async def _listen(self) -> None:
        told = False
        while True:
            try:
                await self._hear()
            except GONE as problem:
                if not told:
                    log.warning("listener.away", problem=str(problem) or type(problem).__name__)
                told = True
            except PooledError:
                log.warning("listener.pooled", hint="what others do is noticed later; see docs/operations.md")
                await asyncio.sleep(POOLED_PAUSE)
            else:
                told = False
            await asyncio.sleep(self.pause)

    async def _hear(self) -> None:
        """Connect, and hear until the connection is lost."""
        connection = await asyncpg.connect(self.url, timeout=PATIENCE, statement_cache_size=0)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            if await connection.fetchval("SELECT pg_backend_pid()", timeout=PATIENCE) != connection.get_server_pid():
                raise PooledError
            for channel in self._ears:
                await connection.add_listener(channel, self._notified)
            self._connection = connection
            log.info("listener.hears", channels=sorted(self._ears))
            for ear in self._every():
                ear.back()
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), self.probe)
                    break
                await connection.execute("SELECT 1", timeout=PATIENCE)
        finally:
            self._connection = None
            connection.terminate()
        log.warning("listener.lost")

    def _every(self) -> list[Ear]:
        return [ear for ears in self._ears.values() for ear in ears]

    def _notified(self, connection: object, pid: int, channel: str, payload: str) -> None:
        for ear in self._ears[channel]:
            ear.heard(payload)
