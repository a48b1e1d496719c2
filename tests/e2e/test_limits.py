"""Limits and costs: what is asked has a price, is told it, and is refused with a reason where it is too much."""

import asyncio
import json

import httpx
import pytest
from graphql import get_introspection_query

from api.app import application
from api.engine.documents import ROOM, Shelf
from tenants import allowances
from tenants.database import Database
from tests.e2e.answered import problem, said
from tests.e2e.conftest import Client
from tests.hostile import HOSTILE

INTROSPECTION = get_introspection_query()


async def limited(database, tenant, holder_id, per_second):
    async with database.transaction(tenant.id) as db:
        await allowances.limit(db, holder_id, per_second)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
async def test_a_hostile_document_is_refused_with_its_code(admin, hostile):
    response = await admin.post(hostile.query, hostile.variables)

    codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
    assert codes == ({hostile.code} if hostile.code else set())


async def test_every_answer_says_what_it_cost_and_what_is_left(admin):
    document = "query ($n: Int) { sessions(first: $n) { nodes { program { title } } totalCount } }"

    first, second = [await admin.post(document, {"n": n}) for n in (10, 3)]

    assert first.json()["extensions"]["cost"] == {
        "requested": 26,
        "available": 300_000 - 26,
        "burst": 300_000,
        "perSecond": 5_000,
    }
    assert second.json()["extensions"]["cost"]["requested"] == 12
    assert first.headers["ratelimit-policy"] == '"default";q=300000;w=60'
    assert first.headers["ratelimit"] == '"default";r=299974;t=1'


@pytest.mark.parametrize("document", ["{", "{ nothing }", "{ tenant { name } tenant: people { totalCount } }"])
async def test_being_told_what_is_wrong_costs_something_too(admin, document):
    response = await admin.post(document)

    assert response.json()["extensions"]["cost"]["requested"] == 10


async def test_errors_and_refusals_say_what_they_cost(learner, admin):
    forbidden = await learner.answer("{ people { nodes { id } } }")
    refused = await admin.answer('mutation { createPerson(input: {name: ""}) { __typename } }')

    assert forbidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert forbidden["extensions"]["cost"]["requested"] == 21
    assert refused["extensions"]["cost"]["requested"] == 10


async def test_whoever_has_spent_the_allowance_is_told_when_to_come_back(database, tenant, admin, learner):
    await limited(database, tenant, admin.person_id, 1)
    document = "{ people(first: 49) { nodes { id } } }"
    assert "errors" not in await admin.answer(document)

    refused = await admin.post(document)

    body = refused.json()
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "40"
    assert body["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 40}
    assert body["errors"][0]["message"] == (
        "Your allowance is spent: this costs 50, and 10 is left of 60. It fills by 1 a second: try again in 40 seconds."
    )
    assert body["extensions"]["cost"] == {"requested": 50, "available": 10, "burst": 60, "perSecond": 1}
    assert "data" not in body
    assert (await admin.answer("{ tenant { id } }"))["data"]
    assert (await learner.answer("{ viewer { displayName } }"))["data"]


async def test_nothing_is_done_for_whoever_has_nothing_left(database, tenant, admin):
    await limited(database, tenant, admin.person_id, 1)
    await admin.answer("{ people(first: 59) { nodes { id } } }")

    refused = await admin.post('mutation { createOrganization(input: {name: "New"}) { __typename } }')

    assert refused.status_code == 429
    await limited(database, tenant, admin.person_id, None)
    assert (await admin.answer("{ organizations { totalCount } }"))["data"] == {"organizations": {"totalCount": 0}}


async def test_visitors_of_a_tenant_share_one_allowance_and_leave_those_signed_in_theirs(
    database, tenant, visitor, admin
):
    await limited(database, tenant, allowances.NOBODY, 1)

    answers = await asyncio.gather(*(visitor.post("{ tenant { id } }") for _ in range(70)))

    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    assert (await admin.answer("{ tenant { id } }"))["data"]


async def test_an_operation_may_cost_only_so_much(admin):
    sessions = "sessions(first: 100) { nodes { program { id } registrations(first: 3) { nodes { id } } } }"

    [error] = (await admin.answer(f"{{ programs(first: 100) {{ nodes {{ {sessions} }} }} }}"))["errors"]

    assert error["extensions"] == {"code": "COST_TOO_HIGH", "cost": 60201, "limit": 25000}
    assert error["message"].startswith("This operation would cost 60,201, and one may cost at most 25,000.")


async def test_more_than_a_full_allowance_is_too_much_for_one_operation(database, tenant, admin):
    await limited(database, tenant, admin.person_id, 1)

    [error] = (await admin.answer("{ people(first: 100) { nodes { id } } }"))["errors"]

    assert error["extensions"] == {"code": "COST_TOO_HIGH", "cost": 101, "limit": 60}


COST = """query ($text: String!, $name: String, $variables: JSON) {
  cost(document: $text, operationName: $name, variables: $variables) {
    requested limit fields { field requested } } }"""
SEVERAL = """query A($n: Int) { few: sessions(first: $n) { nodes { id } } tenant { id } } mutation B {
  createOrganization(input: {name: "New"}) { __typename } }"""


async def test_what_a_document_would_cost_is_told_without_running_it(admin):
    asked = await admin.data(COST, text=SEVERAL, name="A", variables={"n": 4})
    done = await admin.data(COST, text=SEVERAL, name="B")

    fields = [{"field": "few", "requested": 5}, {"field": "tenant", "requested": 1}]
    assert asked == {"cost": {"requested": 6, "limit": 25_000, "fields": fields}}
    assert done["cost"]["requested"] == 10
    assert await admin.data("{ organizations { totalCount } }") == {"organizations": {"totalCount": 0}}
    told = (await admin.answer(SEVERAL, n=4)).get("errors")
    assert told[0]["extensions"]["code"] == "OPERATION_RESOLUTION_FAILURE"


async def test_what_is_wrong_with_a_document_is_told_where_its_cost_is_asked(admin):
    answers = [
        await admin.answer(COST, text="{ nothing }"),
        await admin.answer(COST, text="{ a " * 5_000),
        await admin.answer(COST, text=SEVERAL),
        await admin.answer(COST, text="{ tenant { id } }", variables=[1]),
        await admin.answer(COST, text="{ tenant { id } }", variables={"a": [1] * 1_001}),
    ]

    assert [
        (one["errors"][0]["extensions"]["code"], one["errors"][0]["message"].partition(" ")[0]) for one in answers
    ] == [
        ("GRAPHQL_VALIDATION_FAILED", "`document`:"),
        ("TOO_DEEP", "`document`:"),
        ("OPERATION_RESOLUTION_FAILURE", "`document`:"),
        ("BAD_USER_INPUT", "`variables`"),
        ("LIST_TOO_LONG", "`variables.a`"),
    ]


async def test_visitors_are_not_told_what_a_document_costs(visitor):
    [error] = (await visitor.answer(COST, text="{ tenant { id } }"))["errors"]

    assert error["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "document",
    [
        INTROSPECTION,
        '{ __type(name: "Query") { name } }',
        "{ ...F } fragment F on Query { ... { s: __schema { queryType { name } } } }",
    ],
)
async def test_visitors_may_not_read_the_schema_unless_their_tenant_opens_it(visitor, admin, learner, document):
    closed = await visitor.post(document)
    signed_in = await learner.answer(document)
    await admin.data("mutation { updateTenant(input: {openIntrospection: true}) { __typename } }")
    opened = await visitor.answer(document)

    assert problem(closed)[:2] == (200, "INTROSPECTION_CLOSED")
    assert opened["data"] == signed_in["data"]
    assert said(await visitor.post("{ __typename }")) == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ tenannt { name } }", {}),
        ("{ tenant { nme } }", {}),
        ("{ tenant { ... on Tennant { name } } }", {}),
        ('{ session(idd: "x") { id } }', {}),
        ("query ($where: SessionFilter) { sessions(where: $where) { totalCount } }", {"where": {"titel": {}}}),
        (
            "query ($o: SessionOrder) { sessions(orderBy: $o) { totalCount } }",
            {"o": {"field": "STARTS", "direction": "ASCENDING"}},
        ),
        ("{ sessions(orderBy: {field: STARTS, direction: ASCENDING}) { totalCount } }", {}),
    ],
)
async def test_what_there_is_instead_is_suggested_to_those_signed_in_alone(visitor, learner, document, variables):
    """Whoever asks first, the other is answered alike."""
    answers = [await client.answer(document, **variables) for client in (visitor, learner, visitor)]

    assert ["Did you mean" in json.dumps(answer) for answer in answers] == [False, True, False]


async def test_visitors_do_not_push_out_what_those_signed_in_use(http, visitor, admin):
    engine = http._transport.app.state.engine
    await admin.data("{ viewer { displayName } }")
    kept = engine.documents.get("{ viewer { displayName } }", None)
    padding = "# " + "x" * 90_000

    for number in range(30):
        await visitor.data(f"{{ a{number}: tenant {{ name }} }} {padding}")

    assert engine.documents.get("{ viewer { displayName } }", None) is kept
    assert 0 < engine.documents.held(Shelf.VISITORS) <= ROOM[Shelf.VISITORS]


async def test_what_is_remembered_of_documents_is_bounded_by_its_bytes(http, admin, monkeypatch):
    monkeypatch.setitem(ROOM, Shelf.VIEWERS, 100_000)
    documents = http._transport.app.state.engine.documents
    names = " ".join(f"a{number}: name" for number in range(30))

    held = []
    for number in range(20):
        await admin.data(f"{{ b{number}: tenant {{ {names} }} }}")
        held.append(documents.held(Shelf.VIEWERS))

    assert max(held) < 200_000
    assert 1 <= len(documents._shelves[Shelf.VIEWERS]) < 10


async def test_an_answer_that_takes_too_long_is_ended_and_says_so(database_url, doors, tenant, admin, monkeypatch):
    impatient = Database(database_url, patience=0.3)
    app = application(impatient)
    held = asyncio.Event()

    async def locking():
        async with doors.transaction(tenant.id) as db:
            await db.execute(allowances.text("LOCK TABLE organization IN ACCESS EXCLUSIVE MODE"))
            held.set()
            await asyncio.sleep(1.5)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        client = Client(http, admin.host, admin.headers)
        await client.data("{ viewer { displayName } }")
        blocking = asyncio.ensure_future(locking())
        await held.wait()
        read = await client.answer("{ organizations { nodes { name } } }")
        written = await client.answer('mutation { createOrganization(input: {name: "New"}) { __typename } }')
        await blocking
        after = await client.data("{ organizations { totalCount } }")
    await impatient.close()

    assert [(one["data"], one["errors"][0]["extensions"]["code"]) for one in (read, written)] == [
        (None, "TOO_SLOW")
    ] * 2
    assert read["errors"][0]["message"].startswith("This takes longer than")
    assert after == {"organizations": {"totalCount": 0}}
