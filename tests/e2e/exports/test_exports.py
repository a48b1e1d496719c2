"""Exports: asked for, written by the worker, cancelled, expired; seen by whom they concern."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from api import ids
from api.permissions import SCOPES
from domain.exports import exports
from domain.exports.exports import AT_ONCE, MOST_KEPT, MOST_WAITING, Export, ExportStatus
from tenants import keys, registry
from tenants.keys import Role
from tenants.registry import wall
from tests.conftest import NOW, a_tenant
from tests.e2e.conftest import a_client
from tests.e2e.exports.conftest import PEOPLE, cancelled, lines_of, paged, read, started


async def test_a_list_is_written_line_by_line_and_its_progress_told(admin, hundreds, work, get):
    export = await started(admin)
    await work()
    done = await read(admin, export)
    file = await get(admin, done["url"], key=False)

    assert (export["__typename"], export["status"], export["rows"], export["total"]) == ("Export", "QUEUED", 0, None)
    assert (export["root"], export["url"], export["expiresAt"]) == ("people", None, None)
    assert (done["status"], done["rows"], done["total"], done["bytes"]) == ("DONE", 251, 251, len(file.content))
    assert (file.status_code, file.headers["content-type"]) == (200, "application/jsonl; charset=utf-8")
    assert file.content.count(b"\n") == 251
    assert lines_of(file) == await paged(admin)


DOCUMENTS = {
    "edges": "{ people { edges { cursor node { id name email } } pageInfo { endCursor } totalCount } }",
    "an alias and fragments": """
        query Mine($first: Int = 7, $after: String) { all: people(first: $first, after: $after) { ...page } }
        fragment page on PersonConnection { __typename edges { __typename node { ...who } } }
        fragment who on Person { id name email }""",
    "fields in parts": "{ people { nodes { id } nodes { name ... on Person { email } } } }",
    "one operation of two": "query A { programs { nodes { id } } } query Mine { people { nodes { id name email } } }",
}


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_query_of_a_page_is_exported_as_it_stands(admin, hundreds, work, get, document):
    export = await started(admin, DOCUMENTS[document], operationName="Mine" if "Mine" in DOCUMENTS[document] else None)
    await work()

    assert lines_of(await get(admin, (await read(admin, export))["url"])) == await paged(admin)


async def test_filters_orders_and_variables_are_honored(admin, hundreds, work, get):
    document = """query ($order: PersonOrder, $name: String!, $short: Boolean!) {
        people(orderBy: $order, where: {name: {startsWith: $name}}) { nodes { name id @skip(if: $short) } } }"""
    variables = {"order": {"field": "NAME", "direction": "DESCENDING"}, "name": "Person 1", "short": True}

    export = await started(admin, document, variables=variables)
    await work()
    done = await read(admin, export)

    assert lines_of(await get(admin, done["url"])) == [{"name": f"Person {n}"} for n in range(199, 99, -1)]
    assert (done["rows"], done["total"]) == (100, 100)


async def test_lists_within_rows_and_decided_fields_are_exported_too(admin, academy, work, get):
    document = "{ programs { nodes { title audit { code } sessions(first: 1) { totalCount nodes { title } } } } }"
    selection = document.partition("nodes {")[2].rpartition("} } }")[0]

    export = await started(admin, document)
    await work()

    rows = lines_of(await get(admin, (await read(admin, export))["url"]))
    assert rows == await paged(admin, "programs", selection)
    assert len(rows) == 2


async def test_an_empty_list_is_an_empty_file(admin, work, get):
    export = await started(admin, "{ sessions { nodes { id } } }")
    await work()
    done = await read(admin, export)
    file = await get(admin, done["url"])

    assert (done["status"], done["rows"], done["total"], done["bytes"]) == ("DONE", 0, 0, 0)
    assert (file.status_code, file.content) == (200, b"")


async def test_an_export_sees_what_its_holder_sees(admin, learner, hundreds, academy, work, get):
    """A learner has no list of all people, and of registrations only their own."""
    refused = await started(learner, PEOPLE)
    mine = await started(learner, "{ registrations { nodes { id } } }")
    all_of_them = await started(admin, "{ registrations { nodes { id } } }")
    await work()

    assert (refused["__typename"], refused["reason"]) == ("ExportRefused", "NOT_EXPORTABLE")
    assert refused["message"].startswith("Line 1, character 3: You may not ask for `people`.")
    assert lines_of(await get(learner, (await read(learner, mine))["url"])) == []
    assert len(lines_of(await get(admin, (await read(admin, all_of_them))["url"]))) == 3


FORBIDDEN = {
    "{ people { nodes { nothing } } }": "Line 1, character 20: Cannot query field 'nothing' on type 'Person'.",
    "{ people { nodes { id }": "Line 1, character 24: Syntax Error",
    'mutation { revokeKey(input: {id: "x"}) { __typename } }': "Line 1, character 1: Only a query can be exported.",
    "{ people { nodes { id } } keys { nodes { id } } }": "Line 1, character 27: An export is of one list; this query",
    "{ viewer { displayName } }": "Line 1, character 3: `viewer` is no list. Lists are: customFields, organizations,",
    "{ __schema { types { name } } }": "Line 1, character 3: `__schema` is no list.",
    "{ __typename }": "Line 1, character 1: An export is of one list; this query asks for none.",
    "{ people(last: 5) { nodes { id } } }": "Line 1, character 10: An export has the whole list: leave `last` out.",
    "{ people(first: 500) { nodes { id } } }": "Line 1, character 3: `first` is between 0 and 100",
    "{ people { totalCount } }": "Line 1, character 3: Ask for the rows once",
    "{ people { nodes { id } more: nodes { name } } }": "Line 1, character 3: Ask for the rows once",
    "{ people { edges { cursor } } }": "Line 1, character 12: Ask for the rows once",
    "query ($n: Int!) { people { nodes { registrations(first: $n) { totalCount } } } }": "Line 1, character 8: Var",
    "query A { people { nodes { id } } } query B { people { nodes { id } } }": "The document holds several operations",
}  # fmt: skip


@pytest.mark.parametrize("document", FORBIDDEN)
async def test_what_cannot_be_exported_is_refused_at_once_with_its_place(admin, document):
    refused = await started(admin, document)

    assert (refused["__typename"], refused["reason"], refused["field"]) == (
        "ExportRefused",
        "NOT_EXPORTABLE",
        "document",
    )
    assert refused["message"].startswith(FORBIDDEN[document])


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"variables": ["a"]}, "variables", "Variables are a JSON object: their names and values."),
        ({"variables": {"a": "\x00"}}, "variables", "A text holds the NUL character (\\u0000); leave it out."),
        ({"keepFor": "P8D"}, "keepFor", "A file is kept for a minute at least"),
        ({"keepFor": "-P1D"}, "keepFor", "A file is kept for a minute at least"),
    ],
)
async def test_bad_values_are_refused(admin, given, field, message):
    refused = await started(admin, **given)

    assert (refused["reason"], refused["field"]) == ("INVALID", field)
    assert refused["message"].startswith(message)


async def test_a_visitor_and_an_app_without_the_scope_start_none(http, database, tenant, visitor):
    app = await a_client(http, database, tenant, scopes=["people:read", "exports:read"])

    codes = [(await client.answer(ANY))["errors"][0]["extensions"]["code"] for client in (visitor, app)]

    assert codes == ["UNAUTHENTICATED", "FORBIDDEN"]


ANY = 'mutation { exportOperation(input: {document: "{ people { nodes { id } } }"}) { __typename } }'


async def test_others_see_nothing_of_an_export_and_administrators_do(http, database, tenant, work, get):
    owner, other = [await a_client(http, database, tenant, Role.COORDINATOR, name=name) for name in ("Ada", "Bea")]
    app = await a_client(http, database, tenant, scopes=SCOPES)
    admin = await a_client(http, database, tenant, Role.TENANT_ADMIN)
    export = await started(owner)
    await work()

    seen = {name: await read(client, export) for name, client in {"other": other, "app": app, "admin": admin}.items()}
    stopped = [await cancelled(client, export) for client in (other, app)]
    statuses = [(await get(client, f"/exports/{export['id']}")).status_code for client in (owner, other, app, admin)]

    assert (seen["other"], seen["app"], seen["admin"]["status"]) == (None, None, "DONE")
    assert stopped == [NOT_THERE] * 2
    assert statuses == [200, 404, 404, 200]
    assert await read(owner, export) is not None


NOT_THERE = {
    "__typename": "ExportRefused",
    "reason": "NOT_FOUND",
    "message": "There is no such export.",
    "field": "id",
}


async def test_a_key_that_may_less_does_not_open_what_another_saw(http, database, tenant, work, get):
    owner = await a_client(http, database, tenant, Role.COORDINATOR)
    export = await started(owner)
    await work()
    async with database.transaction(tenant.id) as db:
        less = await keys.create(db, tenant, person_id=owner.person_id, roles=frozenset({Role.LEARNER}), now=wall())
    lesser = type(owner)(http, owner.host, {"authorization": f"Bearer {less.text}"}, owner.person_id)

    assert await read(lesser, export) is None
    assert (await get(lesser, f"/exports/{export['id']}")).status_code == 404
    assert (await cancelled(lesser, export))["reason"] == "NOT_FOUND"


async def test_another_tenant_sees_nothing_of_an_export(http, database, admin, work, get):
    export = await started(admin)
    await work()
    url = (await read(admin, export))["url"]
    elsewhere = await a_client(http, database, await a_tenant(database), Role.TENANT_ADMIN)

    answers = [await get(elsewhere, f"/exports/{id_}") for id_ in (export["id"], "exp_" + "0" * 32, "exp_1", "nothing")]

    theirs = url.replace(admin.host.partition(".")[0], elsewhere.host.partition(".")[0])
    assert await read(elsewhere, export) is None
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert (await get(elsewhere, theirs)).status_code == 404


async def test_a_revoked_key_ends_its_export_and_says_so(http, database, tenant, admin, hundreds, work, get):
    owner = await a_client(http, database, tenant, Role.COORDINATOR)
    done = await started(owner)
    await work()
    url = (await read(owner, done))["url"]
    waiting = await started(owner)
    async with database.transaction(tenant.id) as db:
        key = await keys.find(db, owner.headers["authorization"].removeprefix("Bearer "))
        await keys.revoke(db, key_id=key.id, now=wall())
    await work()

    failed = await read(admin, waiting)
    assert (failed["status"], failed["rows"], failed["url"]) == ("FAILED", 0, None)
    assert failed["failure"].startswith("The key with which this export was started is not valid any more.")
    assert (await get(owner, url, key=False)).status_code == 404
    assert (await get(admin, f"/exports/{waiting['id']}")).status_code == 410


async def test_a_cancelled_export_leaves_no_file_and_cancelling_again_changes_nothing(admin, hundreds, work, get, kept):
    waiting = await started(admin)
    first = await cancelled(admin, waiting)
    done = await started(admin)
    await work()
    before = await kept()
    answers = [await cancelled(admin, done), await cancelled(admin, done)]
    await work()

    assert first == {"__typename": "Export", "status": "CANCELLED", "rows": 0}
    assert answers == [{"__typename": "Export", "status": "CANCELLED", "rows": 251}] * 2
    assert (before, await kept()) == (1, 0)
    assert (await get(admin, f"/exports/{done['id']}")).status_code == 410


async def test_a_file_goes_when_its_time_is_over(admin, hundreds, work, get, kept, database, tenant):
    day, hour = await started(admin), await started(admin, keepFor="PT1H")
    await work()
    times = {
        name: [datetime.fromisoformat((await read(admin, one))[at]) for at in ("finishedAt", "expiresAt")]
        for name, one in {"day": day, "hour": hour}.items()
    }
    async with database.transaction(tenant.id) as db:
        await registry.move_clock(db, tenant.id, to=wall() + timedelta(hours=2), wall=wall())
    gone_already = await get(admin, f"/exports/{hour['id']}")
    await work()

    assert [expires - finished for finished, expires in times.values()] == [timedelta(days=1), timedelta(hours=1)]
    assert (gone_already.status_code, gone_already.json()["errors"][0]["extensions"]["code"]) == (410, "GONE")
    assert [(await read(admin, one))["status"] for one in (day, hour)] == ["DONE", "EXPIRED"]
    assert (await get(admin, f"/exports/{hour['id']}")).status_code == 410
    assert await kept() == 1


async def test_what_happened_to_an_export_is_in_the_history(admin, work):
    await started(admin)
    await work()

    events = await admin.data(
        '{ events(where: {aggregate: {eq: "Export"}}, orderBy: {field: ID}) { nodes { verb person { name } facts } } }'
    )

    told = [(one["verb"], one["person"], {**one["facts"], "expires_at": None}) for one in events["events"]["nodes"]]
    assert told[0] == ("requested", {"name": "Ada Lovelace"}, {"root": "people", "expires_at": None})
    assert (told[1][0], told[1][1], told[1][2]["rows"]) == ("finished", None, 1)
    assert len(told) == 2


async def test_who_has_too_many_waiting_is_told_to_wait(admin, work):
    for _ in range(MOST_WAITING):
        assert (await started(admin))["__typename"] == "Export"

    refused = await started(admin)
    await work()
    again = await started(admin)

    assert (refused["reason"], refused["retryable"]) == ("TOO_MANY", True)
    assert again["__typename"] == "Export"


@pytest.mark.race
async def test_those_who_ask_at_once_are_counted_one_after_the_other(admin):
    """They hold the tenant's row while they count: without it more get through."""
    answers = await asyncio.gather(*(started(admin) for _ in range(MOST_WAITING + 5)))

    assert sorted(answer["__typename"] for answer in answers) == ["Export"] * MOST_WAITING + ["ExportRefused"] * 5


async def test_a_tenant_keeps_so_many_files_and_no_more(admin, database, tenant):
    async with database.transaction(tenant.id) as db:
        key = await keys.find(db, admin.headers["authorization"].removeprefix("Bearer "))
        for _ in range(MOST_KEPT):
            facts = {"status": ExportStatus.DONE, "document": PEOPLE, "root": "people", "kept_minutes": 60}
            db.add(Export(person_id=admin.person_id, key_id=key.id, created_at=NOW, **facts))

    refused = await started(admin)

    assert refused["reason"] == "TOO_MANY"
    assert refused["message"].startswith(f"There are {MOST_KEPT} exports here")


async def test_only_so_many_of_a_tenant_are_worked_on_at_once(admin, database, tenant):
    """The others wait, and no two workers take the same: without AT_ONCE or SKIP LOCKED it fails."""
    asked = [await started(admin) for _ in range(AT_ONCE + 1)]

    async with AsyncExitStack() as workers:
        taken = []
        for _ in asked:
            db = await workers.enter_async_context(database.transaction(tenant.id))
            export = await asyncio.wait_for(exports.next_in_turn(db), 5)
            taken.append(export and ids.encode("exp", export.id))

    assert taken == [*(one["id"] for one in asked[:AT_ONCE]), None]


async def test_the_lists_of_exports_are_filtered_and_show_the_latest_first(admin, work):
    first = await started(admin)
    await work()
    second = await started(admin)

    found = await admin.data("{ exports { nodes { id } } done: exports(where: {status: {eq: DONE}}) { nodes { id } } }")

    assert [one["id"] for one in found["exports"]["nodes"]] == [second["id"], first["id"]]
    assert [one["id"] for one in found["done"]["nodes"]] == [first["id"]]
