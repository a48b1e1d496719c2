"""Who takes a seat, waits, moves up or gives up: told as it happens, to those who may see it."""

import pytest

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.rows import a_person, a_program, a_seat, a_session, do, me, nobodys
from tests.e2e.subscriptions.listening import CHANGES, position

FIELDS = "registrationChanged(sessionId: $session, after: $after)"
VERBS = f"subscription ($session: ID!, $after: String) {{ {FIELDS} {{ verb }} }}"


def shown(told):
    return told["verb"], told["registration"]["person"]["name"], told["registration"]["status"]


@pytest.fixture
async def three(coordinator, session):
    """Ada and Bea have the two seats, Cyd waits; the seat of Ada is given."""
    persons = [await a_person(coordinator, name=name) for name in ("Ada", "Bea", "Cyd")]
    return [await a_seat(coordinator, session, person) for person in persons]


async def test_everything_that_happens_to_a_session_is_told_in_order(server, coordinator, session):
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, session)

    persons = [await a_person(coordinator, name=name) for name in ("Ada", "Bea", "Cyd")]
    seats = [await a_seat(coordinator, session, person) for person in persons]
    await do(coordinator, "cancelRegistration", "Registration { id }", id=seats[0])

    assert [shown(await socket.told()) for _ in range(5)] == [
        ("REGISTERED", "Ada", "REGISTERED"),
        ("REGISTERED", "Bea", "REGISTERED"),
        ("WAITLISTED", "Cyd", "WAITLISTED"),
        ("CANCELLED", "Ada", "CANCELLED"),
        ("PROMOTED", "Cyd", "REGISTERED"),
    ]


async def test_the_same_is_told_by_server_sent_events(server, coordinator, session, learner):
    after = await position(coordinator)
    async with server.events(coordinator, CHANGES, session=session, after=after) as events:
        await a_seat(learner, session)

        assert (events.status, shown(await events.told())) == (200, ("REGISTERED", "Grace Hopper", "REGISTERED"))


async def test_what_happens_to_other_sessions_is_not_told(server, coordinator, session):
    other = await a_session(coordinator, await a_program(coordinator))
    socket = await server.connected(coordinator)
    await socket.follow(coordinator, session)

    await a_seat(coordinator, other, await a_person(coordinator, name="Eve"))
    await a_seat(coordinator, session, await a_person(coordinator, name="Ada"))

    assert shown(await socket.told()) == ("REGISTERED", "Ada", "REGISTERED")
    assert await socket.silent()


async def test_a_learner_is_told_of_their_own_registrations_alone(server, coordinator, learner, session):
    socket = await server.connected(learner)
    await socket.follow(learner, session)

    await a_seat(coordinator, session, await a_person(coordinator, name="Eve"))
    await a_seat(learner, session)

    assert shown(await socket.told()) == ("REGISTERED", "Grace Hopper", "REGISTERED")
    assert await socket.silent()


async def test_nothing_of_another_tenant_is_told(server, http, doors, coordinator, other_tenant, session):
    stranger = await a_client(http, doors, other_tenant, Role.TENANT_ADMIN)
    socket = await server.connected(stranger)
    own = await a_session(stranger, await a_program(stranger))
    await socket.follow(stranger, own)

    await a_seat(coordinator, session, await a_person(coordinator, name="Ada"))
    assert await socket.silent()

    await socket.subscribe(CHANGES, "2", session=session)
    refused = await socket.hear()
    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")


async def test_an_app_is_told_what_its_scopes_allow(server, http, doors, tenant, app, coordinator, session):
    allowed = await server.connected(app)
    await allowed.follow(app, session)
    other = await a_client(http, doors, tenant, scopes=("communities:read",))
    refused = await server.connected(other)
    await refused.subscribe(CHANGES, session=session)

    await a_seat(coordinator, session, await a_person(coordinator, name="Ada"))

    assert shown(await allowed.told()) == ("REGISTERED", "Ada", "REGISTERED")
    [error] = (await refused.hear())["payload"]
    assert error["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("session_id", [nobodys("ses"), nobodys("per"), "nonsense"])
async def test_a_session_that_is_not_there_is_said_at_once(server, coordinator, session_id):
    socket = await server.connected(coordinator)

    await socket.subscribe(CHANGES, session=session_id)

    [error] = (await socket.hear())["payload"]
    assert (error["message"], error["extensions"]["code"]) == (
        "There is no such session: look at `sessionId`.",
        "NOT_FOUND",
    )


async def test_fields_that_python_decides_are_told_too(server, coordinator, session):
    document = f"""subscription ($session: ID!, $after: String) {{
      change: {FIELDS} {{ registration {{ session {{ program {{ title audit {{ code }} }} }} }} __typename }}
    }}"""
    socket = await server.connected(coordinator)
    await socket.subscribe(document, session=session, after=await position(coordinator))

    await a_seat(coordinator, session, await a_person(coordinator, name="Ada"))

    told = await socket.told()
    program = told["registration"]["session"]["program"]
    assert (told["__typename"], program["title"]) == ("RegistrationChanged", "Giving feedback")
    assert (
        program["audit"]
        == (await coordinator.data("{ programs { nodes { audit { code } } } }"))["programs"]["nodes"][0]["audit"]
    )


async def test_each_of_many_who_ask_alike_is_told_what_they_may_see(server, http, doors, tenant, coordinator, session):
    people = [await a_client(http, doors, tenant, Role.LEARNER, name=name) for name in ("Ada", "Bea")]
    sockets = [await server.connected(person) for person in (*people, coordinator)]
    for socket, person in zip(sockets, (*people, coordinator), strict=True):
        await socket.follow(person, session)

    for person in people:
        await a_seat(person, session)

    assert [shown(await sockets[0].told())[1], shown(await sockets[1].told())[1]] == ["Ada", "Bea"]
    assert [shown(await sockets[2].told())[1] for _ in range(2)] == ["Ada", "Bea"]
    assert await sockets[0].silent()


async def test_who_moves_up_is_told_as_well_as_staff(server, http, doors, tenant, coordinator, session, three):
    waiting = await a_client(http, doors, tenant, Role.LEARNER, name="Dora")
    await a_seat(waiting, session)
    socket = await server.connected(waiting)
    await socket.follow(waiting, session)

    for seat in three:
        await do(coordinator, "cancelRegistration", "Registration { id }", id=seat)

    assert shown(await socket.told()) == ("PROMOTED", "Dora", "REGISTERED")
    assert me(waiting).startswith("per_")
