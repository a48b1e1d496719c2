"""Connections that can't be held open by being slow: a request's head, its body and an answer's reader have deadlines.

uvicorn limits idle connections and nothing else, so its protocol is told the rest here. It also sends an answer's
head and body one after the other: here they leave together.
"""

from asyncio import AbstractEventLoop, BaseTransport, Handle, TimerHandle, Transport
from collections.abc import Callable

import orjson
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD = 10.0  # seconds from the first byte to the end of the headers; also for a first byte to come
BODY = 10.0  # seconds from there to the end of the body
READER = 10.0  # seconds for a reader to make room for more of an answer
UNREAD = 262_144  # bytes of answers that the system keeps for a reader; of itself it keeps megabytes
MAX_HEAD = 65_536  # bytes


class Together:
    """A connection's transport as its answers see it: a head leaves with the body that follows it, by one system call.

    What nothing follows leaves alone when the loop comes round.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self.transport = transport
        self.loop = loop
        self._head: bytes | None = None
        self._alone: Handle | None = None

    def write(self, data: bytes) -> None:
        if self._head is None:
            self._head, self._alone = data, self.loop.call_soon(self._leave)
        else:
            self._leave(data)

    def close(self) -> None:
        self._leave()
        self.transport.close()

    def is_closing(self) -> bool:
        return self.transport.is_closing()

    def _leave(self, *more: bytes) -> None:
        head, self._head = self._head, None
        if head is not None:
            self.transport.writelines((head, *more))
        if self._alone is not None:
            self._alone.cancel()
            self._alone = None


class PatientProtocol(HttpToolsProtocol):
    """One connection. `_waiting` is the deadline of what the client has to send next, `_stuck` that of its reading."""

    _waiting: TimerHandle | None = None
    _stuck: TimerHandle | None = None
    _head = 0  # bytes of the headers that are under way
    _heads = 0  # how many are complete
    _in_head = True
    _running: RequestResponseCycle | None = None  # the request that is answered; `cycle` is the last that came

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._together = Together(transport, self.loop)  # type: ignore[arg-type]
        self._wait(HEAD, self._slow_head)

    def data_received(self, data: bytes) -> None:
        before, within = self._heads, self._in_head
        super().data_received(data)
        if self._in_head:
            self._head = self._head + len(data) if within and self._heads == before else 0
            if self._head > MAX_HEAD:
                message = f"The headers of a request hold at most {MAX_HEAD:,} bytes."
                self._refuse(431, "HEADERS_TOO_LARGE", message)
            elif self._waiting is None:
                self._wait(HEAD, self._slow_head)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._heads += 1
        super().on_headers_complete()
        self._wait(BODY, self._slow_body)

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()
        self._enough()

    def handle_websocket_upgrade(self) -> None:
        self._in_head = False
        self._enough()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(READER, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._moves()

    def connection_lost(self, exc: Exception | None) -> None:
        self._enough()
        self._moves()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        cycle.transport = self._together  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def _wait(self, seconds: float, too_late: Callable[[], None]) -> None:
        self._enough()
        self._waiting = self.loop.call_later(seconds, too_late)

    def _enough(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _moves(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _slow_head(self) -> None:
        if self._answering:  # a request that came early waits for its turn
            self._wait(HEAD, self._slow_head)
            return
        self._refuse(408, "REQUEST_TIMEOUT", f"The headers of a request have to arrive within {HEAD:g} seconds.")

    def _slow_body(self) -> None:
        if self.flow.read_paused:  # it is us who are slow
            self._wait(BODY, self._slow_body)
            return
        self._refuse(408, "REQUEST_TIMEOUT", f"The body of a request has to arrive within {BODY:g} seconds.")

    @property
    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Say why, where no answer has begun, and hang up."""
        if self.transport.is_closing():
            return
        if not (self._answering and self.cycle.response_started):
            body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
            head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()


class PatientSocket(WebSocketsSansIOProtocol):
    """One WebSocket. Who does not take what is told loses it, instead of holding what waits for them in memory."""

    _stuck: TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(READER, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._moves()

    def connection_lost(self, exc: Exception | None) -> None:
        self._moves()
        super().connection_lost(exc)

    def _moves(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
