"""Connections for planned reads: last in, first out, without proxies and without reset.

A read is one statement that sets its own tenant, so a connection carries nothing from one read to the next. The same
holds for what is written by one statement.
"""

import asyncio
from collections import OrderedDict, deque
from itertools import count
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

STATEMENTS_PER_CONNECTION = 256
PASSING_PER_CONNECTION = 16
"""Of those who have not signed in: they can't push out what the others use."""
ATTEMPTS = 2
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a connection says that is there no more."""
PATIENCE = 10
"""Seconds that PostgreSQL works at one answer before it gives up."""
SETTINGS = {"timezone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}


def _identity(document: bytes) -> bytes:
    return document


class Reader:
    """One connection and the statements prepared on it. PostgreSQL keeps the plan only of those that have a name."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.statements: OrderedDict[str, PreparedStatement] = OrderedDict()
        self.passing: OrderedDict[str, PreparedStatement] = OrderedDict()
        self.numbers = count(1)

    async def fetch(self, statement: str, arguments: list[Any], *, lasting: bool) -> bytes | None:
        """The one value of the statement's one row."""
        kept, most = (self.statements, STATEMENTS_PER_CONNECTION) if lasting else (self.passing, PASSING_PER_CONNECTION)
        prepared = kept.get(statement)
        if prepared is None:
            name = f"read_{next(self.numbers)}"
            prepared = kept[statement] = await self.connection.prepare(statement, name=name)
            if len(kept) > most:
                kept.popitem(last=False)
        else:
            kept.move_to_end(statement)
        return await prepared.fetchval(*arguments)  # type: ignore[no-any-return]


class Pool:
    """At most `size` readers. `varchar` comes back as bytes: it is only used for finished documents.

    A statement that takes longer than `patience` seconds is ended.
    """

    def __init__(self, url: str, size: int, *, patience: float = PATIENCE) -> None:
        self.url = url
        self.size = size
        self.settings = {**SETTINGS, "statement_timeout": f"{1_000 * patience:.0f}"}
        self.opened = 0
        self.free: list[Reader] = []
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def read(self, statement: str, arguments: list[Any], *, lasting: bool = True) -> bytes | None:
        """The statement's one value. A read that loses its connection is asked once more: it has no effect.

        What is not `lasting` is kept apart, and not for long.
        """
        for attempt in range(ATTEMPTS):
            reader = await self._take()
            try:
                return await reader.fetch(statement, arguments, lasting=lasting)
            except LOST:
                if attempt + 1 == ATTEMPTS or not reader.connection.is_closed():
                    raise
            finally:
                self._give(reader)
        raise AssertionError("unreachable")

    async def write(self, statement: str, arguments: list[Any]) -> Any:  # noqa: ANN401 -- one value of any type
        """The value of one statement that writes. It is not asked again: a connection that is lost leaves it open."""
        reader = await self._take()
        try:
            return await reader.fetch(statement, arguments, lasting=True)
        finally:
            self._give(reader)

    async def _take(self) -> Reader:
        while True:
            while self.free:
                reader = self.free.pop()
                if not reader.connection.is_closed():
                    return reader
                self.opened -= 1
            if self.opened < self.size:
                return await self._connect()
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiting.append(turn)
            await turn

    def _give(self, reader: Reader) -> None:
        self.free.append(reader)
        self._next()

    def _next(self) -> None:
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def _connect(self) -> Reader:
        self.opened += 1
        try:
            connection = await asyncpg.connect(self.url, server_settings=self.settings, statement_cache_size=0)
            await connection.set_type_codec(
                "varchar", schema="pg_catalog", encoder=_identity, decoder=_identity, format="binary"
            )
        except BaseException:
            self.opened -= 1
            self._next()
            raise
        return Reader(connection)

    async def close(self) -> None:
        while self.free:
            await self.free.pop().connection.close()
            self.opened -= 1
