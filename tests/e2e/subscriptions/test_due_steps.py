"""Steps, told as their time comes."""

from datetime import timedelta

import pytest

from domain.journeys import journeys, sweeps
from domain.journeys.activities import Audience
from tenants.keys import Role
from tenants.registry import wall
from tests.conftest import BY
from tests.e2e.conftest import a_client
from tests.e2e.social import a_cohort, gid
from tests.e2e.subscriptions.listening import position

DUE = """subscription ($cohort: ID, $after: String) {
  stepDue(cohortId: $cohort, after: $after) { step { status activity { title } enrollment { person { name } } } }
}"""


@pytest.fixture
async def grace(learner):
    return learner


@pytest.fixture
async def bea(http, doors, tenant):
    return await a_client(http, doors, tenant, Role.LEARNER, name="Bea")


async def listen(server, client, **more):
    socket = await server.connected(client)
    await socket.subscribe(DUE, after=await position(client), **more)
    return socket


async def unrolled(doors, tenant, *clients):
    """A cohort whose learners each have reading to do, and which as a whole is asked something."""
    each = {"title": "Read", "audience": Audience.LEARNER}
    _, cohort, session = await a_cohort(doors, tenant, *clients, activities=[each, {"title": "Share"}])
    async with doors.transaction(tenant.id) as db:
        await journeys.unroll(db, cohort.id, by=BY, now=wall())
    return cohort, session


async def let_time_pass(doors, tenant):
    async with doors.transaction(tenant.id) as db:
        await sweeps.open_due(db, now=wall() + timedelta(days=30))


def shown(told):
    step = told["step"]
    return step["activity"]["title"], step["enrollment"] and step["enrollment"]["person"]["name"]


async def all_told(socket, count):
    return sorted([shown(await socket.told()) for _ in range(count)], key=str)


async def test_learners_are_told_of_their_own_and_their_cohorts_steps_and_staff_of_all(
    server, doors, tenant, coordinator, grace, bea
):
    await unrolled(doors, tenant, grace, bea)
    sockets = [await listen(server, client) for client in (coordinator, grace, bea)]

    await let_time_pass(doors, tenant)

    assert await all_told(sockets[0], 3) == [("Read", "Bea"), ("Read", "Grace Hopper"), ("Share", None)]
    assert await all_told(sockets[1], 2) == [("Read", "Grace Hopper"), ("Share", None)]
    assert await all_told(sockets[2], 2) == [("Read", "Bea"), ("Share", None)]
    for socket in sockets:
        assert await socket.silent(0.3)


async def test_one_may_ask_for_one_cohort_alone(server, doors, tenant, coordinator, grace, bea):
    mine, _ = await unrolled(doors, tenant, grace)
    await unrolled(doors, tenant, bea)
    socket = await listen(server, coordinator, cohort=gid("coh", mine))

    await let_time_pass(doors, tenant)

    assert await all_told(socket, 2) == [("Read", "Grace Hopper"), ("Share", None)]
    assert await socket.silent()


async def test_a_learner_of_another_cohort_is_told_nothing(server, doors, tenant, coordinator, grace, bea):
    await unrolled(doors, tenant, grace)
    socket = await listen(server, bea)

    await let_time_pass(doors, tenant)

    assert await socket.silent()
