"""How much one may have open, and for how long."""

import asyncio
import time
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed

from api import subscriptions
from api.subscriptions.connections import Bounds
from api.subscriptions.websocket import Socket
from tenants import keys, registry
from tenants.keys import Role
from tenants.registry import TenantStatus, wall
from tests.e2e.conftest import Client, a_client
from tests.e2e.rows import a_person, a_seat, do
from tests.e2e.subscriptions.listening import CHANGES, position

FEW = Bounds(
    connections=5,
    connections_of_person=2,
    connections_of_app=3,
    subscriptions_of_person=3,
    subscriptions_of_app=4,
    operations_of_connection=2,
    waiting_of_stream=3,
)
WITHIN = 6.0  # seconds for a change of rights to be noticed


@pytest.fixture(autouse=True)
def bounds(monkeypatch):
    monkeypatch.setattr(subscriptions, "Bounds", lambda: FEW)


async def outcome(server, client):
    """What comes of one more connection."""
    socket = await server.socket(client.host)
    await socket.say("connection_init", payload=client.headers)
    try:
        return socket, (await socket.hear())["type"]
    except ConnectionClosed:
        return socket, await socket.closed()


async def test_a_person_has_so_many_connections(server, coordinator, learner, session):
    opened = [await outcome(server, coordinator) for _ in range(3)]
    other = await outcome(server, learner)
    async with server.events(coordinator, CHANGES, session=session) as events:
        body = (await events.response.aread()).decode()

    assert [one for _, one in opened[:2]] == ["connection_ack"] * 2
    code, reason = opened[2][1]
    assert (code, reason.partition(":")[0]) == (4430, "TOO_MANY_CONNECTIONS")
    assert (events.status, "TOO_MANY_CONNECTIONS" in body) == (429, True)
    assert other[1] == "connection_ack"


async def test_who_closes_one_may_open_another(server, coordinator):
    for _ in range(5):
        socket, said = await outcome(server, coordinator)
        await socket.close()
        await asyncio.sleep(0.05)
        assert said == "connection_ack"


async def test_an_app_has_more_and_the_server_so_many_in_all(server, http, doors, tenant, app, coordinator):
    said = [(await outcome(server, app))[1] for _ in range(4)]
    others = [(await outcome(server, coordinator))[1] for _ in range(2)]
    late = await a_client(http, doors, tenant, Role.LEARNER)

    assert said[:3] == ["connection_ack"] * 3
    assert said[3][0] == 4430
    assert others == ["connection_ack"] * 2
    code, reason = (await outcome(server, late))[1]
    assert (code, reason.partition(":")[0]) == (1013, "SERVER_BUSY")


async def test_a_connection_carries_so_many_operations(server, coordinator, session):
    socket = await server.connected(coordinator)
    for name in ("1", "2"):
        await socket.follow(coordinator, session, name)

    await socket.subscribe(CHANGES, "3", session=session)

    heard = await socket.hear()
    assert (heard["id"], heard["type"], heard["payload"][0]["extensions"]["code"]) == (
        "3",
        "error",
        "TOO_MANY_OPERATIONS",
    )


async def test_a_person_has_so_many_subscriptions(server, coordinator, learner, session):
    first, second = [await server.connected(coordinator) for _ in range(2)]
    for socket, name in ((first, "1"), (first, "2"), (second, "3")):
        await socket.follow(coordinator, session, name)
    await asyncio.sleep(0.3)

    await second.subscribe(CHANGES, "4", session=session)
    heard = await second.hear()
    await first.say("complete", id="1")
    await asyncio.sleep(0.3)
    await second.follow(coordinator, session, "5")
    await a_seat(learner, session)

    assert (heard["id"], heard["payload"][0]["extensions"]["code"]) == ("4", "TOO_MANY_SUBSCRIPTIONS")
    assert {(await second.hear())["id"] for _ in range(2)} == {"3", "5"}


async def revoke(doors, tenant, client):
    async with doors.transaction(tenant.id) as db:
        key = await keys.find(db, client.headers["authorization"].removeprefix("Bearer "))
        await keys.revoke(db, key_id=key.id, now=wall())


async def test_a_revoked_key_ends_its_connections_within_seconds(server, doors, tenant, coordinator, learner, session):
    socket = await server.connected(learner)
    await socket.follow(learner, session)
    async with server.events(learner, CHANGES, session=session) as events:
        started = time.monotonic()
        await revoke(doors, tenant, learner)

        event, data = await events.hear()
        code, reason = await socket.closed()

    assert time.monotonic() - started < WITHIN
    assert (event, data["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
    assert (code, reason.partition(":")[0]) == (4403, "UNAUTHENTICATED")


async def test_a_key_that_expires_ends_its_connections(server, http, doors, tenant, coordinator):
    async with doors.transaction(tenant.id) as db:
        ends = wall() + timedelta(seconds=1)
        person_id = coordinator.person_id
        issued = await keys.create(
            db, tenant, person_id=person_id, roles=frozenset({Role.LEARNER}), expires_at=ends, now=wall()
        )
    short = Client(http, coordinator.host, {"authorization": f"Bearer {issued.text}"}, person_id)
    socket = await server.connected(short)

    async with asyncio.timeout(WITHIN):
        assert (await socket.closed())[0] == 4403


async def test_a_suspended_tenant_is_told_nothing_more(server, doors, tenant, coordinator):
    socket = await server.connected(coordinator)

    async with doors.platform() as db:
        await registry.set_status(db, tenant.id, TenantStatus.SUSPENDED)

    async with asyncio.timeout(WITHIN):
        code, reason = await socket.closed()
    assert (code, reason.partition(":")[0]) == (4403, "TENANT_SUSPENDED")


async def test_who_is_told_too_much_can_go_on_from_where_they_are(
    server, doors, tenant, coordinator, session, monkeypatch
):
    """A client that reads nothing while much happens is told a bounded part, and how to go on."""
    names = [f"Learner {number:02}" for number in range(12)]
    people = [await a_person(coordinator, name=name) for name in names]
    await do(coordinator, "updateSession", "Session { id }", id=session, capacity=None)
    after = await position(coordinator)
    release = stuck(monkeypatch)
    socket = await server.connected(coordinator)
    release.clear()
    await socket.subscribe(CHANGES, session=session, after=after)
    await asyncio.sleep(0.3)
    for person in people:
        await a_seat(coordinator, session, person)
    await asyncio.sleep(0.5)
    release.set()

    told = []
    while (heard := await socket.hear())["type"] == "next":
        told.append(heard["payload"]["data"]["registrationChanged"])
    [error] = heard["payload"]
    await socket.subscribe(CHANGES, "2", session=session, after=error["extensions"]["position"])
    rest = [(await socket.told("2"))["registration"]["person"]["name"] for _ in range(12 - len(told))]

    assert error["extensions"]["code"] == "SLOW_CONSUMER"
    assert FEW.waiting_of_stream <= len(told) <= FEW.waiting_of_stream + 2
    assert [one["registration"]["person"]["name"] for one in told] + rest == names


def stuck(monkeypatch):
    """As if the client's receive buffer were full: nothing is sent while the event is not set."""
    free = asyncio.Event()
    free.set()
    send = Socket._send

    async def waiting(self, message):
        if b'"next"' in message:
            await free.wait()
        await send(self, message)

    monkeypatch.setattr(Socket, "_send", waiting)
    return free
