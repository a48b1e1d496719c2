"""Channels through GraphQL: where people talk, and who reads along."""

import pytest

from domain.communities import channels
from domain.programs import enrollments
from domain.sessions import registrations
from tenants.keys import Role
from tenants.registry import wall
from tests import rows
from tests.conftest import BY, NOW
from tests.e2e.conftest import a_client
from tests.e2e.social import NOBODYS, a_cohort, a_community, gid, join, me, someone
from tests.integration import making

OPEN = """
mutation ($input: OpenSessionChannelInput!) {
  openSessionChannel(input: $input) {
    __typename
    ... on Channel { id name session { title channel { name } } cohort { name } community { name } }
    ... on ChannelRefused { reason field message }
  }
}"""
NAMES = "{ channels { nodes { name } } }"


async def opened(client, session):
    return (await client.data(OPEN, input={"sessionId": session}))["openSessionChannel"]


async def names(client):
    return [node["name"] for node in (await client.data(NAMES))["channels"]["nodes"]]


@pytest.fixture
async def instructor(http, database, tenant):
    return await a_client(http, database, tenant, Role.INSTRUCTOR, name="Ida")


async def test_an_instructor_opens_a_sessions_channel_once(instructor, database, tenant):
    async with database.transaction(tenant.id) as db:
        session = await making.a_session(db, await making.a_program(db))

    first = await opened(instructor, gid("ses", session))
    second = await opened(instructor, gid("ses", session))

    assert first == {
        "__typename": "Channel",
        "id": first["id"],
        "name": "Workshop 1",
        "session": {"title": "Workshop 1", "channel": {"name": "Workshop 1"}},
        "cohort": None,
        "community": None,
    }
    assert second == first


async def test_there_is_no_channel_for_what_is_no_session(instructor, learner):
    refused = await opened(instructor, f"ses_{NOBODYS}")
    forbidden = await learner.answer(OPEN, input={"sessionId": f"ses_{NOBODYS}"})

    assert refused == {
        "__typename": "ChannelRefused",
        "reason": "NOT_FOUND",
        "field": "sessionId",
        "message": "There is no such session.",
    }
    assert forbidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_cohorts_channel_is_read_by_its_active_learners(coordinator, learner, http, database, tenant):
    other, former = await someone(http, database, tenant, "Mary"), await someone(http, database, tenant, "Fred")
    _, cohort, _ = await a_cohort(database, tenant, learner)
    async with database.transaction(tenant.id) as db:
        await channels.open_for(db, cohort, name=cohort.name, by=BY, now=wall())
        enrollment = await enrollments.enroll(db, cohort.id, former.person_id, by=BY, now=wall())
        await enrollments.withdraw(db, enrollment.id, by=BY, now=wall())

    seen = {
        "coordinator": await names(coordinator),
        "learner": await names(learner),
        "former": await names(former),
        "other": await names(other),
    }

    assert seen == {"coordinator": ["Autumn 2026"], "learner": ["Autumn 2026"], "former": [], "other": []}
    channel = "query ($id: ID!) { cohort(id: $id) { channel { name } } }"
    assert await learner.data(channel, id=gid("coh", cohort)) == {"cohort": {"channel": {"name": "Autumn 2026"}}}
    assert await former.data(channel, id=gid("coh", cohort)) == {"cohort": {"channel": None}}


async def test_a_sessions_channel_is_read_by_those_with_a_seat(instructor, learner, http, database, tenant):
    waiting = await someone(http, database, tenant, "Wally")
    async with database.transaction(tenant.id) as db:
        session = await rows.a_session(db, await rows.a_program(db), capacity=1)
        for person_id in (learner.person_id, waiting.person_id):
            await registrations.register(db, session.id, person_id, by=BY, now=NOW)
    await opened(instructor, gid("ses", session))

    assert await names(learner) == ["Workshop"]
    assert await names(waiting) == []


async def test_a_public_communitys_channel_is_read_before_joining(coordinator, learner, http, database, tenant):
    await a_community(coordinator, name="Open")
    closed, _ = await a_community(coordinator, name="Closed", visibility="PRIVATE")
    member = await someone(http, database, tenant, "Mary")
    await join(coordinator, closed, personId=me(member))

    assert await names(learner) == ["Open"]
    assert await names(member) == ["Closed", "Open"]


async def test_channels_are_found_by_whose_they_are(coordinator):
    community, channel = await a_community(coordinator, name="Open")
    await a_community(coordinator, name="Other")

    found = await coordinator.data(
        "query ($id: ID!) { channels(where: {community: {eq: $id}}) { nodes { id } } }", id=community
    )

    assert found == {"channels": {"nodes": [{"id": channel}]}}
