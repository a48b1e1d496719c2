"""An app's documents, kept for its tenant alone."""

import asyncio
import hashlib

import pytest

from tenants import documents, keys
from tenants.documents import (
    DocumentProblem,
    DocumentRefusal,
    DocumentRefused,
    NewDocument,
    Registered,
    TrustedDocument,
)
from tests.conftest import NOW

NAME = "query Name { tenant { name } }"
SLUG = "query Slug { tenant { slug } }"


def sha(text):
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


async def an_app(database, tenant, name="Portal"):
    async with database.transaction(tenant.id) as db:
        return await keys.create_app(db, name, now=NOW)


async def register(database, tenant, app, *new):
    async with database.transaction(tenant.id) as db:
        return await documents.register(db, app.id, new, now=NOW)


async def retire(database, tenant, app, *ids):
    async with database.transaction(tenant.id) as db:
        return await documents.retire(db, app.id, ids, now=NOW)


@pytest.fixture
async def portal(database, tenant):
    return await an_app(database, tenant)


async def ids_of(every):
    return {one.document_id: one.retired_at for one in await every(TrustedDocument)}


async def test_documents_are_registered_by_their_ids(database, tenant, portal, every):
    pushed = await register(
        database, tenant, portal, NewDocument(NAME, operations=["query Name"]), NewDocument(SLUG, "s")
    )

    rows = await every(TrustedDocument)
    assert {(one.document_id, one.text, tuple(one.operations), one.registered_at) for one in rows} == {
        (sha(NAME), NAME, ("query Name",), NOW),
        ("s", SLUG, (), NOW),
    }
    assert (len(pushed.registered), pushed.unchanged) == (2, 0)


async def test_what_is_registered_is_found_by_its_id_and_by_the_hash_of_its_text(database, tenant, portal):
    await register(database, tenant, portal, NewDocument(SLUG, "own-id"))

    found = [await documents.lookup(database, tenant.id, id_) for id_ in ("own-id", sha(SLUG), sha(NAME), "other")]

    assert found == [[Registered(portal.id, SLUG)], [Registered(portal.id, SLUG)], [], []]


async def test_another_tenant_finds_nothing(database, tenant, other_tenant, portal):
    """Take the tenant's predicate from `LOOKUP` and row security off, and the text is found."""
    await register(database, tenant, portal, NewDocument(SLUG, "own-id"))

    found = [await documents.lookup(database, other_tenant.id, id_) for id_ in ("own-id", sha(SLUG))]

    assert found == [[], []]


async def test_another_tenants_app_is_no_app(database, other_tenant, portal):
    with pytest.raises(DocumentRefused) as no:
        await register(database, other_tenant, portal, NewDocument(NAME))

    assert (no.value.reason, no.value.field) == (DocumentRefusal.NOT_FOUND, "appId")


async def test_registering_again_changes_nothing(database, tenant, portal, every):
    await register(database, tenant, portal, NewDocument(NAME))

    pushed = await register(database, tenant, portal, NewDocument(NAME, sha(NAME)), NewDocument(SLUG))

    assert ([one.document_id for one in pushed.registered], pushed.unchanged) == ([sha(SLUG)], 1)
    assert await ids_of(every) == {sha(NAME): None, sha(SLUG): None}


async def test_an_id_never_changes_its_meaning(database, tenant, portal, every):
    await register(database, tenant, portal, NewDocument(NAME, "name"))

    with pytest.raises(DocumentRefused) as no:
        await register(database, tenant, portal, NewDocument(SLUG, "slug"), NewDocument(SLUG, "name"))

    assert no.value.problems == [
        DocumentProblem("name", "This id is known with another text. Give the new text a new id.")
    ]
    assert await ids_of(every) == {"name": None}


async def test_ids_are_an_apps_own(database, tenant, portal, every):
    intranet = await an_app(database, tenant, "Intranet")
    await register(database, tenant, portal, NewDocument(NAME, "first"))

    await register(database, tenant, intranet, NewDocument(SLUG, "first"))

    found = await documents.lookup(database, tenant.id, "first")
    assert found == [Registered(portal.id, NAME), Registered(intranet.id, SLUG)]


async def test_where_one_id_is_wrong_nothing_is_registered_and_all_are_told(database, tenant, portal, every):
    new = (NewDocument(NAME), NewDocument(SLUG, sha(NAME)), NewDocument(SLUG, "a b"), NewDocument(NAME, "x"))

    with pytest.raises(DocumentRefused) as no:
        await register(database, tenant, portal, *new, NewDocument(SLUG, "x"))

    assert [one.id for one in no.value.problems] == [sha(NAME), "a b", "x"]
    assert await every(TrustedDocument) == []


async def test_a_retired_document_is_not_served_until_it_is_registered_again(database, tenant, portal, every):
    await register(database, tenant, portal, NewDocument(NAME), NewDocument(SLUG, "slug"))

    _, retired = await retire(database, tenant, portal, sha(NAME).removeprefix("sha256:"), "slug")
    _, again = await retire(database, tenant, portal, "slug")

    assert ({one.document_id for one in retired}, again) == ({sha(NAME), "slug"}, [])
    assert await ids_of(every) == {sha(NAME): NOW, "slug": NOW}
    assert [await documents.lookup(database, tenant.id, id_) for id_ in (sha(NAME), "slug")] == [[], []]
    pushed = await register(database, tenant, portal, NewDocument(NAME))
    assert [one.document_id for one in pushed.registered] == [sha(NAME)]
    assert await documents.lookup(database, tenant.id, sha(NAME)) == [Registered(portal.id, NAME)]


async def test_an_app_retires_its_own_documents_only(database, tenant, portal, every):
    intranet = await an_app(database, tenant, "Intranet")
    await register(database, tenant, portal, NewDocument(NAME, "name"), NewDocument(SLUG, "slug"))
    await register(database, tenant, intranet, NewDocument(NAME, "own"))

    with pytest.raises(DocumentRefused) as no:
        await retire(database, tenant, intranet, "own", "name")

    assert (no.value.reason, no.value.field, no.value.message) == (
        DocumentRefusal.NOT_FOUND,
        "documentIds",
        "name: The app has no such document.",
    )
    assert set((await ids_of(every)).values()) == {None}


async def test_what_could_be_no_id_is_not_found(database, tenant, portal):
    with pytest.raises(DocumentRefused) as no:
        await retire(database, tenant, portal, "a\x00b", "a b", "a" * 1_000)

    assert [one.id for one in no.value.problems] == ["a\x00b", "a b", "a" * 1_000]
    assert len(no.value.message) < 300


async def test_an_app_has_no_more_documents_than_it_may(database, tenant, portal, every, monkeypatch):
    monkeypatch.setattr(documents, "MOST_PER_APP", 2)
    await register(database, tenant, portal, NewDocument(NAME), NewDocument(SLUG))

    with pytest.raises(DocumentRefused) as no:
        await register(database, tenant, portal, NewDocument("{ tenant { now } }"))

    assert no.value.reason == DocumentRefusal.TOO_MANY
    assert len(await every(TrustedDocument)) == 2


@pytest.mark.race
async def test_pushes_at_once_do_not_pass_the_limit_together(database, tenant, portal, every, monkeypatch):
    """Take `with_for_update` from `_app`, and each of them counts without the others."""
    monkeypatch.setattr(documents, "MOST_PER_APP", 5)
    texts = [f"query Q{number} {{ tenant {{ name }} }}" for number in range(20)]

    outcomes = await asyncio.gather(
        *(register(database, tenant, portal, NewDocument(text)) for text in texts), return_exceptions=True
    )

    refusals = [one for one in outcomes if isinstance(one, DocumentRefused)]
    assert (len(refusals), len(await every(TrustedDocument))) == (15, 5)


async def test_an_app_is_locked_to_documents_that_it_has(database, tenant, portal):
    async def locked(change):
        async with database.transaction(tenant.id) as db:
            app, changed = await change(db, portal.id)
        return app.locked, changed

    with pytest.raises(DocumentRefused) as no:
        await locked(documents.lock)
    await register(database, tenant, portal, NewDocument(NAME))

    assert no.value.reason == DocumentRefusal.NOTHING_REGISTERED
    assert [
        await locked(change) for change in (documents.lock, documents.lock, documents.unlock, documents.unlock)
    ] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]
