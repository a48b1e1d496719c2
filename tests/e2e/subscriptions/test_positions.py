"""Going on from a position: nothing is lost, nothing is told twice, in whatever order transactions commit."""

from datetime import timedelta

import pytest

from api.subscriptions.positions import Position, sealed
from tenants.keys import Role
from tenants.registry import wall
from tests.e2e.conftest import a_client
from tests.e2e.rows import a_person, a_program, a_seat, a_session
from tests.e2e.subscriptions.listening import CHANGES, position
from tests.integration.subscriptions.overlapping import begun


def name(told):
    return told["registration"]["person"]["name"]


@pytest.fixture
async def roomy(coordinator):
    """The global id of a session with room for all."""
    return await a_session(coordinator, await a_program(coordinator))


async def seated(client, session, *names):
    for one in names:
        await a_seat(client, session, await a_person(client, name=one))


async def test_what_happened_meanwhile_is_told_to_who_comes_back(server, coordinator, roomy):
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, roomy)
    await seated(coordinator, roomy, "Ada", "Bea")
    last = [await socket.told(), await socket.told()][-1]["position"]
    await socket.close()

    await seated(coordinator, roomy, "Cyd", "Dora")
    again = await server.connected(coordinator)
    await again.subscribe(CHANGES, session=roomy, after=last)
    await seated(coordinator, roomy, "Eve")

    assert [name(await again.told()) for _ in range(3)] == ["Cyd", "Dora", "Eve"]
    assert await again.silent()


async def test_one_may_go_on_from_the_middle_of_what_happened_at_once(server, doors, tenant, coordinator, roomy):
    """Events of one transaction, or of several that are read together."""
    first = await position(coordinator)
    await seated(coordinator, roomy, "Ada", "Bea", "Cyd")
    for told_before in range(4):
        socket = await server.connected(coordinator)
        await socket.subscribe(CHANGES, session=roomy, after=first)
        told = [await socket.told() for _ in range(told_before)]
        await socket.close()
        again = await server.connected(coordinator)
        await again.subscribe(CHANGES, session=roomy, after=told[-1]["position"] if told else first)

        rest = [name(await again.told()) for _ in range(3 - told_before)]
        assert [*map(name, told), *rest] == ["Ada", "Bea", "Cyd"]
        assert await again.silent(0.3)


async def test_what_a_query_shows_and_what_is_told_after_its_position_are_all_there_is(server, coordinator, roomy):
    await seated(coordinator, roomy, "Ada")
    document = (
        "query ($id: ID!) { viewer { position } session(id: $id) { registrations { nodes { person { name } } } } }"
    )
    seen = await coordinator.data(document, id=roomy)
    await seated(coordinator, roomy, "Bea")

    socket = await server.connected(coordinator)
    await socket.subscribe(CHANGES, session=roomy, after=seen["viewer"]["position"])

    assert [one["person"]["name"] for one in seen["session"]["registrations"]["nodes"]] == ["Ada"]
    assert name(await socket.told()) == "Bea"
    assert await socket.silent()


async def test_transactions_that_commit_in_the_other_order_lose_nothing(server, doors, tenant, coordinator):
    """Ids would say otherwise: Ada's event is made first and committed last."""
    program = await a_program(coordinator)
    early, late = [await a_session(coordinator, program) for _ in range(2)]
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, early, "early")
    await socket.follow(coordinator, late, "late")

    async with begun(doors, tenant) as slow:
        await slow.register(early, "Ada")
        await seated(coordinator, late, "Bea")
        after_bea = await socket.told("late")
        middle = await position(coordinator)
        await slow.commit()
    after_ada = await socket.told("early")
    assert (name(after_bea), name(after_ada)) == ("Bea", "Ada")

    for after, expected in ((after_bea["position"], ["Ada"]), (middle, ["Ada"]), (after_ada["position"], [])):
        again = await server.connected(coordinator)
        await again.subscribe(CHANGES, "early", session=early, after=after)
        await again.subscribe(CHANGES, "late", session=late, after=after)
        assert [name(await again.told("early")) for _ in expected] == expected
        assert await again.silent(0.3)


async def test_a_position_of_another_tenant_is_refused(server, http, doors, other_tenant, coordinator, roomy):
    stranger = await a_client(http, doors, other_tenant, Role.COORDINATOR)

    assert await refused(server, coordinator, roomy, await position(stranger)) == [
        "POSITION_NOT_VALID",
        "This is no position of this tenant's history. Give one that was told, or leave `after` out.",
    ]


@pytest.mark.parametrize("text", ["", "nonsense", "AlMSW7tPGbDTMTc5NTUxNjAxOHw3Njk6NzY5Onx8", "é", "A" * 5000, "AA=="])
async def test_what_is_no_position_is_refused(server, coordinator, roomy, text):
    assert (await refused(server, coordinator, roomy, text))[0] == "POSITION_NOT_VALID"


async def test_a_position_expires(server, tenant, coordinator, roomy):
    old = Position(int((wall() - timedelta(days=7, minutes=1)).timestamp()), "700:700:")

    code, message = await refused(server, coordinator, roomy, sealed(old, tenant.secret))

    assert (code, message[:38]) == ("POSITION_NOT_VALID", "This position is older than 7 days, an")


async def test_a_position_of_a_history_that_is_no_more_is_refused(server, tenant, coordinator, roomy):
    ahead = Position(int(wall().timestamp()), "4000000000:4000000000:")

    code, message = await refused(server, coordinator, roomy, sealed(ahead, tenant.secret))

    assert (code, message[:45]) == ("POSITION_NOT_VALID", "This position is of another server's history.")


async def refused(server, client, session, after):
    socket = await server.connected(client)
    await socket.subscribe(CHANGES, session=session, after=after)
    heard = await socket.hear()
    [error] = heard["payload"]
    assert heard["type"] == "error"
    return [error["extensions"]["code"], error["message"]]
