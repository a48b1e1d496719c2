"""An app that is locked to its documents asks nothing else by connections that stay, either."""

import pytest

from tests.e2e.documents.asking import an_app, hash_of
from tests.e2e.subscriptions.listening import CHANGES

SCOPES = frozenset({"registrations:read", "sessions:read", "people:read"})
OTHER = "{ tenant { name } }"


@pytest.fixture
async def locked(http, doors, tenant):
    client, _ = await an_app(http, doors, tenant, CHANGES, scopes=SCOPES, locked=True)
    return client


async def test_by_server_sent_events(server, locked, session):
    async with server.events(locked, OTHER) as events:
        _, refused = await events.hear()
    async with server.events(locked, CHANGES, session=session) as events:
        status = events.status

    assert refused["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert status == 200


async def test_by_web_socket(server, locked, coordinator, learner, session):
    socket = await server.connected(locked)
    await socket.subscribe(OTHER, "other")
    refused = await socket.hear()
    await socket.follow(coordinator, session)
    await learner.data(f'mutation {{ registerForSession(input: {{sessionId: "{session}"}}) {{ __typename }} }}')

    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "DOCUMENT_NOT_TRUSTED")
    assert (await socket.told())["verb"] == "REGISTERED"


async def test_a_subscription_is_asked_by_its_id(server, locked, learner, session):
    socket = await server.connected(locked)
    asked = {"documentId": f"sha256:{hash_of(CHANGES)}", "variables": {"session": session}}
    await socket.say("subscribe", id="1", payload=asked)
    assert await socket.silent()
    await learner.data(f'mutation {{ registerForSession(input: {{sessionId: "{session}"}}) {{ __typename }} }}')

    assert (await socket.told())["registration"]["status"] == "REGISTERED"
