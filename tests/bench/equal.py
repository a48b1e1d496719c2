"""Whoever is measured gives the same answers, and leaves the same rows: checked before anything is timed."""

import http.client
import json
import uuid
from itertools import islice
from typing import Any

import asyncpg

from tests.bench.fill import Academy
from tests.bench.measuring import Served
from tests.bench.queries import Query

SAMPLES = 25
OWN = {"cursor", "endCursor"}
"""Each rival writes its own cursors."""
LEFT = """SELECT r.status, s.seats_taken, s.waiting, e.aggregate, e.sequence, e.verb, e.person_id = $3 AS by,
        e.occurred_at = r.registered_at AS at,
        e.facts = jsonb_build_object('session_id', s.id, 'person_id', r.person_id) AS told
    FROM registration r JOIN session s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
    JOIN event e ON e.tenant_id = r.tenant_id AND e.aggregate_id = r.id
    WHERE r.tenant_id = $1 AND r.id = $2"""
SEATED = {
    "status": "REGISTERED",
    "seats_taken": 1,
    "waiting": 0,
    "aggregate": "Registration",
    "sequence": 1,
    "verb": "registered",
    "by": True,
    "at": True,
    "told": True,
}


class UnequalError(AssertionError):
    """Two rivals don't do the same."""


def answer(served: Served, query: Query, academy: Academy, variables: dict[str, Any]) -> Any:
    """The answer's data, over a connection of its own."""
    head, _, body = served.rival.request(query, academy, variables).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    try:
        connection.request("POST", first.split(" ")[1], body, dict(line.split(": ", 1) for line in lines))
        response = connection.getresponse()
        read = response.read()
    finally:
        connection.close()
    told = json.loads(read)
    if response.status != 200 or "errors" in told:
        raise UnequalError(f"{served.rival.name} answers {query.key} with {response.status}: {read[:2000].decode()}")
    return served.rival.read(query, told["data"])


def without_own(data: Any) -> Any:
    """The answer, with an empty text for each cursor that is there."""
    if isinstance(data, list):
        return [without_own(item) for item in data]
    if isinstance(data, dict):
        return {key: "" if key in OWN and value else without_own(value) for key, value in data.items()}
    return data


async def check(rivals: list[Served], query: Query) -> None:
    asked = rivals[0].filled.asked(query)
    if query.writes:
        for served in rivals:
            await _check_written(served, query, *next(asked))
        return
    for academy, variables in islice(asked, SAMPLES):
        first, *others = [without_own(answer(served, query, academy, variables)) for served in rivals]
        for served, other in zip(rivals[1:], others, strict=True):
            if other != first:
                names = f"{rivals[0].rival.name} and {served.rival.name}"
                raise UnequalError(f"{names} answer {query.key} differently:\n{first}\n{other}"[:4000])


async def _check_written(served: Served, query: Query, academy: Academy, variables: dict[str, Any]) -> None:
    database = served.filled.connection
    told = answer(served, query, academy, variables)["registerForSession"]
    kind, _, number = told["id"].partition("_")
    wanted = {
        "__typename": "Registration",
        "status": "REGISTERED",
        "session": {
            "id": variables["input"]["sessionId"],
            "title": await _column(database, "session", "title", academy, variables["input"]["sessionId"]),
            "seatsTaken": 1,
        },
        "person": {
            "id": variables["input"]["personId"],
            "name": await _column(database, "person", "name", academy, variables["input"]["personId"]),
        },
    }
    said = {key: value for key, value in told.items() if key not in ("id", "registeredAt")}
    row = await database.fetchrow(LEFT, academy.tenant_id, uuid.UUID(number), academy.coordinator_id)
    left = dict(row) if row else None
    if kind != "reg" or said != wanted or left != SEATED:
        raise UnequalError(f"{served.rival.name} registers differently:\n{told}\n{left}")


async def _column(database: asyncpg.Connection, table: str, column: str, academy: Academy, number: str) -> str:
    row_id = uuid.UUID(number.partition("_")[2])
    return await database.fetchval(
        f"SELECT {column} FROM {table} WHERE tenant_id = $1 AND id = $2", academy.tenant_id, row_id
    )
