"""The tour, played as processes: against a server of its own, and against one that does not show what it must."""

import socket

import pytest

from domain.people import people
from domain.people.people import NewPerson
from tenants.keys import Role
from tenants.registry import wall
from tests.conftest import BY, a_tenant
from tests.e2e.conftest import a_client
from tests.processes import Started, finished

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(administrator_url, tmp_path):
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return {"DATABASE_URL": administrator_url, "COLLEGIUM_HOME": str(tmp_path), "PORT": str(port)}


def found(steps, title, what):
    """What came of one check."""
    [step] = [step for step in steps if step["title"].startswith(title)]
    [check] = [check for check in step["checks"] if check["what"] == what]
    return check["came"]


def test_every_number_is_what_it_must_be(settings):
    tour = finished("tour", "--json", **settings)

    steps = tour.facts
    wrong = [check for step in steps for check in step["checks"] if not check["ok"]]
    seconds = [[check for check in step["checks"] if check["tenant"] == "second"] for step in steps]
    assert wrong == []
    assert tour.code == 0
    assert [step["step"] for step in steps] == list(range(1, 21))
    assert all(len(checks) >= 3 for checks in seconds)
    assert found(steps, "All twelve register", "the queue") == [["WAITLISTED", 1], ["WAITLISTED", 2]]
    assert found(steps, "The workshop moves", "steps moved by exactly as much") == 63
    assert found(steps, "The second day", "attendance of both days") == {"PRESENT": 18, "ABSENT": 2}
    assert found(steps, "Ten have answered", "net promoter score: 60 % - 20 %") == 40.0
    assert found(steps, "The final numbers", "steps") == {"DUE": 1, "COMPLETED": 46, "OVERDUE": 16}


async def test_it_ends_with_1_and_says_which_number_is_not_what_it_must_be(http, database, settings, tmp_path):
    first, second = await a_tenant(database), await a_tenant(database)
    keys = [
        (await a_client(http, database, one, Role.TENANT_ADMIN)).headers["authorization"][7:] for one in (first, second)
    ]
    async with database.transaction(first.id) as db:
        await people.create(db, NewPerson(name="One too many"), by=BY, now=wall())

    with Started("serve", log=tmp_path / "log", **(settings | {"PORT": "0"})) as server:
        url = server.says(r"(http://127\.0\.0\.1:\d+)/graphql")[1]
        seats = [
            (f"--{word}", f"{one.slug}.localhost", key)
            for word, one, key in zip(("first", "second"), (first, second), keys, strict=True)
        ]
        tour = finished("--url", url, *seats[0], *seats[1], module="clients.tour")

    lines = tour.out.splitlines()
    assert tour.code == 1
    assert tour.err == ""
    assert "   people: expected 3, came 4" in lines
    assert [line[:2] for line in lines if line.endswith("NOT AS IT MUST BE")] == [" 2", "20"]


def test_a_server_that_is_not_there_is_told(settings):
    tour = finished("tour", "--url", "http://127.0.0.1:9", **settings)

    assert (tour.code, tour.out) == (1, "")
    assert tour.err == (
        "Error: No Collegium answers at http://127.0.0.1:9. Start one with `collegium run`, or leave --url out.\n"
    )
