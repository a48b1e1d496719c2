"""Endpoints and SQL written by hand for these very questions, in the tenant's own transaction: as fast as it goes.

JSON is written as text by PostgreSQL and passed through as bytes. `TRIPS=1` sets the tenant within the statement;
`TRIPS=3` begins a transaction for it, and the mutation goes step by step. Nobody signs in here: the tenant stands in a
header.
"""

import os
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

from tenants.pool import Pool
from tests.bench.rivals import registering, statements

ONE_TRIP = "SELECT CASE WHEN set_config('app.tenant_id', $1::uuid::text, true) IS NOT NULL THEN ({})::varchar END"
THREE_TRIPS = "SELECT ({})::varchar"
TRIPS = int(os.environ.get("TRIPS", "1"))
FORM = ONE_TRIP if TRIPS == 1 else THREE_TRIPS
READS = {key: FORM.format(statement) for key, statement in statements.READS.items()}


class Readers(Pool):
    """The product's own connections, with a transaction around a statement where one is wanted."""

    async def within(self, tenant_id, work):
        reader = await self._take()
        try:
            await reader.connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{tenant_id}'")
            try:
                answer = await work(reader)
            except BaseException:
                await reader.connection.execute("ROLLBACK")
                raise
            await reader.connection.execute("COMMIT")
            return answer
        finally:
            self._give(reader)


pool = Readers(os.environ["APPLICATION_URL"], 10)


def row(text: str) -> uuid.UUID:
    return uuid.UUID(text.partition("_")[2])


def tenant_of(request: Request) -> uuid.UUID:
    return uuid.UUID(request.headers["x-tenant"])


async def read(key: str, tenant_id: uuid.UUID, arguments: list) -> Response:
    statement = READS[key]
    if TRIPS == 1:
        body = await pool.read(statement, [tenant_id, *arguments])
    else:
        body = await pool.within(
            tenant_id, lambda reader: reader.fetch(statement, [tenant_id, *arguments], lasting=True)
        )
    return Response(body, media_type="application/json")


async def one_session(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    return await read("Q1", tenant_of(request), [row(asked["id"])])


async def page(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    return await read("Q2", tenant_of(request), [asked["first"]])


async def seats(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    return await read("Q3", tenant_of(request), [asked["first"], asked["seats"]])


async def filtered(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    return await read(
        "Q4", tenant_of(request), [asked["first"], asked["format"], datetime.fromisoformat(asked["from"])]
    )


async def register(request: Request) -> Response:
    asked = orjson.loads(await request.body())["input"]
    tenant_id, by = tenant_of(request), uuid.UUID(request.headers["x-person"])
    new = registering.New(row(asked["sessionId"]), row(asked["personId"]), uuid7(), uuid7(), by, datetime.now(UTC))
    how = registering.at_once if TRIPS == 1 else registering.step_by_step
    try:
        body = await pool.within(tenant_id, lambda reader: how(reader, tenant_id, new))
    except asyncpg.UniqueViolationError:  # the same person twice at the same time
        body = await pool.within(tenant_id, lambda reader: how(reader, tenant_id, new))
    return Response(body, media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette):
    yield
    await pool.close()


ENDPOINTS = {"Q1": one_session, "Q2": page, "Q3": seats, "Q4": filtered, "M": register}
app = Starlette(
    routes=[Route(f"/{key}", endpoint, methods=["POST"]) for key, endpoint in ENDPOINTS.items()], lifespan=lifespan
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
