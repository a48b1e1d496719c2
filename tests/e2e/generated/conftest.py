"""A running server with an academy in it, and all who may ask it: each role, an app with every scope, a visitor."""

import asyncio
import os
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from sqlmodel import select

from api.app import application
from api.permissions import SCOPES
from tenants import allowances
from tenants.database import Database
from tenants.keys import Key, Role
from tests.academy import an_academy
from tests.conformance import FOLDER
from tests.conftest import a_tenant
from tests.e2e.conftest import a_client
from tests.e2e.taken import what_is_taken
from tests.processes import Started
from tests.sound import Sound

WHOLE = FOLDER in os.environ
"""Whether the page of conformance is being written: then all is tried, and each time something else.

At any other time it is a part, and always the same.
"""
ROLES = len(Role) + 2
"""With an app and a visitor."""
ENOUGH = 10_000_000
"""What each may cost in a second: nobody is told to wait."""


def generated(examples):
    """How many are made up, and nothing made of what was found: rows are others by then."""
    return settings(
        max_examples=examples,
        derandomize=not WHOLE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Served:
    """Where the server is, what input its mutations take, and the header fields with which each asks."""

    url: str
    sound: Sound
    askers: dict[str, dict[str, str]]

    @property
    def own(self):
        """Ids of rows, by their type."""
        return self.sound.own


@pytest.fixture(scope="module")
def served(database_url, tmp_path_factory):
    sound, askers = asyncio.run(_prepared(database_url))
    log = tmp_path_factory.mktemp("server") / "log"
    with Started(database_url, module="tests.served", log=log) as process:
        yield Served(process.says(r"Serving (http://\S+)")[1], sound, askers)
        process.end()
    assert "Traceback" not in process.said()


async def _prepared(database_url):
    database = Database(database_url, writers=2, readers=2)
    tenant = await a_tenant(database)
    academy = await an_academy(database, tenant)
    transport = httpx.ASGITransport(application(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://collegium.test") as http:
        everyone = await a_client(http, database, tenant, scopes=SCOPES)
        sound = await what_is_taken(everyone, database, tenant, academy, evaluations=40)
    clients = {role: await a_client(None, database, tenant, role, name=role.title()) for role in Role}
    clients["APP"] = await a_client(None, database, tenant, scopes=SCOPES)
    host = {"host": f"{tenant.slug}.localhost"}
    async with database.transaction(tenant.id) as db:
        holders = {key.person_id or key.app_id for key in await db.scalars(select(Key))}
        for bucket in (tenant.id, allowances.NOBODY, *holders):
            await allowances.limit(db, bucket, ENOUGH)
    await database.close()
    return sound, {
        "VISITOR": host,
        **{str(who): {**host, **client.headers} for who, client in clients.items()},
    }
