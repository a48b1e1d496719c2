"""`/graphql`: queries by GET and POST, mutations by POST, and any operation as a stream of events.

A bare ASGI application: what is spent here is spent on every request.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from graphql import GraphQLError

from api.documents.texts import Texts
from api.engine.documents import RequestError
from api.engine.execution import Answer, Engine, refused
from api.http.asking import READING, Asked, GoneError, Receive, Scope, asked
from api.http.caching import NOTHING, caching
from api.http.errors import HttpError, failure, not_possible
from api.http.media import EVENTS, JSON, negotiate
from api.http.spending import REFUSED, headers_of, spend, told, wait_body
from api.http.statuses import Statuses
from api.signin import SignInError
from api.signin.known import KnownViewers
from tenants.allowances import Allowances, SpentError, Standing
from tenants.registry import wall
from tenants.turns import Turns
from tenants.viewer import Viewer

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
METHODS = ("GET", "HEAD", "POST")
UNCHANGED = 304
NOT_HERE = (
    f"A subscription goes on, and one answer does not: accept `{EVENTS}`, or open a WebSocket by the protocol "
    "graphql-transport-ws at this address."
)
NOT_STORED = (b"cache-control", NOTHING.encode())
NONE: Mapping[str, str] = MappingProxyType({})


class Reply(NamedTuple):
    """A response: its body, and how it is sent. `standing`: what its headers tell of what is left."""

    body: bytes
    status: int = 200
    media: str = JSON
    headers: Mapping[str, str] = NONE
    standing: Standing | None = None

    async def send(self, send: Send) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.standing is not None:
            headers += headers_of(self.standing)
        if "cache-control" not in self.headers:
            headers.append(NOT_STORED)
        if self.status != UNCHANGED:
            headers.append((b"content-length", b"%d" % len(self.body)))
            headers.append((b"content-type", b"%b; charset=utf-8" % self.media.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Streaming(Protocol):
    """A response that goes on for as long as there is something to tell."""

    async def send(self, receive: Receive, send: Send) -> None: ...


class Streams(Protocol):
    """Begins a response that goes on, or raises an HttpError."""

    def begin(
        self, asked: Asked, viewer: Viewer, *, host: str | None, authorization: str | None, reading: bool
    ) -> Streaming: ...


class Endpoint:
    """Answers GraphQL requests of one engine."""

    streams: Streams

    def __init__(
        self,
        engine: Engine,
        texts: Texts,
        viewers: KnownViewers,
        allowances: Allowances,
        turns: Turns,
        *,
        statuses: Statuses = Statuses.CURRENT,
    ) -> None:
        self.engine = engine
        self.texts = texts
        self.viewers = viewers
        self.allowances = allowances
        self.turns = turns
        self.statuses = statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self._reply(scope, receive)
        except GoneError:
            return  # nobody is there to read it
        except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets an answer
            reply = Reply(failure(error, scope["method"], scope["path"]), 500)
        if isinstance(reply, Reply):
            await reply.send(send)
        else:
            await reply.send(receive, send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply | Streaming:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        media = JSON
        try:
            if scope["method"] not in METHODS:
                raise not_possible(scope["method"], ", ".join(METHODS))
            media = negotiate(_text(headers, b"accept"))
            return await self._answer(await asked(scope, headers, receive), scope, headers, media)
        except HttpError as no:
            return Reply(no.body, no.status, JSON if media == EVENTS else media, no.headers)
        except SignInError as error:
            media = JSON if media == EVENTS else media
            return Reply(HttpError(error.status, error.message, error.code).body, error.status, media)

    async def _answer(self, request: Asked, scope: Scope, headers: dict[bytes, bytes], media: str) -> Reply | Streaming:
        now = wall()
        host, authorization = _text(headers, b"host"), _text(headers, b"authorization")
        viewer = await self.viewers.of(host=host, authorization=authorization, wall=now)
        if media == EVENTS:
            reading = scope["method"] in READING
            return self.streams.begin(request, viewer, host=host, authorization=authorization, reading=reading)
        tenant_id = viewer.tenant.id
        turn = self.turns.take(tenant_id) or await self.turns.wait(tenant_id)
        try:
            answer, standing = await self._run(request, viewer, scope["method"], now)
        except SpentError as spent:
            return Reply(wait_body(spent), 429, media, {"retry-after": str(spent.retry_after)}, spent.standing)
        finally:
            self.turns.leave(turn)
        if scope["method"] in READING and answer.good:
            known = _text(headers, b"if-none-match")
            cached = caching(answer.body, media, signed_in=viewer.signed_in, known=known)
            status, body = (UNCHANGED, b"") if cached.unchanged else (200, answer.saying(told(standing)))
            return Reply(body, status, media, cached.headers, standing)
        return Reply(answer.saying(told(standing)), self.statuses.of(answer, media), media, NONE, standing)

    async def _run(self, request: Asked, viewer: Viewer, method: str, now: datetime) -> tuple[Answer, Standing]:
        try:
            document = await self.texts.document(request.document, request.name, viewer)
            if document.is_subscription:
                raise _needs_a_stream()
            if method in READING and not document.is_query:
                raise HttpError(405, "Send mutations by POST.", "METHOD_NOT_ALLOWED", {"allow": "POST"})
            standing = await spend(self.allowances, document, request.variables, viewer)
        except RequestError as error:
            return refused(error), await self.allowances.spend(viewer, REFUSED)
        now_here = viewer.tenant.now(now)
        answer = await self.engine.answer(document, request.variables, viewer=viewer, now=now_here, wall=now)
        return answer, standing


def _needs_a_stream() -> RequestError:
    return RequestError([GraphQLError(NOT_HERE, extensions={"code": "SUBSCRIPTION_NEEDS_A_STREAM"})])


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
