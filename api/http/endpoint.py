"""`/graphql`: queries by GET and POST, mutations by POST.

A bare ASGI application: what is spent here is spent on every request.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from api.engine.documents import RequestError
from api.engine.execution import Answer, Engine, refused
from api.http.asking import READING, Asked, GoneError, Receive, Scope, asked
from api.http.errors import HttpError, failure, not_possible
from api.http.media import JSON, negotiate
from api.signin import SignInError, viewer_of
from tenants.registry import wall

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class Reply:
    """A response: its body, and how it is sent."""

    body: bytes
    status: int = 200
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        headers = [
            (b"content-length", str(len(self.body)).encode()),
            (b"content-type", f"{self.media}; charset=utf-8".encode()),
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Endpoint:
    """Answers GraphQL requests of one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self._reply(scope, receive)
        except GoneError:
            return  # nobody is there to read it
        except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets an answer
            reply = Reply(failure(error, scope["method"], scope["path"]), 500)
        await reply.send(send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        media = JSON
        try:
            if scope["method"] not in METHODS:
                raise not_possible(scope["method"], ", ".join(METHODS))
            media = negotiate(_text(headers, b"accept"))
            return await self._answer(await asked(scope, headers, receive), scope, headers, media)
        except HttpError as no:
            return Reply(no.body, no.status, media, no.headers)
        except SignInError as error:
            return Reply(HttpError(error.status, error.message, error.code).body, error.status, media)

    async def _answer(self, request: Asked, scope: Scope, headers: dict[bytes, bytes], media: str) -> Reply:
        now = wall()
        viewer = await viewer_of(
            self.engine.database,
            host=_text(headers, b"host"),
            authorization=_text(headers, b"authorization"),
            wall=now,
        )
        try:
            document = self.engine.document(request.source, request.name)
        except RequestError as error:
            return _of(refused(error), media)
        if scope["method"] in READING and not document.is_query:
            raise HttpError(405, "Send mutations by POST.", "METHOD_NOT_ALLOWED", {"allow": "POST"})
        now_here = viewer.tenant.now(now)
        return _of(await self.engine.answer(document, request.variables, viewer=viewer, now=now_here, wall=now), media)


def _of(answer: Answer, media: str) -> Reply:
    return Reply(answer.body, 200 if answer.executed or media == JSON else 400, media)


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
