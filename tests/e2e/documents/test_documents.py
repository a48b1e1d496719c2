"""Registering, retiring and locking, by the API."""

import pytest

from tests.e2e.answered import problem
from tests.e2e.documents.asking import ALL, ANSWER, NAME, SLUG, an_app, data, hash_of, post

ID = f"sha256:{hash_of(NAME)}"
REFUSED = "... on DocumentsRefused { reason field message }"
APP = """__typename ... on App { locked documents(first: 10) {
    nodes { documentId text operations retiredAt app { name } } } }"""
REGISTER = f"mutation ($input: RegisterDocumentsInput!) {{ registerDocuments(input: $input) {{ {APP} {REFUSED} }} }}"
RETIRE = f"mutation ($input: RetireDocumentsInput!) {{ retireDocuments(input: $input) {{ {APP} {REFUSED} }} }}"
LOCK = f"mutation ($id: ID!) {{ lockApp(input: {{id: $id}}) {{ {APP} {REFUSED} }} }}"
UNLOCK = f"mutation ($id: ID!) {{ unlockApp(input: {{id: $id}}) {{ {APP} {REFUSED} }} }}"
EVENTS = '{ events(where: {aggregate: {eq: "App"}}) { nodes { verb facts } } }'


def documents_of(payload):
    return {one["documentId"]: one["operations"] for one in payload["documents"]["nodes"]}


@pytest.fixture
async def portal(http, database, tenant):
    client, app = await an_app(http, database, tenant, scopes=ALL | {"documents:write"})
    client.app_id = f"app_{app.id.hex}"
    return client


async def test_an_administrator_registers_an_apps_documents(admin, portal):
    new = [{"text": NAME, "id": hash_of(NAME)}, {"text": SLUG, "id": "slug"}]

    done = await admin.data(REGISTER, input={"appId": portal.app_id, "documents": new})
    again = await admin.data(REGISTER, input={"appId": portal.app_id, "documents": new})

    assert done == again
    assert documents_of(done["registerDocuments"]) == {ID: ["query Name"], "slug": ["query Slug"]}
    assert done["registerDocuments"]["documents"]["nodes"][0]["app"] == {"name": "Portal"}
    assert data(await post(portal, documentId="slug")) is not None
    events = (await admin.data(EVENTS))["events"]["nodes"]
    assert [(one["verb"], sorted(one["facts"]["documents"])) for one in events] == [
        ("documents_registered", sorted([ID, "slug"]))
    ]


async def test_an_app_registers_its_own_documents_and_no_others(http, database, tenant, portal):
    _, other = await an_app(http, database, tenant, NAME, name="Other")
    done = await portal.data(REGISTER, input={"documents": [{"text": NAME}]})
    foreign = await portal.answer(REGISTER, input={"appId": f"app_{other.id.hex}", "documents": [{"text": NAME}]})

    assert documents_of(done["registerDocuments"]) == {ID: ["query Name"]}
    assert [(one["message"], one["extensions"]["code"]) for one in foreign["errors"]] == [
        ("An app registers and retires its own documents only: leave `appId` out.", "FORBIDDEN")
    ]


async def test_where_one_document_is_wrong_none_is_registered_and_each_is_told(portal):
    new = [{"text": NAME}, {"text": "{ tenant { nme } }", "id": "typo"}, {"text": "{", "id": "half"}]

    answer = (await portal.data(REGISTER, input={"documents": new}))["registerDocuments"]

    assert answer == {
        "__typename": "DocumentsRefused",
        "reason": "INVALID",
        "field": "documents",
        "message": "typo: Cannot query field 'nme' on type 'Tenant'. Did you mean 'name' or 'now'? (at 1:12)\n"
        "half: Syntax Error: Expected Name, found <EOF>. (at 1:2)",
    }
    assert problem(await post(portal, documentId=ID))[1] == "DOCUMENT_NOT_FOUND"


async def test_an_id_that_is_not_the_texts_is_refused(portal):
    answer = await portal.data(REGISTER, input={"documents": [{"text": NAME, "id": f"sha256:{hash_of(SLUG)}"}]})

    refusal = answer["registerDocuments"]
    assert (refusal["reason"], refusal["field"]) == ("INVALID", "documents")
    assert refusal["message"].endswith(
        ": The id is not the SHA-256 of the text. Write the manifest again, and push both together."
    )


async def test_no_more_than_250_are_registered_or_retired_at_once(portal):
    many = await portal.answer(REGISTER, input={"documents": [{"text": NAME}] * 251})
    ids = await portal.answer(RETIRE, input={"documentIds": ["a"] * 251})

    assert [answer["errors"][0]["extensions"]["code"] for answer in (many, ids)] == ["LIST_TOO_LONG"] * 2
    assert [answer["errors"][0]["message"] for answer in (many, ids)] == [
        "`input.documents` holds 251: send at most 250 at once.",
        "`input.documentIds` holds 251: send at most 250 at once.",
    ]


async def test_an_app_that_there_is_not_has_no_documents(admin):
    for document, said in ((REGISTER, {"documents": [{"text": NAME}]}), (RETIRE, {"documentIds": ["a"]})):
        for named in ({"appId": "app_" + "0" * 32}, {"appId": "nonsense"}, {}):
            [answer] = (await admin.data(document, input={**said, **named})).values()
            assert answer == {
                "__typename": "DocumentsRefused",
                "reason": "NOT_FOUND",
                "field": "appId",
                "message": "There is no such app.",
            }


async def test_a_document_is_retired(admin, portal):
    await portal.data(REGISTER, input={"documents": [{"text": NAME}, {"text": SLUG}]})

    done = (await portal.data(RETIRE, input={"documentIds": [ID]}))["retireDocuments"]
    unknown = (await portal.data(RETIRE, input={"documentIds": [f"sha256:{hash_of(SLUG)}", "gone"]}))["retireDocuments"]

    retired = {one["documentId"]: one["retiredAt"] is not None for one in done["documents"]["nodes"]}
    assert retired == {ID: True, f"sha256:{hash_of(SLUG)}": False}
    assert problem(await post(admin, documentId=ID))[1] == "DOCUMENT_NOT_FOUND"
    assert (unknown["reason"], unknown["field"], unknown["message"]) == (
        "NOT_FOUND",
        "documentIds",
        "gone: The app has no such document.",
    )
    verbs = [one["verb"] for one in (await admin.data(EVENTS))["events"]["nodes"]]
    assert verbs == ["documents_retired", "documents_registered"]


async def test_an_administrator_locks_an_app_and_lets_it_go(http, database, tenant, admin):
    client, app = await an_app(http, database, tenant, NAME)
    id_ = f"app_{app.id.hex}"

    locked = (await admin.data(LOCK, id=id_))["lockApp"]["locked"]
    inside, outside = await post(client, query=NAME), await post(client, query=SLUG)
    free = (await admin.data(UNLOCK, id=id_))["unlockApp"]["locked"]

    assert (locked, free) == (True, False)
    assert (data(inside), problem(outside)[1]) == (ANSWER, "DOCUMENT_NOT_TRUSTED")
    assert data(await post(client, query=SLUG)) == {"tenant": {"slug": tenant.slug}}
    verbs = [one["verb"] for one in (await admin.data(EVENTS))["events"]["nodes"]]
    assert verbs == ["unlocked", "locked"]


async def test_an_app_without_documents_is_not_locked(admin, portal):
    answer = (await admin.data(LOCK, id=portal.app_id))["lockApp"]
    unknown = (await admin.data(LOCK, id="app_" + "0" * 32))["lockApp"]

    assert (answer["reason"], answer["field"], answer["message"]) == (
        "NOTHING_REGISTERED",
        "id",
        "Portal has no documents: locked, it could ask nothing at all. Register its documents first.",
    )
    assert (unknown["reason"], unknown["field"]) == ("NOT_FOUND", "id")


async def test_only_administrators_lock_and_let_go(portal, coordinator, learner, visitor):
    for document, title in ((LOCK, "lockApp"), (UNLOCK, "unlockApp")):
        answers = [
            await client.answer(document, id=portal.app_id) for client in (portal, coordinator, learner, visitor)
        ]
        assert [answer["errors"][0]["message"] for answer in answers] == [
            *[f"You may not call `{title}`. For: tenant admin; apps with the scope `settings:write`."] * 3,
            f"Sign in for `{title}`: send a key as `Authorization: Bearer …`.",
        ]


async def test_documents_are_read_by_administrators_and_by_their_app(http, database, tenant, admin, portal, learner):
    other, _ = await an_app(http, database, tenant, SLUG, name="Other")
    await portal.data(REGISTER, input={"documents": [{"text": NAME}]})
    mine = "{ viewer { app { documents(first: 5) { nodes { text } } } } }"

    every = await admin.data("{ trustedDocuments { totalCount nodes { documentId app { name } } } }")
    found = await admin.data(
        "query ($id: String!) { trustedDocuments(where: {documentId: {eq: $id}}) { nodes { text } } }", id=ID
    )

    assert {(one["documentId"], one["app"]["name"]) for one in every["trustedDocuments"]["nodes"]} == {
        (ID, "Portal"),
        (f"sha256:{hash_of(SLUG)}", "Other"),
    }
    assert found == {"trustedDocuments": {"nodes": [{"text": NAME}]}}
    assert (await other.data(mine))["viewer"]["app"]["documents"]["nodes"] == [{"text": SLUG}]
    assert "errors" in await learner.answer("{ trustedDocuments { totalCount } }")
