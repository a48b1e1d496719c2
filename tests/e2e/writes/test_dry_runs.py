"""Mutations that are only rehearsed."""

import asyncpg
import pytest

from api.schema import schema
from tests.e2e.rows import a_person, a_program, a_session, do, nobodys
from tests.e2e.writes.asking import CREATE, MANY, events_about, people_named

REGISTER = """
mutation ($input: RegisterForSessionInput!, $dryRun: Boolean) {
  registerForSession(input: $input, dryRun: $dryRun) {
    ... on Registration { status placeInQueue session { seatsTaken waiting } } ... on Refused { code }
  }
}"""


@pytest.fixture
async def rows_of(administrator_url, tenant):
    """How many rows the tenant has, and how often each was written."""
    connection = await asyncpg.connect(administrator_url)
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = 'public'"
    )

    async def fingerprint():
        return {
            table: await connection.fetchval(
                f"SELECT md5(string_agg(t::text || t.xmin, ',' ORDER BY t::text)) FROM {table} t WHERE tenant_id = $1",
                tenant.id,
            )
            for (table,) in tables
            if table not in ("allowance", "key")
        }

    yield fingerprint
    await connection.close()


async def test_a_rehearsal_answers_as_the_mutation_would_and_leaves_nothing(coordinator, rows_of):
    session = await a_session(coordinator, await a_program(coordinator), capacity=1)
    ada, bea = [await a_person(coordinator, name=name) for name in ("Ada", "Bea")]
    given = [{"sessionId": session, "personId": person} for person in (ada, bea)]
    before = await rows_of()

    rehearsed = await coordinator.data(REGISTER, input=given[0], dryRun=True)
    after = await rows_of()
    done = await coordinator.data(REGISTER, input=given[0])
    second = await coordinator.data(REGISTER, input=given[1], dryRun=True)
    refused = await coordinator.data(REGISTER, input={"sessionId": nobodys("ses"), "personId": ada}, dryRun=True)

    seated = {"status": "REGISTERED", "placeInQueue": None, "session": {"seatsTaken": 1, "waiting": 0}}
    assert after == before
    assert rehearsed == done == {"registerForSession": seated}
    assert second == {
        "registerForSession": {"status": "WAITLISTED", "placeInQueue": 1, "session": {"seatsTaken": 1, "waiting": 1}}
    }
    assert refused == {"registerForSession": {"code": "NOT_FOUND"}}


async def test_what_was_rehearsed_has_no_history_and_cannot_be_found(coordinator):
    events = await events_about(coordinator, "Person")

    answer = await coordinator.data(
        'mutation { createPerson(input: {name: "Ada"}, dryRun: true) { ... on Person { id name } } }'
    )

    found = await coordinator.data("query ($id: ID!) { node(id: $id) { id } }", id=answer["createPerson"]["id"])
    assert answer["createPerson"]["name"] == "Ada"
    assert found == {"node": None}
    assert await events_about(coordinator, "Person") == events


async def test_a_rehearsed_key_has_no_text(admin, learner):
    answer = await admin.data(
        """mutation ($person: ID!) { createKey(input: {personId: $person, roles: [LEARNER]}, dryRun: true) {
          ... on IssuedKey { text key { roles person { name } } } } }""",
        person=f"per_{learner.person_id.hex}",
    )

    assert answer == {"createKey": {"text": "", "key": {"roles": ["LEARNER"], "person": {"name": "Grace Hopper"}}}}


async def test_a_rehearsed_clock_stands_still(admin):
    document = 'mutation ($dry: Boolean) { moveClock(input: {to: "2099-01-01T00:00:00Z"}, dryRun: $dry) { ...Now } } '
    document += "fragment Now on Tenant { now }"

    rehearsed = await admin.data(document, dry=True)

    now = await admin.data("{ tenant { now } }")
    assert rehearsed["moveClock"]["now"].startswith("2099-01-01T00:00:00")
    assert now["tenant"]["now"] < "2099"


async def test_a_rehearsal_uses_no_idempotency_key_up(coordinator):
    key = "6f0a4c1e-2b0f-4f5e-9f43-0d7c0f6f2a11"
    rehearsed = await coordinator.data(CREATE, input={"name": "Ada"}, key=key, dryRun=True)
    there = await people_named(coordinator, "Ada")

    done = await coordinator.data(CREATE, input={"name": "Ada"}, key=key, dryRun=False)
    still = await coordinator.data(CREATE, input={"name": "Ada"}, key=key, dryRun=True)

    assert there == []
    assert len({answer["createPerson"]["id"] for answer in (rehearsed, done, still)}) == 3
    assert await people_named(coordinator, "Ada") == ["Ada"]


async def test_many_can_be_rehearsed_together(coordinator):
    items = [{"name": name, "email": "ada@example.org"} for name in ("Ada", "Eve")]

    answer = await coordinator.data(MANY, items=items, dryRun=True)

    assert [one["__typename"] for one in answer["createPeople"]] == ["Person", "PersonRefused"]
    assert await people_named(coordinator, "Ada", "Eve") == []


async def test_null_is_no_rehearsal(coordinator):
    await coordinator.data(MANY, items=[{"name": "Ada"}], dryRun=None)

    assert await people_named(coordinator, "Ada") == ["Ada"]


def test_every_mutation_is_carried_out_unless_it_says_otherwise():
    fields = schema().mutation_type.fields

    assert {str(field.args["dryRun"].type) for field in fields.values()} == {"Boolean"}
    assert {field.args["dryRun"].default_value for field in fields.values()} == {False}


async def test_a_rehearsal_waits_for_nobody_afterwards(coordinator):
    """Its locks go with it."""
    person = await a_person(coordinator)
    rename = (
        'mutation ($id: ID!) { updatePerson(input: {id: $id, name: "X"}, dryRun: true) { ... on Person { name } } }'
    )
    await coordinator.data(rename, id=person)

    assert await do(coordinator, "updatePerson", "Person { name }", id=person, name="Y") == {"name": "Y"}
