"""Who asks, through GraphQL."""

from tenants.keys import Role
from tests.e2e.conftest import a_client

VIEWER = "{ viewer { displayName roles scopes person { name } app { name } } }"


async def test_a_person_sees_who_they_are_and_what_they_may_do(http, database, tenant):
    learner = await a_client(http, database, tenant, Role.LEARNER, name="Grace Hopper")

    seen = await learner.data(VIEWER)

    assert seen["viewer"] == {
        "displayName": "Grace Hopper",
        "roles": ["LEARNER"],
        "scopes": [],
        "person": {"name": "Grace Hopper"},
        "app": None,
    }


async def test_an_app_sees_itself_whatever_its_scopes(http, database, tenant):
    portal = await a_client(http, database, tenant, scopes={"sessions:read"})

    seen = await portal.data(VIEWER)

    assert seen["viewer"] == {
        "displayName": "Portal",
        "roles": [],
        "scopes": ["sessions:read"],
        "person": None,
        "app": {"name": "Portal"},
    }


async def test_a_visitor_is_nobody(visitor):
    assert await visitor.data(VIEWER) == {"viewer": None}
