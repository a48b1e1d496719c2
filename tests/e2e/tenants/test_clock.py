"""A sandbox's clock through GraphQL."""

from datetime import datetime, timedelta

import pytest

from tenants.keys import Role
from tests.conftest import a_tenant
from tests.e2e.conftest import a_client

MOVE = """mutation ($to: DateTime!) { moveClock(input: {to: $to}) {
    __typename ... on Tenant { now } ... on TenantRefused { reason field } } }"""


async def now(client):
    return datetime.fromisoformat((await client.data("{ tenant { now } }"))["tenant"]["now"])


async def test_the_clock_shows_at_once_the_time_it_was_moved_to_and_goes_on_from_there(admin):
    to = (await now(admin) + timedelta(days=40)).replace(microsecond=700_000)

    moved = await admin.data(MOVE, to=to.isoformat())
    later = await now(admin)

    assert datetime.fromisoformat(moved["moveClock"]["now"]) == to
    assert timedelta(0) <= later - to < timedelta(seconds=30)


async def test_the_clock_does_not_go_back(admin):
    to = await now(admin) - timedelta(minutes=1)

    moved = await admin.data(MOVE, to=to.isoformat())

    assert moved["moveClock"] == {"__typename": "TenantRefused", "reason": "CLOCK_ONLY_MOVES_FORWARD", "field": "to"}


async def test_the_clock_does_not_go_where_time_ends(admin):
    """It runs on from there: at the end of all calendars the tenant could not be asked for anything any more."""
    moved = await admin.data(MOVE, to="9998-12-31T23:59:59Z")

    assert moved["moveClock"] == {"__typename": "TenantRefused", "reason": "INVALID", "field": "to"}
    assert (await now(admin)).year < 9998


async def test_only_a_sandbox_has_a_clock_that_moves(http, database):
    real = await a_tenant(database, sandbox=False)
    admin = await a_client(http, database, real, Role.TENANT_ADMIN)

    moved = await admin.data(MOVE, to="2099-01-01T00:00Z")

    assert moved["moveClock"] == {"__typename": "TenantRefused", "reason": "NOT_A_SANDBOX", "field": None}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEARNER])
async def test_only_an_administrator_moves_the_clock(http, database, tenant, role):
    someone = await a_client(http, database, tenant, role)

    answer = await someone.answer(MOVE, to="2099-01-01T00:00Z")

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
