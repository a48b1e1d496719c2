"""Telling: what an event is to those who subscribe, read once for all who are alike."""

import asyncio
from collections.abc import Sequence

import orjson

from api.engine.execution import POISON, Engine
from api.engine.parameters import Request
from api.subscriptions.news import News
from api.subscriptions.positions import Position, sealed
from api.subscriptions.streams import Stream
from tenants.registry import wall

PER_VIEWER = "seen.viewer"
HIDDEN = b"null"
Told = list[tuple[Stream, bytes]]


class Teller:
    """Tells by one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def tell(self, event: News, position: Position, streams: Sequence[Stream]) -> Told:
        """Each stream whose viewer sees what the event is about, with the answer's body."""
        alike: dict[object, list[Stream]] = {}
        for stream in streams:
            alike.setdefault(stream.alike, []).append(stream)
        told = await asyncio.gather(*(self._tell_alike(event, position, group) for group in alike.values()))
        return [one for group in told for one in group]

    async def _tell_alike(self, event: News, position: Position, streams: list[Stream]) -> Told:
        one = streams[0]
        tenant = one.viewer.tenant
        people = {stream.viewer.person_id: 0 for stream in streams} if PER_VIEWER in one.plan.sql else {None: 0}
        numbers = {person: number for number, person in enumerate(people)}
        request = one.request._replace(
            now=tenant.now(wall()),
            rows=((event.id, False),),
            text=sealed(position, tenant.secret),
            viewers=list(people),
        )
        bodies = await self._bodies(one, request)
        found = ((stream, bodies[numbers.get(stream.viewer.person_id, 0)]) for stream in streams)
        return [(stream, body) for stream, body in found if body is not None]

    async def _bodies(self, stream: Stream, request: Request) -> list[bytes | None]:
        """An answer's body for each of the request's viewers; None for those who see nothing."""
        if not stream.plan.core:
            lines = await self._lines(stream, request, core=False)
            if not any(POISON in line for line in lines):
                head = b'{"data":{' + orjson.dumps(stream.asked.key) + b":"
                return [None if line == HIDDEN else head + line + b"}}" for line in lines]
        lines = await self._lines(stream, request, core=True)
        completed = {line: await self._completed(stream, request, line) for line in dict.fromkeys(lines)}
        return [completed[line] for line in lines]

    async def _lines(self, stream: Stream, request: Request, *, core: bool) -> list[bytes]:
        plan = stream.asked.document.changes(request, core=True) if core else stream.plan
        arguments = plan.parameters.bind(request)
        return (await self.engine.database.read(request.viewer.tenant.id, plan.sql, arguments) or b"").split(b"\x1e")

    async def _completed(self, stream: Stream, request: Request, line: bytes) -> bytes | None:
        if line == HIDDEN:
            return None
        root = {stream.asked.key: orjson.loads(line)}
        answer = await self.engine.complete(stream.asked.document, stream.asked.variables, request, wall(), root)
        return answer.body
