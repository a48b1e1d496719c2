"""The protocol graphql-transport-ws, at the real server."""

import asyncio

import pytest
import websockets

from api.subscriptions import websocket
from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.rows import do
from tests.e2e.subscriptions.listening import CHANGES, PROTOCOL

WHO = "{ viewer { displayName } }"


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(websocket, "INIT_WITHIN", 0.3)


async def test_who_signs_in_by_the_payload_is_known(server, learner):
    socket = await server.connected(learner)

    await socket.subscribe(WHO)

    heard = await socket.hear()
    assert (heard["type"], heard["id"]) == ("next", "1")
    assert heard["payload"]["data"] == {"viewer": {"displayName": "Grace Hopper"}}
    assert set(heard["payload"]["extensions"]["cost"]) == {"requested", "available", "burst", "perSecond"}
    assert await socket.hear() == {"type": "complete", "id": "1"}


async def test_who_signs_in_by_the_header_is_known(server, learner):
    socket = await server.socket(learner.host, **learner.headers)
    await socket.say("connection_init")
    assert await socket.hear() == {"type": "connection_ack"}

    await socket.subscribe(WHO)

    assert (await socket.hear())["payload"]["data"] == {"viewer": {"displayName": "Grace Hopper"}}


async def test_mutations_are_carried_out(server, learner, session):
    document = """mutation ($input: RegisterForSessionInput!) {
      registerForSession(input: $input) { ... on Registration { status } }
    }"""
    socket = await server.connected(learner)

    await socket.subscribe(document, input={"sessionId": session})

    assert (await socket.hear())["payload"]["data"] == {"registerForSession": {"status": "REGISTERED"}}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($session: ID!) { registrationChanged(sessionId: $session) { verb } }", "BAD_USER_INPUT"),
        ("subscription { stepDue @skip(if: true) { position } }", None),
    ],
)
async def test_what_is_wrong_with_a_document_is_an_error_of_that_operation(server, coordinator, document, code):
    socket = await server.connected(coordinator)

    await socket.subscribe(document)

    heard = await socket.hear()
    assert (heard["type"], heard["id"]) == ("error", "1")
    assert heard["payload"][0]["extensions"]["code"] in (
        [code] if code else ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"]
    )
    await socket.subscribe(WHO)
    assert (await socket.hear())["type"] == "next"


async def test_pings_are_answered(server, learner):
    socket = await server.connected(learner)

    await socket.say("ping", payload={"at": 1})
    await socket.say("pong")
    await socket.say("ping")

    assert await socket.hear() == {"type": "pong", "payload": {"at": 1}}
    assert await socket.hear() == {"type": "pong"}


async def test_an_operation_that_the_client_completes_is_over(server, coordinator, learner, session):
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, session, "1")
    await socket.follow(coordinator, session, "2")
    await socket.say("complete", id="1")

    await do(learner, "registerForSession", "Registration { id }", sessionId=session)

    assert (await socket.told("2"))["verb"] == "REGISTERED"
    assert await socket.silent()
    await socket.follow(coordinator, session, "1")
    assert await socket.silent()


async def test_who_says_nothing_is_sent_away(server, learner, hasty):
    socket = await server.socket(learner.host)

    assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_who_only_pings_is_sent_away_too(server, learner, hasty):
    socket = await server.socket(learner.host)

    async def ping():
        while True:
            await socket.say("ping")
            await asyncio.sleep(0.05)

    pinging = asyncio.create_task(ping())
    assert await socket.closed() == (4408, "Connection initialisation timeout")
    await asyncio.gather(pinging, return_exceptions=True)


async def test_who_begins_twice_is_sent_away(server, learner):
    socket = await server.connected(learner)

    await socket.say("connection_init")

    assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_who_asks_before_signing_in_is_sent_away(server, learner):
    socket = await server.socket(learner.host)

    await socket.subscribe(WHO)

    assert await socket.closed() == (4401, "Unauthorized")


async def test_an_id_that_is_in_use_is_refused(server, coordinator, session):
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, session)

    await socket.subscribe(WHO)

    assert await socket.closed() == (4409, "Subscriber for 1 already exists")


@pytest.mark.parametrize(
    "said",
    ["no JSON", "[]", "{}", '{"type": "dance"}', '{"type": "subscribe"}', '{"type": "subscribe", "id": "1"}', b"bytes"],
)
async def test_what_is_no_message_ends_the_connection(server, learner, said):
    socket = await server.connected(learner)

    await socket.connection.send(said)

    assert (await socket.closed())[0] == 4400


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
async def test_no_other_protocol_is_spoken(server, learner, protocols):
    socket = await server.socket(learner.host, protocols=protocols)

    assert await socket.closed() == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer clg_nobody_x"}, {"authorization": "Basic x"}])
async def test_who_does_not_sign_in_is_sent_away(server, learner, payload):
    socket = await server.socket(learner.host)

    await socket.say("connection_init", payload=payload)

    code, reason = await socket.closed()
    assert (code, reason.partition(":")[0]) == (4403, "UNAUTHENTICATED")


async def test_the_key_of_another_tenant_is_refused(server, http, doors, learner, other_tenant):
    stranger = await a_client(http, doors, other_tenant, Role.TENANT_ADMIN)
    socket = await server.socket(learner.host)

    await socket.say("connection_init", payload=stranger.headers)

    assert (await socket.closed())[0] == 4403


async def allow(client, *origins):
    document = """mutation ($input: UpdateTenantInput!) {
      updateTenant(input: $input) { ... on Tenant { settings { allowedOrigins } } ... on TenantRefused { field } }
    }"""
    return (await client.data(document, input={"allowedOrigins": origins}))["updateTenant"]


async def status_for(server, client, origin):
    try:
        await server.socket(client.host, origin=origin)
    except websockets.InvalidStatus as refused:
        return refused.response.status_code
    return 101


async def test_pages_of_the_tenants_own_host_may_connect(server, learner):
    assert await status_for(server, learner, f"http://{learner.host}:{server.port}") == 101


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://", "file://"])
async def test_pages_of_other_hosts_may_not(server, learner, origin):
    assert await status_for(server, learner, origin) == 403


async def test_pages_of_an_origin_that_the_tenant_allows_may_connect(server, http, doors, tenant, learner):
    admin = await a_client(http, doors, tenant, Role.TENANT_ADMIN)

    assert await allow(admin, "https://learn.example") == {"settings": {"allowedOrigins": ["https://learn.example"]}}

    assert await status_for(server, learner, "https://learn.example") == 101
    assert await status_for(server, learner, "https://learn.example.evil.example") == 403
    seen = "{ tenant { settings { allowedOrigins } } }"
    assert await learner.data(seen) == {"tenant": {"settings": {"allowedOrigins": None}}}


async def test_where_the_key_alone_names_the_tenant_the_origin_is_looked_at_with_it(
    server, http, doors, tenant, learner
):
    admin = await a_client(http, doors, tenant, Role.TENANT_ADMIN)
    await allow(admin, "https://learn.example")
    outcomes = []
    for origin in ("https://learn.example", "https://evil.example"):
        socket = await server.socket("127.0.0.1", origin=origin)
        await socket.say("connection_init", payload=learner.headers)
        outcomes.append(await socket.hear() if origin == "https://learn.example" else await socket.closed())

    assert outcomes == [
        {"type": "connection_ack"},
        (4403, "ORIGIN_NOT_ALLOWED: the tenant does not allow pages of this origin"),
    ]


@pytest.mark.parametrize(
    "origin", ["learn.example", "https://learn.example/", "HTTPS://LEARN.EXAMPLE", "*", "https://*.example"]
)
async def test_what_is_no_origin_can_not_be_allowed(server, http, doors, tenant, origin):
    admin = await a_client(http, doors, tenant, Role.TENANT_ADMIN)

    assert (await allow(admin, origin))["field"] == "allowedOrigins"


async def test_the_protocol_is_named_in_the_handshake(server, learner):
    socket = await server.connected(learner)

    assert socket.connection.subprotocol == PROTOCOL
    assert CHANGES
