"""Feeds: the news of each tenant that somebody waits for, read once for all who do.

A feed knows its position: everything up to there was given to its streams. Streams join between two reads, so that one
that joins is given exactly what comes after; what it has missed before it reads by itself, up to the same position.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

import structlog

from api.engine.types import CHANGES, ENTITIES
from api.subscriptions import news
from api.subscriptions.ends import EndedError, failed
from api.subscriptions.news import News
from api.subscriptions.positions import Position
from api.subscriptions.streams import Key, Stream
from api.subscriptions.telling import Teller
from tenants.database import Database
from tenants.listener import Listener
from tenants.notifier import CHANNEL

LOOK = 2.0  # seconds after which a feed looks for news of which nobody told
PAUSE = 0.5  # seconds after a look that failed
JOINED = 10.0  # seconds to join
AT_ONCE = 20
"""Events that are told at a time."""
log = structlog.get_logger(__name__)


def aggregates() -> list[str]:
    """What somebody may wait for."""
    return sorted({ENTITIES[change.target].record.__name__ for change in CHANGES.values()})  # type: ignore[union-attr]


class Feed:
    """One tenant's. Reads from when the first stream joins until the last has left."""

    def __init__(
        self, database: Database, tenant_id: uuid.UUID, teller: Teller, left: "Callable[[Feed], None]"
    ) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self.teller = teller
        self.left = left
        self.position: Position | None = None
        self._streams: dict[Key, dict[Stream, None]] = {}
        self._joining: list[tuple[Stream, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self._news.set()

    async def join(self, stream: Stream) -> None:
        """From now on the stream is given what happens."""
        joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._joining.append((stream, joined))
        self.wake()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(JOINED):
                await joined
        except TimeoutError:
            raise failed() from None

    def leave(self, stream: Stream) -> None:
        streams = self._streams.get(stream.key, {})
        streams.pop(stream, None)
        if not streams:
            self._streams.pop(stream.key, None)
        self.wake()

    def end(self, why: EndedError) -> None:
        for streams in self._streams.values():
            for stream in streams:
                stream.end(why)

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def missed(self, stream: Stream) -> AsyncGenerator[bytes]:
        """What happened between where the stream wants to begin and where it joined."""
        begin, until = stream.asked.begin, stream.begun
        if begin is None or until is None:
            return
        position, wanted = begin, [stream.key[0]]
        while True:
            ends = position.until or until.since
            page = await news.page(self.database, self.tenant_id, position.up_to(ends), wanted)
            for event, after in page.events:
                if stream.key in _keys(event) and stream.may_concern(event):
                    for _, payload in await self.teller.tell(event, after, [stream]):
                        yield payload
                        stream.told = after
            if page.ended and ends == until.since:
                stream.told = until
                return
            position = page.after

    async def _read(self) -> None:
        while self._streams or self._joining:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK)
            self._news.clear()
            joining, self._joining = self._joining, []
            try:
                await self._advance()
            except Exception:
                log.warning("feed.can_not_read", tenant=str(self.tenant_id), exc_info=True)
                self._joining = joining + self._joining
                await asyncio.sleep(PAUSE)
                self.wake()
                continue
            for stream, joined in joining:
                self._let_in(stream, joined)
        self.left(self)

    def _let_in(self, stream: Stream, joined: "asyncio.Future[None]") -> None:
        if joined.done():
            return
        assert self.position is not None  # noqa: S101 -- it was read before anyone is let in
        begin = stream.asked.begin
        if begin is not None and begin.beyond(self.position):
            message = "This position is of another server's history. Read what there is now, and begin anew."
            joined.set_exception(EndedError("POSITION_NOT_VALID", message))
            return
        stream.begun = self.position
        stream.told = begin or self.position
        self._streams.setdefault(stream.key, {})[stream] = None
        joined.set_result(None)

    async def _advance(self) -> None:
        """Give what is new to whom it may concern. What could not be read ends those streams, and no other."""
        if self.position is None:
            self.position = await news.moment(self.database, self.tenant_id)
            return
        while True:
            page = await news.page(self.database, self.tenant_id, self.position, aggregates())
            for start in range(0, len(page.events), AT_ONCE):
                await self._tell(page.events[start : start + AT_ONCE])
            self.position = page.after
            if page.ended:
                return

    async def _tell(self, events: list[tuple[News, Position]]) -> None:
        interested = [(event, after, self._interested(event)) for event, after in events]
        telling = [self.teller.tell(event, after, streams) for event, after, streams in interested if streams]
        told = iter(await asyncio.gather(*telling, return_exceptions=True))
        for event, after, streams in interested:
            if not streams:
                continue
            outcome = next(told)
            if isinstance(outcome, BaseException):
                log.error("feed.can_not_tell", tenant=str(self.tenant_id), event_id=str(event.id), exc_info=outcome)
                for stream in streams:
                    stream.end(failed())
                continue
            for stream, payload in outcome:
                stream.offer(payload, after)

    def _interested(self, event: News) -> list[Stream]:
        streams = [stream for key in _keys(event) for stream in self._streams.get(key, ())]
        return [stream for stream in streams if not stream.ended and stream.may_concern(event)]


def _keys(event: News) -> list[Key]:
    """Where those wait whom an event may concern."""
    facts = {change.fact for change in CHANGES.values()} & event.facts.keys()
    chosen = ((fact, event.facts[fact]) for fact in sorted(facts))
    anyone: list[Key] = [(event.aggregate, None, None)]
    return anyone + [(event.aggregate, fact, str(row)) for fact, row in chosen if row is not None]


class Feeds:
    """The feeds of one process, woken by one listener."""

    def __init__(self, database: Database, listener: Listener, teller: Teller) -> None:
        self.database = database
        self.teller = teller
        self._feeds: dict[uuid.UUID, Feed] = {}
        listener.on(CHANNEL, self._heard, back=self._look)

    async def follow(self, stream: Stream) -> AsyncGenerator[bytes]:
        """The payloads of a stream, from where it wants to begin; an EndedError ends them."""
        feed = self._feed(stream.tenant_id)
        try:
            await feed.join(stream)
            async with aclosing(feed.missed(stream)) as missed:
                async for payload in missed:
                    yield payload
            async with aclosing(stream.payloads()) as payloads:
                async for payload in payloads:
                    yield payload
        finally:
            feed.leave(stream)

    def end(self, why: EndedError) -> None:
        for feed in list(self._feeds.values()):
            feed.end(why)

    async def stop(self) -> None:
        for feed in list(self._feeds.values()):
            await feed.stop()
        self._feeds.clear()

    def _feed(self, tenant_id: uuid.UUID) -> Feed:
        if tenant_id not in self._feeds:
            self._feeds[tenant_id] = Feed(self.database, tenant_id, self.teller, self._left)
        return self._feeds[tenant_id]

    def _left(self, feed: Feed) -> None:
        if self._feeds.get(feed.tenant_id) is feed:
            del self._feeds[feed.tenant_id]

    def _heard(self, tenant: str) -> None:
        feed = self._feeds.get(uuid.UUID(tenant))
        if feed is not None:
            feed.wake()

    def _look(self) -> None:
        for feed in self._feeds.values():
            feed.wake()
