"""Server-sent events, one connection per operation, as the protocol of graphql-sse has them.

What is wrong with a request's HTTP is answered by a status; what is wrong with its GraphQL is told as a `next` event.
A stream that breaks off without `complete` is one to take up again.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import aclosing, suppress
from typing import Any

from api.http.asking import Asked, Receive
from api.http.errors import HttpError
from api.subscriptions.connections import Connection
from api.subscriptions.ends import EndedError, body_of
from api.subscriptions.operations import Operations, Result
from tenants.viewer import Viewer

ALIVE = 12.0  # seconds of silence after which a comment is sent
COMMENT = b":\n\n"
COMPLETE = b"event: complete\ndata: \n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class EventStream:
    """The response to one operation. Its connection is admitted when it is made, and dismissed when it was sent."""

    def __init__(self, operations: Operations, asked: Asked, connection: Connection, *, reading: bool) -> None:
        self.operations = operations
        self.asked = asked
        self.connection = connection
        self.reading = reading
        self._why: asyncio.Future[EndedError] = asyncio.get_running_loop().create_future()
        connection.ended = self._ended
        operations.connections.admit(connection)

    def _ended(self, why: EndedError) -> None:
        if not self._why.done():
            self._why.set_result(why)

    async def send(self, receive: Receive, send: Send) -> None:
        """Until the operation is over, the client leaves, or we have to."""
        leaving = asyncio.create_task(_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _write(send, COMMENT)
            async with aclosing(self.operations.results(self.asked, self.connection, reading=self.reading)) as results:
                await self._send(results, leaving, send)
        finally:
            self.operations.connections.dismiss(self.connection)
            leaving.cancel()
            with suppress(asyncio.CancelledError):
                await leaving

    async def _send(self, results: Any, leaving: asyncio.Task[None], send: Send) -> None:  # noqa: ANN401 -- a generator
        following = _next(results)
        try:
            while True:
                done, _ = await asyncio.wait(
                    (following, leaving, self._why), timeout=ALIVE, return_when=asyncio.FIRST_COMPLETED
                )
                if leaving in done:
                    return
                if self._why.done():
                    await _break_off(send, self._why.result())
                    return
                if not done:
                    await _write(send, COMMENT)
                    continue
                result = following.result()
                if result is None:
                    await _write(send, COMPLETE, more=False)
                    return
                await _write(send, b"event: next\ndata: " + result.body + b"\n\n")
                following = _next(results)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


class EventStreams:
    """Begins event streams, as many as there may be."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations

    def begin(
        self, asked: Asked, viewer: Viewer, *, host: str | None, authorization: str | None, reading: bool
    ) -> EventStream:
        connection = Connection(viewer, host, authorization, lambda _: None)
        try:
            return EventStream(self.operations, asked, connection, reading=reading)
        except EndedError as why:
            status = 429 if why.code == "TOO_MANY_CONNECTIONS" else 503
            raise HttpError(status, why.message, why.code, {"retry-after": "5"}) from None


def _next(results: Any) -> asyncio.Task[Result | None]:  # noqa: ANN401 -- a generator
    async def following() -> Result | None:
        return await anext(results, None)

    return asyncio.create_task(following())


async def _break_off(send: Send, why: EndedError) -> None:
    """The end for a client that may not go on, or may come back to another process at once."""
    if why.code == "SERVER_RESTARTING":
        await _write(send, b"", more=False)
        return
    await _write(send, b"event: next\ndata: " + body_of(why.formatted()) + b"\n\n" + COMPLETE, more=False)


async def _write(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
