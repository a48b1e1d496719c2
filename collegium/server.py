"""A server: the application at a socket, the work beside it, and an end that leaves nothing half done."""

import asyncio
import errno
import resource
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn

from api.app import application
from api.engine.execution import Engine
from api.explorer import SOURCE, Explorer
from api.http import MAX_BODY
from api.schema import schema
from collegium.connections import UNREAD, PatientProtocol, PatientSocket
from collegium.exports import Exports
from collegium.output import Problem
from collegium.settings import Settings, address
from collegium.sweep import Sweep
from tenants.database import Database

BACKLOG = 2048
LAST_REQUESTS = 10  # seconds that requests have to finish when the server ends


class Server(uvicorn.Server):
    """Ends when it is told by us: signals are the command's to hear."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def listen(settings: Settings) -> socket.socket:
    """The socket to serve at. Clients that come early wait in its queue until the server is ready."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise Problem(
                f"Port {settings.port} of {settings.host} is in use. "
                f"Stop what listens there, or choose another: PORT={settings.port + 1}."
            ) from None
        raise Problem(
            f"Can't listen at {settings.host}, port {settings.port}: {problem.strerror or problem}."
        ) from None
    except OverflowError as problem:
        raise Problem(f"Can't listen at port {settings.port}: {problem}.") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)  # its connections inherit it
    return listener


def open_as_many_as_allowed() -> None:
    """Each connection is an open file: their soft limit, often 1,024, is raised to what this process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # where the system has another limit, the soft one stays
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def url_of(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return address(host, port)


@contextmanager
def stopping() -> Generator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set, instead of ending the process where it stands."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    try:
        yield stop
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)


@asynccontextmanager
async def serving(
    database: Database, settings: Settings, listener: socket.socket, *, explorer: bool = True
) -> AsyncGenerator[asyncio.Task[None]]:
    """The application answers at the socket until the end, which waits for the requests under way."""
    open_as_many_as_allowed()
    app = application(database, Explorer(SOURCE, settings.home) if explorer else None, statuses=settings.http_statuses)
    config = uvicorn.Config(
        app,
        loop="none",
        http=PatientProtocol,
        ws=PatientSocket,
        ws_max_size=MAX_BODY,
        ws_per_message_deflate=False,  # costs more time and memory per connection than it saves
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing is asked of who connects or how
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield task
    finally:
        app.state.subscriptions.stop()
        server.should_exit = True
        await task


async def work(database: Database, stop: asyncio.Event) -> None:
    """What happens beside the requests, until told to stop."""
    await asyncio.gather(Sweep(database).until(stop), Exports(Engine(schema(), database)).until(stop))


async def until_stopped(database: Database, server: asyncio.Task[None], stop: asyncio.Event, *, worker: bool) -> None:
    """Work, if asked to, until told to stop, or until the server ends by itself."""
    server.add_done_callback(lambda _: stop.set())
    if worker:
        await work(database, stop)
    await stop.wait()
