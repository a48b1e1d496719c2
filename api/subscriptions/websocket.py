"""WebSockets at `/graphql`, by the protocol `graphql-transport-ws`.

The client signs in by `connection_init`, whose payload may hold `authorization`, or by the header of that name.
"""

import asyncio
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.http.asking import Asked, parts
from api.http.errors import HttpError
from api.signin import SignInError
from api.subscriptions.connections import Connection
from api.subscriptions.ends import EndedError, too_many_operations
from api.subscriptions.operations import Operations
from api.subscriptions.origins import may_connect
from tenants import lookup
from tenants.registry import wall
from tenants.viewer import Viewer

PROTOCOL = "graphql-transport-ws"
INIT_WITHIN = 5.0  # seconds
MOST_REASON = 123
"""Bytes of a close frame's reason."""
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, UNACCEPTABLE, TOO_LATE = 4400, 4401, 4403, 4406, 4408
KNOWN_ALREADY, INIT_TWICE, TOO_MANY, BUSY, RESTARTING = 4409, 4429, 4430, 1013, 1012
CLOSES = {"TOO_MANY_CONNECTIONS": TOO_MANY, "SERVER_BUSY": BUSY, "SERVER_RESTARTING": RESTARTING}


class CloseError(Exception):
    """The connection is to be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Sockets:
    """The ASGI application that answers WebSockets."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.connections = operations.connections
        self.viewers = operations.connections.viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Socket(self, WebSocket(scope, receive, send)).serve()


class Socket:
    """One WebSocket, from its handshake to its end."""

    def __init__(self, sockets: Sockets, socket: WebSocket) -> None:
        self.sockets = sockets
        self.socket = socket
        self.connection: Connection | None = None
        self.operations: dict[str, asyncio.Task[None]] = {}
        self._closing: asyncio.Future[CloseError] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        origin, host = self.socket.headers.get("origin"), self.socket.headers.get("host")
        if not await self._welcome(origin, host):
            await self.socket.close(FORBIDDEN)  # before it is accepted: answered by 403
            return
        offered = self.socket.scope["subprotocols"]
        await self.socket.accept(PROTOCOL if PROTOCOL in offered else None)
        listening = asyncio.create_task(self._listen(offered))
        try:
            await asyncio.wait((listening, self._closing), return_when=asyncio.FIRST_COMPLETED)
            if self._closing.done():
                await self._close(self._closing.result())
        finally:
            for task in (listening, *self.operations.values()):
                task.cancel()
            await asyncio.gather(listening, *self.operations.values(), return_exceptions=True)
            if self.connection is not None:
                self.sockets.connections.dismiss(self.connection)

    async def _welcome(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of this origin may connect, as far as the address alone says whose it is."""
        if may_connect(origin, host, None):
            return True
        located = await lookup.locate(self.sockets.viewers.database, host=_name(host), slug=None)
        return located.by_host is None or may_connect(origin, host, located.by_host)

    async def _listen(self, offered: list[str]) -> None:
        try:
            if PROTOCOL not in offered:
                raise CloseError(UNACCEPTABLE, "Subprotocol not acceptable")  # noqa: TRY301 -- all ends are one
            try:
                async with asyncio.timeout(INIT_WITHIN):
                    await self._begin(await self._message())
            except TimeoutError:
                raise CloseError(TOO_LATE, "Connection initialisation timeout") from None
            while True:
                await self._take(await self._message())
        except WebSocketDisconnect:
            return
        except CloseError as why:
            self._end(why)
        except Exception:
            self._end(CloseError(1011, "Internal error"))
            raise

    async def _message(self) -> dict[str, Any]:
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        try:
            said = orjson.loads(message.get("text") or b"")
        except orjson.JSONDecodeError:
            raise CloseError(BAD_REQUEST, "A message is one JSON object, as text") from None
        if not isinstance(said, dict) or not isinstance(said.get("type"), str):
            raise CloseError(BAD_REQUEST, "A message is a JSON object with a `type`")
        return said

    async def _begin(self, said: dict[str, Any]) -> None:
        while said["type"] in ("ping", "pong"):
            await self._take_ping(said)
            said = await self._message()
        if said["type"] == "subscribe":
            raise CloseError(UNAUTHORIZED, "Unauthorized")
        if said["type"] != "connection_init" or not isinstance(said.get("payload"), dict | None):
            raise CloseError(BAD_REQUEST, "Begin with `connection_init`, whose payload is an object")
        host = self.socket.headers.get("host")
        payload = said.get("payload") or {}
        authorization = _authorization(payload) or self.socket.headers.get("authorization")
        viewer = await self._signed_in(host, authorization)
        connection = Connection(viewer, host, authorization, self._dismissed)
        try:
            self.sockets.connections.admit(connection)
        except EndedError as why:
            raise _close_of(why) from None
        self.connection = connection
        await self._send(b'{"type":"connection_ack"}')

    async def _signed_in(self, host: str | None, authorization: str | None) -> Viewer:
        try:
            viewer = await self.sockets.viewers.of(host=host, authorization=authorization, wall=wall())
        except SignInError as error:
            raise CloseError(FORBIDDEN, f"{error.code}: {error.message}") from None
        if not viewer.signed_in:
            raise CloseError(FORBIDDEN, "UNAUTHENTICATED: send a key as `authorization` of connection_init's payload")
        if not may_connect(self.socket.headers.get("origin"), host, viewer.tenant):
            raise CloseError(FORBIDDEN, "ORIGIN_NOT_ALLOWED: the tenant does not allow pages of this origin")
        return viewer

    async def _take(self, said: dict[str, Any]) -> None:
        match said["type"]:
            case "ping" | "pong":
                await self._take_ping(said)
            case "subscribe":
                await self._subscribe(said)
            case "complete":
                task = self.operations.pop(str(said.get("id")), None)
                if task is not None:
                    task.cancel()
            case "connection_init":
                raise CloseError(INIT_TWICE, "Too many initialisation requests")
            case other:
                raise CloseError(BAD_REQUEST, f"There is no message of the type '{other[:40]}'")

    async def _take_ping(self, said: dict[str, Any]) -> None:
        if said["type"] == "ping":
            payload = {"payload": said["payload"]} if isinstance(said.get("payload"), dict) else {}
            await self._send(orjson.dumps({"type": "pong", **payload}))

    async def _subscribe(self, said: dict[str, Any]) -> None:
        name = said.get("id")
        if not isinstance(name, str) or not name:
            raise CloseError(BAD_REQUEST, "`subscribe` needs an `id`, as text")
        if name in self.operations:
            raise CloseError(KNOWN_ALREADY, f"Subscriber for {name[:60]} already exists")
        try:
            asked = parts(said.get("payload"))
        except HttpError as error:
            raise CloseError(BAD_REQUEST, error.message) from None
        most = self.sockets.connections.bounds.operations_of_connection
        if len(self.operations) >= most:
            await self._error(orjson.dumps(name), orjson.dumps([too_many_operations(most).formatted()]))
            return
        self.operations[name] = asyncio.create_task(self._operate(name, asked))

    async def _operate(self, name: str, asked: Asked) -> None:
        assert self.connection is not None  # noqa: S101 -- it has begun
        quoted = orjson.dumps(name)
        head = b'{"id":' + quoted + b',"type":"next","payload":'
        try:
            async with aclosing(self.sockets.operations.results(asked, self.connection)) as results:
                async for result in results:
                    if result.over:
                        await self._error(quoted, orjson.dumps(orjson.loads(result.body)["errors"]))
                        return
                    await self._send(head + result.body + b"}")
            await self._send(b'{"id":' + quoted + b',"type":"complete"}')
        except WebSocketDisconnect:
            return
        finally:
            if self.operations.get(name) is asyncio.current_task():
                del self.operations[name]

    async def _error(self, quoted: bytes, errors: bytes) -> None:
        await self._send(b'{"id":' + quoted + b',"type":"error","payload":' + errors + b"}")

    async def _send(self, message: bytes) -> None:
        if self.socket.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnect(1006)
        await self.socket.send({"type": "websocket.send", "text": message.decode()})

    def _dismissed(self, why: EndedError) -> None:
        self._end(_close_of(why))

    def _end(self, why: CloseError) -> None:
        if not self._closing.done():
            self._closing.set_result(why)

    async def _close(self, why: CloseError) -> None:
        if self.socket.application_state is not WebSocketState.CONNECTED:
            return
        reason = why.reason.encode()[:MOST_REASON].decode(errors="ignore")
        with suppress(WebSocketDisconnect):
            await self.socket.close(why.code, reason)


def _close_of(why: EndedError) -> CloseError:
    return CloseError(CLOSES.get(why.code, FORBIDDEN), f"{why.code}: {why.message}")


def _authorization(payload: dict[str, Any]) -> str | None:
    """What the payload says under `authorization`, in whatever case."""
    said = next((value for key, value in payload.items() if key.lower() == "authorization"), None)
    return said if isinstance(said, str) and said else None


def _name(host: str | None) -> str | None:
    return host.rsplit(":", 1)[0].lower().rstrip(".") if host else None
