"""Connections: who keeps one open, how many they may, and whether they still may.

A connection outlives the moment in which its viewer signed in. So what they showed is looked at again and again: whose
key is revoked or has expired is sent away, and whose rights have changed goes on with those.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from api.signin import SignInError
from api.signin.known import KnownViewers
from api.subscriptions.ends import EndedError, restarting, signed_out, too_many_connections, too_many_subscriptions
from api.subscriptions.streams import Stream
from tenants.registry import wall
from tenants.viewer import Viewer

LOOK = 2.0  # seconds between two looks at who may still be here
log = structlog.get_logger(__name__)
Holder = tuple[uuid.UUID, uuid.UUID | None]


@dataclass(frozen=True)
class Bounds:
    """How much of each there may be in one process."""

    connections: int = 10_000
    connections_of_person: int = 30
    connections_of_app: int = 2_000
    subscriptions_of_person: int = 100
    subscriptions_of_app: int = 5_000
    operations_of_connection: int = 100
    waiting_of_stream: int = 100


@dataclass(eq=False)
class Connection:
    """One open connection, and what was shown when it was opened. `ended` is called when it has to end."""

    viewer: Viewer
    host: str | None
    authorization: str | None
    ended: Callable[[EndedError], None]
    streams: set[Stream] = field(default_factory=set)

    @property
    def holder(self) -> Holder:
        return self.viewer.tenant.id, self.viewer.app_id or self.viewer.person_id

    def change_viewer(self, viewer: Viewer) -> None:
        self.viewer = viewer
        for stream in self.streams:
            stream.change_viewer(viewer)


class Connections:
    """All of one process."""

    def __init__(self, viewers: KnownViewers, bounds: Bounds) -> None:
        self.viewers = viewers
        self.bounds = bounds
        self.stopping = False
        self._open: set[Connection] = set()
        self._connections: Counter[Holder] = Counter()
        self._subscriptions: Counter[Holder] = Counter()
        self._looking: asyncio.Task[None] | None = None

    def admit(self, connection: Connection) -> None:
        """Let the connection in, or raise an EndedError."""
        if self.stopping:
            raise restarting()
        app = connection.viewer.app_id is not None
        most = self.bounds.connections_of_app if app else self.bounds.connections_of_person
        if self._connections[connection.holder] >= most:
            raise too_many_connections(most)
        if len(self._open) >= self.bounds.connections:
            raise EndedError(
                "SERVER_BUSY", "This server holds as many connections as it can. Try again a little later."
            )
        self._open.add(connection)
        self._connections[connection.holder] += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_again())

    def dismiss(self, connection: Connection) -> None:
        """The connection is closed."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        _less(self._connections, connection.holder)
        for stream in list(connection.streams):
            self.finish(connection, stream)

    def start(self, connection: Connection, stream: Stream) -> None:
        """Let the connection have one more subscription, or raise an EndedError."""
        app = connection.viewer.app_id is not None
        most = self.bounds.subscriptions_of_app if app else self.bounds.subscriptions_of_person
        if self._subscriptions[connection.holder] >= most:
            raise too_many_subscriptions(most)
        self._subscriptions[connection.holder] += 1
        connection.streams.add(stream)

    def finish(self, connection: Connection, stream: Stream) -> None:
        if stream in connection.streams:
            connection.streams.remove(stream)
            _less(self._subscriptions, connection.holder)

    def stop(self) -> None:
        """No more are let in, and all that are open end, so that their clients come back to another process."""
        self.stopping = True
        for connection in list(self._open):
            connection.ended(restarting())

    async def close(self) -> None:
        self.stop()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self._look()
            except Exception:
                log.warning("connections.can_not_look", exc_info=True)

    async def _look(self) -> None:
        shown: dict[tuple[str | None, str | None], list[Connection]] = {}
        for connection in self._open:
            shown.setdefault((connection.host, connection.authorization), []).append(connection)
        for (host, authorization), connections in shown.items():
            try:
                viewer = await self.viewers.of(host=host, authorization=authorization, wall=wall())
            except SignInError as error:
                for connection in connections:
                    connection.ended(signed_out(error))
                continue
            for connection in connections:
                if connection.viewer is not viewer and connection.viewer != viewer:
                    connection.change_viewer(viewer)


def _less(counter: Counter[Holder], holder: Holder) -> None:
    counter[holder] -= 1
    if counter[holder] <= 0:
        del counter[holder]
