"""The ASGI application: GraphQL, the files of exports, the explorer, and whether we are well."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api import explorer as explorers
from api.documents.texts import Texts
from api.engine.execution import Engine
from api.explorer import Explorer
from api.exports.downloads import Downloads
from api.http import Endpoint, failed, not_served
from api.http.statuses import Statuses
from api.schema import schema
from api.signin.known import KnownViewers
from api.subscriptions import Subscriptions
from tenants.allowances import Allowances
from tenants.database import Database
from tenants.listener import Listener
from tenants.turns import Turns

PATHS = ("/graphql", "/graphql/")
PATIENCE = 5  # seconds
log = structlog.get_logger(__name__)


def application(
    database: Database, explorer: Explorer | None = None, *, statuses: Statuses = Statuses.CURRENT
) -> Starlette:
    """Serves one database. The database is the caller's to open and close; the explorer is built while it serves."""
    engine = Engine(schema(), database)
    listener = Listener(database.pool.url)
    viewers = KnownViewers(database, listener)
    allowances = Allowances(database)
    endpoint = Endpoint(engine, Texts(engine), viewers, allowances, Turns(), statuses=statuses)
    subscriptions = Subscriptions(endpoint, listener)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        listener.start()
        gc.collect()
        gc.freeze()  # what stands from the start is not searched for garbage again: that takes 0.1 s each time
        giving_back = asyncio.create_task(allowances.keep_tidy())
        building = asyncio.create_task(explorer.build()) if explorer else None
        yield
        await subscriptions.close()
        giving_back.cancel()
        await allowances.tidy(idle=0)
        await listener.stop()
        if building:
            building.cancel()
            with suppress(asyncio.CancelledError):
                await building

    app = _Application(
        routes=[
            Route("/", _home),
            WebSocketRoute(PATHS[0], subscriptions.sockets),
            Route("/exports/{id}", Downloads(database).respond, methods=["GET"]),
            Route("/health", _health),
            *(explorers.routes(explorer) if explorer else ()),
        ],
        exception_handlers={HTTPException: not_served, Exception: failed},
        lifespan=lifespan,
    )
    app.endpoint = endpoint
    app.state.engine = engine
    app.state.database = database
    app.state.subscriptions = subscriptions
    return app


class _Application(Starlette):
    """Starlette's, but for requests to GraphQL: on their way to the endpoint nothing stands between."""

    endpoint: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in PATHS:
            await self.endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _home(request: Request) -> Response:
    return RedirectResponse("/explorer")


async def _health(request: Request) -> Response:
    """Ready when the database answers."""
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(PATIENCE), database.platform() as db:
            await db.execute(text("SELECT 1"))
    except Exception:
        log.warning("health.database_away", exc_info=True)
        return JSONResponse({"status": "database away"}, 503)
    return JSONResponse({"status": "ok"})
