"""Bad input of any kind gets a clear error, and changes nothing."""

from collections import Counter
from datetime import timedelta

import asyncpg
import pytest

from api.permissions import SCOPES
from api.schema import schema
from domain.journeys import sweeps
from tests.academy import an_academy
from tests.attacks import document
from tests.conftest import NOW
from tests.e2e.answered import ask
from tests.e2e.conftest import a_client
from tests.e2e.taken import LAST, what_is_taken
from tests.spoiling import holds, put, spoiled


@pytest.fixture
async def fingerprint(administrator_url, tenant):
    """Of everything that the tenant has, and of the tenant. What its requests cost is counted, refused or not."""
    connection = await asyncpg.connect(administrator_url)
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE column_name = 'tenant_id' AND table_schema = 'public' AND table_name <> 'allowance'"
    )
    rows = " UNION ALL ".join(
        f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t WHERE {column} = $1"
        for table, column in [("tenant", "id"), *((row[0], "tenant_id") for row in tables)]
    )
    statement = await connection.prepare(rows)

    async def of_all():
        return [row[0] for row in await statement.fetch(tenant.id)]

    yield of_all
    await connection.close()


@pytest.fixture
async def academy(doors, tenant):
    return await an_academy(doors, tenant)


@pytest.fixture
async def client(http, doors, tenant, academy):
    """An app that may do everything, for everyone. Its key is not among the academy's, which are revoked."""
    return await a_client(http, doors, tenant, scopes=SCOPES)


@pytest.fixture
async def sound(doors, tenant, client, academy):
    return await what_is_taken(client, doors, tenant, academy, evaluations=400)


@pytest.mark.slow
async def test_bad_input_to_a_mutation_gets_a_clear_error_and_changes_nothing(
    client, sound, fingerprint, doors, tenant
):
    found, ways = [], Counter()
    mutations = schema().mutation_type.fields
    for name in sorted(mutations, key=lambda name: (name in LAST, list(mutations).index(name))):
        found += await findings(client, sound, fingerprint, name, ways)

    assert found == []
    assert ways.keys() >= {
        "NUL",
        "half a surrogate pair",
        "100,000 characters",
        "year 9999",
        "another word",
        "too many",
    }
    assert ways.total() > 2500
    await is_still_sound(client, doors, tenant)


async def findings(client, sound, fingerprint, name, ways):
    """What is wrong with the answers to bad input. Sound input is taken in between, so it was the badness."""
    field = schema().mutation_type.fields[name]
    text = document(schema(), "mutation", name, field)
    places = sorted(
        spoiled(field.args["input"].type, ("input",), sound.own["Tenant"][0]), key=lambda bad: not bad.never
    )
    found = []
    for number, bad in enumerate(places):
        if not bad.never and (number == 0 or places[number - 1].never):
            found += await untaken(client, sound, name, text)
        found += await tried(client, sound, fingerprint, name, text, bad)
        ways[bad.way] += 1
    return found


async def untaken(client, sound, name, text):
    answers = [(given, await ask(client, text, {"input": given}, name)) for given in sound.inputs(name)]
    return [
        f"{name}: sound input is not taken: {given} {answer.no}" for given, answer in answers if not answer.accepted
    ]


async def tried(client, sound, fingerprint, name, text, bad):
    inputs = sound.inputs(name)
    fitting = next((given for given in inputs if holds(given, bad.path[1:])), inputs[0])
    before = await fingerprint()
    answer = await ask(client, text, put({"input": fitting}, bad.path, bad.value), name)
    place = f"{name}({bad})"
    if answer.leak:
        return [f"{place}: '{answer.leak}' is no word for clients: {answer.no}"]
    if answer.accepted:
        return [f"{place}: is taken"] if bad.never else []
    if await fingerprint() != before:
        return [f"{place}: is refused, and something has changed"]
    return [] if answer.names(bad.path) else [f"{place}: the error does not say where: {answer.no}"]


async def is_still_sound(client, doors, tenant):
    """Whatever was taken can be read, and the tenant's clock goes on."""
    for name, field in schema().query_type.fields.items():
        if "first" in field.args:
            await client.data(document(schema(), "query", name, field), first=100)
    async with doors.transaction(tenant.id) as db:
        await sweeps.open_due(db, now=NOW + timedelta(days=365))
