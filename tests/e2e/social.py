"""What tests of communities, journeys and evaluations begin with."""

from datetime import timedelta

from api import ids
from domain.programs import enrollments
from tenants.keys import Role
from tenants.registry import wall
from tests.conftest import BY
from tests.e2e.conftest import a_client
from tests.integration import making

FOUND = """
mutation ($input: FoundCommunityInput!) {
  foundCommunity(input: $input) { ... on Community { id channel { id } } ... on CommunityRefused { reason field } }
}"""
JOIN = """
mutation ($input: JoinCommunityInput!) {
  joinCommunity(input: $input) {
    __typename
    ... on Membership { id role leftAt community { name memberCount viewerRole } person { name } }
    ... on MembershipRefused { reason field message }
  }
}"""
NOBODYS = "0" * 32


def gid(prefix, row):
    """The global id of a record, or of an id."""
    return ids.encode(prefix, getattr(row, "id", row))


def me(client):
    return gid("per", client.person_id)


async def someone(http, database, tenant, name, *roles):
    """A signed-in person; a learner unless told otherwise."""
    return await a_client(http, database, tenant, *(roles or (Role.LEARNER,)), name=name)


async def a_community(coordinator, **facts):
    """The id of a new community, and of its channel."""
    given = {"name": "Facilitators", "domain": "Leading workshops", **facts}
    founded = (await coordinator.data(FOUND, input=given))["foundCommunity"]
    return founded["id"], founded["channel"]["id"]


async def join(client, community, **facts):
    return (await client.data(JOIN, input={"communityId": community, **facts}))["joinCommunity"]


async def a_cohort(database, tenant, *clients, starts=timedelta(days=10), activities=()):
    """A cohort with one session, `starts` from now, in which the clients' people are enrolled. Its program, too."""
    async with database.transaction(tenant.id) as db:
        program = await making.a_program(db)
        for activity in activities:
            await making.an_activity(db, program, **activity)
        cohort = await making.a_cohort(db, program)
        session = await making.a_session(db, program, cohort, starts=(wall() + starts).replace(microsecond=0))
        for client in clients:
            await enrollments.enroll(db, cohort.id, client.person_id, by=BY, now=wall())
    return program, cohort, session
