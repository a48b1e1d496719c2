"""One server with an academy in it, and one set of packages, for all clients of other people."""

import asyncio
from dataclasses import dataclass

import pytest

from tenants.database import Database
from tenants.keys import Role
from tests.academy import an_academy
from tests.conftest import a_tenant
from tests.e2e.clients import node
from tests.e2e.conftest import a_client
from tests.processes import Started, command
from tests.rows import a_plan, a_program, a_session

SESSIONS = 25  # of one program: more than a page


@dataclass(frozen=True)
class Server:
    """Where it is, a key for each who may ask it, and the command line of whoever runs it."""

    url: str
    keys: dict[str, str]
    tenant: str
    command: list[str]
    environment: dict[str, str]


@pytest.fixture(scope="session")
def server(administrator_url, database_url, tmp_path_factory):
    slug, keys = asyncio.run(_prepared(database_url))
    folder = tmp_path_factory.mktemp("server")
    operator = {"DATABASE_URL": administrator_url, "COLLEGIUM_HOME": str(folder)}
    with Started(database_url, module="tests.served", log=folder / "log") as process:
        yield Server(process.says(r"Serving (http://\S+)")[1], keys, slug, command(), operator)


async def _prepared(database_url):
    database = Database(database_url, writers=2, readers=2)
    tenant = await a_tenant(database)
    academy = await an_academy(database, tenant)
    async with database.transaction(tenant.id) as db:
        program = await a_program(db, title="Leading hybrid teams")
        for number in range(SESSIONS):
            plan = a_plan(1 + number)
            await a_session(db, program, title=f"Session {number + 1}", meetings=[plan], capacity=2)
    people = {
        "admin": await a_client(None, database, tenant, Role.TENANT_ADMIN),
        "coordinator": await a_client(None, database, tenant, Role.COORDINATOR),
        "learner": await a_client(None, database, tenant, Role.LEARNER, name="Grace Hopper"),
    }
    await database.close()
    assert academy.ids
    keys = {role: client.headers["authorization"].removeprefix("Bearer ") for role, client in people.items()}
    return tenant.slug, keys


@pytest.fixture(scope="session")
def workshop():
    """The folder of the node project, with its packages."""
    return node.installed()
