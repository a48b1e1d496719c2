"""The wall between tenants, attacked at every place of the schema that takes an id."""

import json
from collections import Counter
from dataclasses import replace
from itertools import product

import asyncpg
import httpx
import pytest

from api.app import application
from api.engine.planner import Planner
from api.permissions import SCOPES
from api.schema import schema
from tenants.database import Database
from tenants.keys import Role
from tests.academy import an_academy
from tests.attacks import NOBODYS, slots
from tests.e2e.conftest import Client, a_client

OURS, THEIRS = "Orchid", "Zephyr"


@pytest.fixture
async def rows_of(administrator_url):
    """A fingerprint of everything that a tenant has."""
    connection = await asyncpg.connect(administrator_url)
    tables = [row[0] for row in await connection.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = 'public'"
    )]  # fmt: skip

    async def fingerprint(tenant):
        return {
            table: await connection.fetchval(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t WHERE tenant_id = $1", tenant.id
            )
            for table in tables
        }

    yield fingerprint
    await connection.close()


async def findings(clients: list[Client], ours, theirs) -> list[str]:
    """What gets through the wall: each place, and what happened there."""
    found = []
    for slot, client in product(slots(schema(), ours.by_type), clients):
        foreign = theirs.by_type[slot.kind][0]
        nobodys = f"{foreign.partition('_')[0]}_{NOBODYS}"
        answers = {}
        for who, value in (("foreign", foreign), ("nobody's", nobodys)):
            answer = await client.answer(slot.document, **slot.with_id(value))
            answer.pop("extensions")  # what is left of an allowance is another each time
            answers[who] = json.dumps(answer).replace(value, "ID")
        if THEIRS.lower() in answers["foreign"].lower():
            found.append(f"{slot}: another tenant's data is in the answer")
        elif answers["foreign"] != answers["nobody's"]:
            found.append(f"{slot}: another tenant's id is answered unlike one that nobody has: {answers}")
        if "INTERNAL_SERVER_ERROR" in answers["foreign"]:
            found.append(f"{slot}: fails")
    return found


async def unproven(clients: list[Client], ours) -> list[str]:
    """The places where nobody of ours gets our own id found: an attack there would prove nothing."""
    proven, tried = set(), {}
    for slot, client in product(slots(schema(), ours.by_type), clients):
        own = slot.with_id(ours.by_type[slot.kind][0])
        answer = await client.answer(slot.document, **own)
        result = (answer.get("data") or {}).get(slot.name)
        empty = result in (None, [None]) or (slot.operation == "mutation" and not result)
        unknown = isinstance(result, dict) and result.get("code") == "NOT_FOUND" and result.get("field") == _field(slot)
        tried.setdefault(f"{slot} as {slot.kind}", []).append(answer)
        if not empty and not unknown:
            proven.add(f"{slot} as {slot.kind}")
    return [f"{place}: {answer}" for place, answer in tried.items() if place not in proven]


def _field(slot):
    return ".".join(str(step) for step in slot.path[1:])


@pytest.fixture
async def academies(doors, tenant, other_tenant):
    return await an_academy(doors, tenant, word=OURS), await an_academy(doors, other_tenant, word=THEIRS)


@pytest.fixture
async def clients(http, doors, tenant, academies):
    """Those of ours who may do most: an administrator, and an app with every scope.

    Their keys are not among the academy's,
    whose first is revoked on the way.
    """
    return [
        await a_client(http, doors, tenant, Role.TENANT_ADMIN),
        await a_client(http, doors, tenant, scopes=SCOPES),
    ]


async def test_every_type_has_rows_on_both_sides(academies):
    ours, theirs = academies

    without = {name for name, ids in ours.by_type.items() if not ids or not theirs.by_type[name]}

    assert without == set()


@pytest.mark.slow
async def test_no_id_of_another_tenant_gets_through_anywhere(clients, other_tenant, academies, rows_of):
    ours, theirs = academies
    before = await rows_of(other_tenant)

    found = await findings(clients, ours, theirs)

    assert found == []
    assert await rows_of(other_tenant) == before
    counted = Counter(slot.operation for slot in slots(schema(), ours.by_type))
    assert counted["query"] > 50
    assert counted["mutation"] > 40


@pytest.mark.slow
async def test_every_attack_is_at_a_place_where_our_own_id_is_found(clients, academies):
    assert await unproven(clients, academies[0]) == []


@pytest.mark.slow
async def test_every_list_holds_our_own_rows_alone(clients, academies):
    for slot in slots(schema(), academies[0].by_type):
        if slot.operation == "query" and slot.path[0] == "where":
            answer = json.dumps(await clients[0].data(slot.document))
            assert THEIRS.lower() not in answer.lower()


@pytest.mark.slow
async def test_a_planted_leak_is_found(administrator_url, clients, academies, monkeypatch):
    """Without the predicate and without row security, every read leaks; the attack says so."""
    ours, theirs = academies
    leaking = Database(administrator_url)
    monkeypatch.setattr(Planner, "belongs", lambda planner, entity, alias: f"{alias}.id <> $1")

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(leaking)), base_url="http://test"
    ) as open_http:
        found = await findings([replace(clients[0], http=open_http)], ours, theirs)
    await leaking.close()

    assert "session(id): another tenant's data is in the answer" in found
