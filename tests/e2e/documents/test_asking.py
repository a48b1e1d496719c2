"""Documents asked by the ids under which apps have registered them, and by the hashes of what was sent before."""

import pytest

from api.http.media import JSON, RESPONSE
from tenants.keys import Role
from tests.e2e.answered import problem
from tests.e2e.conftest import a_client
from tests.e2e.documents.asking import ANSWER, NAME, SLUG, an_app, data, get, hash_of, persisted, post

ID = f"sha256:{hash_of(NAME)}"
UNKNOWN = f"sha256:{hash_of('{ unknown }')}"
RENAME = 'mutation Rename { updateTenant(input: {name: "Other"}) { __typename } }'


@pytest.fixture
async def portal(http, database, tenant):
    client, _ = await an_app(http, database, tenant, NAME, RENAME)
    return client


# By `documentId`.


async def test_a_registered_document_is_asked_by_its_id(portal):
    asked = [await post(portal, documentId=ID), await get(portal, documentId=ID)]

    assert [(one.status_code, data(one)) for one in asked] == [(200, ANSWER)] * 2


async def test_whoever_uses_the_apps_frontend_asks_by_its_ids_too(portal, learner, visitor):
    assert [data(await post(client, documentId=ID)) for client in (learner, visitor)] == [ANSWER] * 2


async def test_variables_and_a_name_go_with_the_id(http, database, tenant):
    text = "query A { tenant { slug } } query B($is: Boolean!) { tenant { name @include(if: $is) slug } }"
    client, _ = await an_app(http, database, tenant, text)

    asked = {"documentId": f"sha256:{hash_of(text)}", "operationName": "B", "variables": {"is": False}}

    assert data(await post(client, **asked)) == data(await get(client, **asked)) == {"tenant": {"slug": tenant.slug}}


async def test_an_empty_query_beside_the_id_is_none(portal):
    assert data(await post(portal, documentId=ID, query=None)) == ANSWER
    assert data(await get(portal, documentId=ID, query="")) == ANSWER


@pytest.mark.parametrize(("media", "status"), [(JSON, 200), (RESPONSE, 400)])
async def test_an_id_that_nobody_registered_is_one_error(portal, media, status):
    response = await post(portal, {"accept": media}, documentId=UNKNOWN)

    assert problem(response) == (
        status,
        "DOCUMENT_NOT_FOUND",
        f"No document is registered here as '{UNKNOWN}'. Push the client's manifest, then ask again.",
    )


async def test_another_tenants_documents_are_not_found(http, database, other_tenant, portal):
    stranger = await a_client(http, database, other_tenant, Role.LEARNER)

    assert data(await post(portal, documentId=ID)) == ANSWER
    assert problem(await post(stranger, documentId=ID))[1] == "DOCUMENT_NOT_FOUND"


async def test_a_registered_mutation_is_sent_by_post_only(portal):
    by_get = await get(portal, documentId=f"sha256:{hash_of(RENAME)}")

    assert problem(by_get) == (405, "METHOD_NOT_ALLOWED", "Send mutations by POST.")
    assert by_get.headers["allow"] == "POST"
    assert data(await post(portal, query=NAME)) == ANSWER


async def test_a_registered_document_may_be_larger_than_others(http, database, tenant):
    """Take `Shelf.REGISTERED` from `_shelf`, and it may not."""
    aliases = " ".join(f"a{number}: name" for number in range(600))
    text = f"query Many {{ tenant {{ {aliases} }} }}"
    client, _ = await an_app(http, database, tenant, text)

    as_text, by_id = await post(client, query=text), await post(client, documentId=f"sha256:{hash_of(text)}")

    assert problem(as_text)[1] == "TOO_MANY_TOKENS"
    assert len(data(by_id)["tenant"]) == 600


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"documentId": 1}, "`documentId` is text, or null."),
        ({"documentId": ID, "query": NAME}, "A document is named by `query` or by `documentId`: send one of them."),
        ({"documentId": None}, "`query` holds the document, as text."),
        ({"documentId": ""}, "`query` holds the document, as text."),
        ({"extensions": {}}, "`query` holds the document, as text."),
        ({"extensions": {"persistedQuery": None}}, "`query` holds the document, as text."),
        ({"extensions": {"persistedQuery": 1}}, "`extensions.persistedQuery` is a JSON object, or null."),
        ({"extensions": persisted(NAME, version=2)}, "Unsupported persisted query version"),
        ({"extensions": persisted(NAME, version=True)}, "Unsupported persisted query version"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "`extensions.persistedQuery.sha256Hash` is text."),
        ({"extensions": persisted(NAME, sha256Hash="")}, "`extensions.persistedQuery.sha256Hash` is text."),
        ({"extensions": persisted(NAME), "query": SLUG}, "provided sha does not match query"),
    ],
)
async def test_what_names_no_document_is_told(portal, said, message):
    assert problem(await post(portal, **said)) == (400, "BAD_REQUEST", message)


# By the hash of what was sent before.


async def test_a_text_is_sent_once_and_asked_by_its_hash_from_then_on(learner):
    first = await post(learner, extensions=persisted(SLUG))
    second = await post(learner, extensions=persisted(SLUG), query=SLUG)
    third = [await post(learner, extensions=persisted(SLUG)), await get(learner, extensions=persisted(SLUG))]

    assert problem(first) == (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert data(second) == data(third[0]) == data(third[1])


async def test_a_hash_that_is_not_known_is_a_bad_request_where_the_client_knows_the_media_type(learner):
    response = await get(learner, {"accept": RESPONSE}, extensions=persisted(SLUG))

    assert problem(response) == (400, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert response.headers["cache-control"] == "no-store"


async def test_a_registered_document_is_asked_by_its_hash_without_being_sent(portal, learner):
    assert data(await post(learner, extensions=persisted(NAME))) == ANSWER


async def test_what_one_tenant_sent_another_does_not_find(http, database, other_tenant, learner):
    stranger = await a_client(http, database, other_tenant, Role.LEARNER)
    await post(learner, extensions=persisted(SLUG), query=SLUG)

    assert problem(await post(stranger, extensions=persisted(SLUG)))[1] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_that_is_wrong_is_not_remembered(learner):
    wrong = "{ tenant { nothing } }"
    sent = await post(learner, extensions=persisted(wrong), query=wrong)

    assert problem(sent)[1] == "GRAPHQL_VALIDATION_FAILED"
    assert problem(await post(learner, extensions=persisted(wrong)))[1] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_may_be_sent_by_its_hash(admin):
    first = await post(admin, extensions=persisted(RENAME), query=RENAME)
    again = await post(admin, extensions=persisted(RENAME))

    assert data(first) == data(again) == {"updateTenant": {"__typename": "Tenant"}}


# Apps that are locked.


@pytest.fixture
async def locked(http, database, tenant):
    client, _ = await an_app(http, database, tenant, NAME, name="Locked", locked=True)
    return client


async def test_a_locked_app_asks_its_documents_by_id_hash_and_text(locked):
    asked = [
        await post(locked, documentId=ID),
        await get(locked, documentId=ID),
        await post(locked, extensions=persisted(NAME)),
        await post(locked, query=NAME),
        await post(locked, query=NAME, extensions=persisted(NAME)),
    ]

    assert [data(one) for one in asked] == [ANSWER] * 5


async def test_a_locked_app_asks_nothing_else(http, database, tenant, locked, learner):
    await an_app(http, database, tenant, SLUG, name="Other")
    await post(learner, query=SLUG, extensions=persisted(SLUG))

    asked = [
        await post(locked, query=SLUG),
        await get(locked, query=SLUG),
        await post(locked, query=f"{NAME} "),
        await post(locked, query=SLUG, extensions=persisted(SLUG)),
        await post(locked, extensions=persisted(SLUG)),
        await post(locked, documentId=f"sha256:{hash_of(SLUG)}"),
    ]

    not_trusted = (
        "DOCUMENT_NOT_TRUSTED",
        "This app is locked to the documents that it has registered, and this is none of them.",
    )
    assert [problem(one)[1:] for one in asked[:5]] == [
        not_trusted,
        not_trusted,
        not_trusted,
        not_trusted,
        ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"),
    ]
    assert problem(asked[5])[1] == "DOCUMENT_NOT_FOUND"


async def test_a_key_that_may_register_documents_is_free(http, database, tenant):
    scopes = frozenset({"people:read", "documents:write"})
    client, _ = await an_app(http, database, tenant, NAME, scopes=scopes, locked=True)

    assert data(await post(client, query=SLUG)) == {"tenant": {"slug": tenant.slug}}


async def test_people_are_free_whatever_apps_are_locked(locked, learner):
    assert data(await post(learner, query=NAME)) == ANSWER
