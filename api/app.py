"""The ASGI application: GraphQL, the explorer, and whether we are well."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.engine.execution import Engine
from api.http import Endpoint
from api.schema import schema
from tenants.database import Database


def application(database: Database) -> Starlette:
    """Serves one database. The database is the caller's to open and close."""
    engine = Engine(schema(), database)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        await database.close()

    app = Starlette(
        routes=[
            Route("/", _home),
            Route("/graphql", Endpoint(engine).respond, methods=["GET", "POST"]),
            Route("/health", _health),
        ],
        lifespan=lifespan,
    )
    app.state.engine = engine
    app.state.database = database
    return app


async def _home(request: Request) -> Response:
    return RedirectResponse("/explorer")


async def _health(request: Request) -> Response:
    """Ready when the database answers."""
    database: Database = request.app.state.database
    async with database.platform():
        pass
    return JSONResponse({"status": "ok"})
