"""Mutations that are sent again under the same key."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from domain.people.people import Person
from domain.records import find
from tenants.idempotency import KEPT, KeptAnswer
from tenants.keys import Role
from tests.e2e.conftest import Client, a_client
from tests.e2e.rows import a_person, do
from tests.e2e.writes.asking import CREATE, code_of, events_about, people_named

KEY = "6f0a4c1e-2b0f-4f5e-9f43-0d7c0f6f2a11"
RENAME = """
mutation ($id: ID!, $name: String, $key: String!) {
  updatePerson(input: {id: $id, name: $name}) @idempotent(key: $key) { ... on Person { id name revision } }
}"""
NEW_KEY = """
mutation ($person: ID!, $key: String!) {
  createKey(input: {personId: $person, roles: [LEARNER]}) @idempotent(key: $key) { ... on IssuedKey { text } }
}"""


async def data_of(client, document, **variables):
    """The bytes of `data`; what stands behind them tells what is left of the allowance."""
    content = (await client.post(document, variables)).content
    return content.partition(b',"extensions":')[0]


async def test_the_first_answer_comes_again_byte_for_byte_whatever_has_changed_since(coordinator):
    first = await data_of(coordinator, CREATE, input={"name": "Ada", "email": "ada@example.org"}, key=KEY)
    person = (await coordinator.data('{ people(where: {name: {eq: "Ada"}}) { nodes { id } } }'))["people"]["nodes"][0]
    await do(coordinator, "updatePerson", "Person { id }", id=person["id"], name="Countess Ada")

    again = await data_of(coordinator, CREATE, input={"email": "ada@example.org", "name": "Ada"}, key=KEY)

    assert b'"name":"Ada"' in first
    assert again == first
    assert await people_named(coordinator, "Ada", "Countess Ada") == ["Countess Ada"]
    assert ("created", 1) in await events_about(coordinator, "Person")


async def test_a_refusal_comes_again_though_it_would_be_accepted_now(coordinator):
    taken = await a_person(coordinator, email="ada@example.org")
    wanted = {"name": "Ada", "email": "ada@example.org"}
    first = await data_of(coordinator, CREATE, input=wanted, key=KEY)
    await do(coordinator, "updatePerson", "Person { id }", id=taken, email=None)

    again = await data_of(coordinator, CREATE, input=wanted, key=KEY)
    other = await coordinator.data(CREATE, input=wanted, key=f"{KEY}-2")

    assert b'"code":"EMAIL_TAKEN"' in first
    assert again == first
    assert other["createPerson"]["__typename"] == "Person"


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (CREATE, {"input": {"name": "Bea"}}),
        (CREATE, {"input": {"name": "Ada", "email": None}}),
        (CREATE.replace("revision", "createdAt"), {"input": {"name": "Ada"}}),
        (CREATE.replace("field message", "message"), {"input": {"name": "Ada"}}),
        (
            CREATE.replace("createPerson", "createOrganization")
            .replace("CreatePersonInput", "CreateOrganizationInput")
            .replace("on Person { id name email revision }", "on Organization { id }"),
            {"input": {"name": "Ada"}},
        ),
    ],
    ids=["another name", "one more field", "another selection", "less of a refusal", "another mutation"],
)
async def test_another_request_under_the_same_key_is_refused_and_not_done(coordinator, document, variables):
    await coordinator.data(CREATE, input={"name": "Ada"}, key=KEY)

    answer = await coordinator.answer(document, **variables, key=KEY)

    assert code_of(answer) == "IDEMPOTENCY_KEY_REUSED"
    assert await people_named(coordinator, "Ada", "Bea") == ["Ada"]


async def test_the_same_request_may_be_spelled_otherwise(coordinator):
    first = await coordinator.data(CREATE, input={"name": "Ada"}, key=KEY)

    spelled = f"""mutation {{
      again: createPerson(input: {{name: "Ada"}}) @idempotent(key: "{KEY}") {{
        __typename ...on Person{{id name email revision}} # the same
        ... on Refused {{ code, field, message }}
      }}
    }}"""
    again = await coordinator.data(spelled)

    assert again == {"again": first["createPerson"]}


async def test_what_a_fragment_and_a_variable_select_is_part_of_the_request(coordinator):
    document = """
      mutation ($key: String!, $email: Boolean!) {
        createPerson(input: {name: "Ada"}) @idempotent(key: $key) { ...Told }
      }
      fragment Told on Person { name email @include(if: $email) }"""

    first = await coordinator.data(document, key=KEY, email=False)
    again = await coordinator.data(document, key=KEY, email=False)
    other = await coordinator.answer(document, key=KEY, email=True)

    assert first == again == {"createPerson": {"name": "Ada"}}
    assert code_of(other) == "IDEMPOTENCY_KEY_REUSED"


async def test_keys_are_each_persons_and_each_apps_own(http, database, tenant, other_tenant, coordinator):
    others = [
        await a_client(http, database, tenant, Role.COORDINATOR, name="Cora"),
        await a_client(http, database, tenant, scopes=["people:write"]),
        await a_client(http, database, other_tenant, Role.COORDINATOR),
    ]
    answers = [await one.data(CREATE, input={"name": "Ada"}, key=KEY) for one in (coordinator, *others)]

    assert len({answer["createPerson"]["id"] for answer in answers}) == 4


async def test_someone_who_may_see_less_is_not_told_what_was_told_before(http, database, tenant, coordinator):
    async with database.transaction(tenant.id) as db:
        me = await find(db, Person, coordinator.person_id)
    as_admin = await a_client(http, database, tenant, Role.TENANT_ADMIN, person=me)
    await coordinator.data(CREATE, input={"name": "Ada"}, key=KEY)

    answer = await as_admin.answer(CREATE, input={"name": "Ada"}, key=KEY)

    assert code_of(answer) == "IDEMPOTENCY_KEY_REUSED"
    assert await people_named(coordinator, "Ada") == ["Ada"]


async def test_a_mistake_is_not_kept(coordinator):
    person = await a_person(coordinator)
    wrong = await coordinator.answer(RENAME, id=person, name=None, key=KEY)

    corrected = await coordinator.data(RENAME, id=person, name="Beatrice", key=KEY)

    assert code_of(wrong) == "BAD_USER_INPUT"
    assert corrected["updatePerson"]["name"] == "Beatrice"


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_a_length(coordinator, key):
    answer = await coordinator.answer(CREATE, input={"name": "Ada"}, key=key)

    assert code_of(answer) == "BAD_USER_INPUT"
    assert await people_named(coordinator, "Ada") == []


@pytest.mark.parametrize(
    "document",
    [
        '{ tenant @idempotent(key: "k") { name } }',
        'mutation { createPerson(input: {name: "Ada"}) { ... on Person { id @idempotent(key: "k") } } }',
    ],
)
async def test_only_mutations_have_a_key(coordinator, document):
    answer = await coordinator.answer(document)

    assert [(error["message"], error["extensions"]["code"]) for error in answer["errors"]] == [
        ("`@idempotent` stands on the fields of a mutation, nowhere else.", "GRAPHQL_VALIDATION_FAILED")
    ]
    assert await people_named(coordinator, "Ada") == []


async def test_two_keys_for_one_field_are_refused(coordinator):
    once = '{KEY}: createPerson(input: {{name: "Ada"}}) @idempotent(key: "{key}") {{ ... on Person {{ name }} }}'
    fields = [once.replace("{KEY}", "ada").format(key=key) for key in ("a", "b")]

    answer = await coordinator.answer(f"mutation {{ {' '.join(fields)} }}")

    assert code_of(answer) == "BAD_USER_INPUT"


async def test_a_secret_is_told_again_and_lies_nowhere_in_the_clear(admin, learner, database, tenant, doors):
    person = f"per_{learner.person_id.hex}"
    first = await data_of(admin, NEW_KEY, person=person, key=KEY)
    again = await data_of(admin, NEW_KEY, person=person, key=KEY)
    async with doors.transaction(tenant.id) as db:
        [kept] = await db.scalars(select(KeptAnswer))

    text = first.partition(b'"text":"')[2].partition(b'"')[0]
    stored = kept.sealed_answer + kept.key_digest + kept.request_digest
    assert text.startswith(b"clg_")
    assert again == first
    assert text not in stored
    assert KEY.encode() not in stored
    assert b"refused" not in stored


async def test_a_secret_is_not_kept_under_a_key_that_can_be_guessed(admin, learner):
    person = f"per_{learner.person_id.hex}"

    answer = await admin.answer(NEW_KEY, person=person, key="key-1")
    count = await admin.data(
        "query ($person: ID!) { keys(where: {person: {eq: $person}}) { totalCount } }", person=person
    )

    assert code_of(answer) == "BAD_USER_INPUT"
    assert count == {"keys": {"totalCount": 1}}


async def test_after_a_day_a_key_may_be_used_anew(coordinator, database, tenant):
    first = await coordinator.data(CREATE, input={"name": "Ada"}, key=KEY)
    for age, document in ((KEPT - timedelta(minutes=1), "again"), (KEPT + timedelta(minutes=1), "anew")):
        async with database.transaction(tenant.id) as db:
            aged = update(KeptAnswer).values(kept_since=col(KeptAnswer.kept_since) - age)
            await db.execute(aged.execution_options(synchronize_session=False))
        answer = await coordinator.data(CREATE, input={"name": "Ada"}, key=KEY)

        assert (answer == first) == (document == "again")
        async with database.transaction(tenant.id) as db:
            young = update(KeptAnswer).values(kept_since=col(KeptAnswer.kept_since) + age)
            await db.execute(young.execution_options(synchronize_session=False))


@pytest.mark.race
async def test_of_twins_at_once_one_is_carried_out_and_all_are_told_the_same(coordinator):
    """Take the unique key of `kept_answer` away, with the ON CONFLICT in `idempotency.take`, and there are as many
    people as requests.
    """
    answers = await asyncio.gather(*(data_of(coordinator, CREATE, input={"name": "Ada"}, key=KEY) for _ in range(20)))

    assert len(set(answers)) == 1
    assert await people_named(coordinator, "Ada") == ["Ada"]


async def test_a_request_that_was_cut_off_has_done_nothing_and_may_be_sent_again(
    coordinator, administrator_url, tenant
):
    """Its connection is ended while it waits for the row: what it had claimed goes with it."""
    person = await a_person(coordinator)
    other = await asyncpg.connect(administrator_url)
    holding = other.transaction()
    await holding.start()
    await other.execute("SELECT FROM person WHERE id = $1 FOR UPDATE", person.removeprefix("per_"))

    cut_off = asyncio.create_task(coordinator.answer(RENAME, id=person, name="Beatrice", key=KEY))
    while not await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 -- nobody tells
        await asyncio.sleep(0.01)
    await other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    answer = await cut_off
    await holding.rollback()
    await other.close()
    again = await coordinator.data(RENAME, id=person, name="Beatrice", key=KEY)

    assert code_of(answer) == "INTERNAL_SERVER_ERROR"
    assert again == {"updatePerson": {"id": person, "name": "Beatrice", "revision": 2}}
    assert await data_of(coordinator, RENAME, id=person, name="Beatrice", key=KEY) == await data_of(
        coordinator, RENAME, id=person, name="Beatrice", key=KEY
    )


async def test_a_visitor_is_turned_away_key_or_not(visitor: Client):
    answer = await visitor.answer(CREATE, input={"name": "Ada"}, key=KEY)

    assert code_of(answer) == "UNAUTHENTICATED"
