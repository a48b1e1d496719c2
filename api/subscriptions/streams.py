"""Streams: what one subscriber is still to be told."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from graphql import GraphQLError

from api.engine.documents import Plan
from api.engine.parameters import Request
from api.engine.types import ENTITIES
from api.subscriptions.asking import Subscription
from api.subscriptions.ends import EndedError, too_slow
from api.subscriptions.news import News
from api.subscriptions.positions import Position, sealed
from tenants.viewer import Viewer

MOST_WAITING = 100
"""Events that wait for one subscriber. Who is further behind goes on from a position, when there is time."""
SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)
Key = tuple[str, str | None, str | None]
"""An aggregate, the fact by which a row was chosen, and the row: under it a stream waits for events."""


class Stream:
    """One subscription under way.

    What waits is bounded. `told` is how far the client was told, `begun` is from where on the feed gives it news.
    """

    def __init__(self, asked: Subscription, *, most_waiting: int = MOST_WAITING) -> None:
        self.asked = asked
        self.most_waiting = most_waiting
        self.told = asked.begin
        self.begun: Position | None = None
        self._waiting: deque[tuple[bytes, Position]] = deque()
        self._something = asyncio.Event()
        self._end: EndedError | None = None
        self._plan(asked.request.viewer)

    def _plan(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.request: Request = self.asked.request._replace(viewer=viewer)
        self.plan: Plan = self.asked.document.changes(self.request, core=False)
        at_some_time = self.request._replace(now=SOME_TIME)
        self.alike = (id(self.plan), repr(self.plan.parameters.bind(at_some_time)))
        """Streams that are alike are told the same, or the same for the same person."""
        self.sees_all = ENTITIES[self.asked.change.target].visible.allows(viewer)

    def change_viewer(self, viewer: Viewer) -> None:
        """The same credentials allow something else now, perhaps not this any more."""
        try:
            self._plan(viewer)
        except GraphQLError as error:
            self.end(EndedError(str((error.extensions or {}).get("code", "FORBIDDEN")), error.message))

    @property
    def tenant_id(self) -> uuid.UUID:
        return self.viewer.tenant.id

    @property
    def key(self) -> Key:
        """Under this the feed finds it."""
        change, chosen = self.asked.change, self.asked.chosen
        record = ENTITIES[change.target].record
        assert record is not None  # noqa: S101 -- what is told is about records
        return (record.__name__, None, None) if chosen is None else (record.__name__, change.fact, str(chosen))

    @property
    def position(self) -> str | None:
        return None if self.told is None else sealed(self.told, self.viewer.tenant.secret)

    def may_concern(self, event: News) -> bool:
        """Whether it is worth asking the database if this viewer sees what the event is about."""
        change = self.asked.change
        if event.verb not in change.verbs:
            return False
        whose = event.facts.get(change.concerns) if change.concerns else None
        if whose is None or self.sees_all:
            return True
        return str(whose) == str(self.viewer.person_id)

    def offer(self, payload: bytes, position: Position) -> None:
        if self._end is not None:
            return
        if len(self._waiting) >= self.most_waiting:
            self.end(too_slow())
            return
        self._waiting.append((payload, position))
        self._something.set()

    def end(self, why: EndedError) -> None:
        """Over, once what waits is told."""
        self._end = self._end or why
        self._something.set()

    @property
    def ended(self) -> bool:
        return self._end is not None

    async def payloads(self) -> AsyncGenerator[bytes]:
        """What happens from now on, until an EndedError."""
        while True:
            while self._waiting:
                payload, position = self._waiting.popleft()
                yield payload
                self.told = position
            if self._end is not None:
                raise self._end
            self._something.clear()
            await self._something.wait()
