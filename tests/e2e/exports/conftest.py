"""Exports as a client sees them."""

import json

import pytest
import sqlalchemy as sa

from api.engine.execution import Engine
from api.exports.turns import Turns
from api.schema import schema
from collegium.exports import Exports
from domain.exports.files import ExportStretch
from domain.people import people
from tests.academy import an_academy
from tests.conftest import BY, NOW

PEOPLE = "{ people { nodes { id name email } } }"
HUNDREDS = 250
START = """
mutation ($input: ExportOperationInput!) {
  exportOperation(input: $input) {
    __typename
    ... on Export { id status root rows total bytes url failure createdAt startedAt finishedAt expiresAt }
    ... on ExportRefused { reason message field retryable }
  }
}
"""
READ = """
query ($id: ID!) {
  export(id: $id) { status root rows total bytes url failure createdAt startedAt finishedAt expiresAt }
}
"""
CANCEL = """
mutation ($input: CancelExportInput!) {
  cancelExport(input: $input) {
    __typename ... on Export { status rows } ... on ExportRefused { reason message field }
  }
}
"""


async def started(client, document=PEOPLE, **given):
    return (await client.data(START, input={"document": document, **given}))["exportOperation"]


async def read(client, export):
    return (await client.data(READ, id=export["id"]))["export"]


async def cancelled(client, export):
    return (await client.data(CANCEL, input={"id": export["id"]}))["cancelExport"]


def lines_of(file):
    return [json.loads(line) for line in file.text.splitlines()]


async def paged(client, root="people", selection="id name email"):
    """What paging to the end gives."""
    document = f"""query ($after: String) {{ {root}(first: 100, after: $after, orderBy: {{field: ID}}) {{
        nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    rows, after, more = [], None, True
    while more:
        page = (await client.data(document, after=after))[root]
        rows += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return rows


@pytest.fixture
def engine(database):
    return Engine(schema(), database)


@pytest.fixture
def work(engine):
    """A worker that goes on while there is more to do."""
    worker = Exports(engine)

    async def work():
        while await worker.pass_by():
            pass

    return work


@pytest.fixture
def turns(engine):
    return Turns(engine)


@pytest.fixture
async def hundreds(database, tenant):
    """More people than two pages hold."""
    async with database.transaction(tenant.id) as db:
        for number in range(HUNDREDS):
            await people.create(db, people.NewPerson(name=f"Person {number:03}"), by=BY, now=NOW)


@pytest.fixture
async def academy(doors, tenant):
    return await an_academy(doors, tenant)


@pytest.fixture
def get(http):
    """A download, by a client's key or without."""

    async def get(client, path, *, key=True, **headers):
        shown = {"host": client.host, **(client.headers if key else {})}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await http.get(path, headers={"accept-encoding": "identity", **shown, **named})

    return get


@pytest.fixture
def kept(doors, tenant):
    """How many parts of files there are."""

    async def kept():
        async with doors.transaction(tenant.id) as db:
            return await db.scalar(sa.select(sa.func.count()).select_from(ExportStretch))

    return kept
