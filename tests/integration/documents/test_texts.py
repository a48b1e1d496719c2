"""The text that a request means, found without asking the database each time."""

import hashlib

import pytest

from api.documents import texts as module
from api.documents.texts import AGE, Meant, Named, Texts
from api.engine.documents import RequestError
from api.engine.execution import Engine
from api.schema import schema
from tenants import documents
from tenants.documents import NewDocument
from tenants.viewer import Viewer
from tests.integration.documents.test_documents import an_app, register, retire

NAME = "query Name { tenant { name } }"
SLUG = "query Slug { tenant { slug } }"


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def texts(database, clock):
    return Texts(Engine(schema(), database), clock=clock)


@pytest.fixture
def asked(monkeypatch):
    """What was looked up in the database."""
    looked_up = []
    lookup = documents.lookup

    async def noting(database, tenant_id, id_):
        looked_up.append(id_)
        return await lookup(database, tenant_id, id_)

    monkeypatch.setattr(module.documents, "lookup", noting)
    return looked_up


@pytest.fixture
async def portal(database, tenant):
    app = await an_app(database, tenant)
    await register(database, tenant, app, NewDocument(NAME, "name"))
    return app


async def code(texts, named, viewer):
    with pytest.raises(RequestError) as no:
        await texts.meant(named, viewer)
    [error] = no.value.errors
    return error.extensions["code"]


async def test_a_document_is_looked_up_once_within_its_age(texts, tenant, portal, clock, asked):
    viewer = Viewer(tenant)
    for moment in (0, 1, AGE - 0.1, AGE, AGE + 1):
        clock.now = 100 + moment
        assert await texts.meant(Named(id="name"), viewer) == Meant(NAME, trusted=True)

    assert asked == ["name", "name"]


async def test_a_retired_document_is_served_no_longer_than_the_age(database, texts, tenant, portal, clock):
    viewer = Viewer(tenant)
    await texts.meant(Named(id="name"), viewer)
    await retire(database, tenant, portal, "name")

    clock.now += AGE

    assert await code(texts, Named(id="name"), viewer) == "DOCUMENT_NOT_FOUND"


async def test_a_document_is_served_as_soon_as_it_is_registered(database, texts, tenant, portal):
    viewer = Viewer(tenant)
    before = await code(texts, Named(id="slug"), viewer)

    await register(database, tenant, portal, NewDocument(SLUG, "slug"))

    assert before == "DOCUMENT_NOT_FOUND"
    assert await texts.meant(Named(id="slug"), viewer) == Meant(SLUG, trusted=True)


async def test_what_is_remembered_of_one_tenant_is_not_served_to_another(texts, tenant, other_tenant, portal):
    """Take the tenant from the key of `_registered`, and it is."""
    await texts.meant(Named(id="name"), Viewer(tenant))

    assert await code(texts, Named(id="name"), Viewer(other_tenant)) == "DOCUMENT_NOT_FOUND"


async def test_a_text_as_such_is_never_looked_up(texts, tenant, portal, asked):
    assert await texts.meant(Named(NAME), Viewer(tenant)) == Meant(NAME)
    assert asked == []


async def test_a_text_is_remembered_by_its_hash_once_it_is_known_to_be_good(texts, tenant, asked):
    viewer = Viewer(tenant)
    before = await code(texts, Named(hash=hash_of(NAME)), viewer)
    await texts.document(Named(NAME, hash=hash_of(NAME)), None, viewer)
    wrong = "{ tenant { nothing } }"
    with pytest.raises(RequestError):
        await texts.document(Named(wrong, hash=hash_of(wrong)), None, viewer)

    asked.clear()
    assert before == "PERSISTED_QUERY_NOT_FOUND"
    assert await texts.meant(Named(hash=hash_of(NAME)), viewer) == Meant(NAME)
    assert asked == []
    assert await code(texts, Named(hash=hash_of(wrong)), viewer) == "PERSISTED_QUERY_NOT_FOUND"


async def test_what_one_tenant_sent_is_not_served_to_another(texts, tenant, other_tenant):
    """Take the tenant from `TextsByTenant`, and it is."""
    await texts.document(Named(NAME, hash=hash_of(NAME)), None, Viewer(tenant))

    assert await code(texts, Named(hash=hash_of(NAME)), Viewer(other_tenant)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_locked_app_asks_its_own_documents_in_any_way_and_nothing_else(database, texts, tenant, portal):
    intranet = await an_app(database, tenant, "Intranet")
    await register(database, tenant, intranet, NewDocument(SLUG, "slug"))
    await texts.document(Named(SLUG, hash=hash_of(SLUG)), None, Viewer(tenant))
    locked = Viewer(tenant, app_id=portal.id, locked=True)

    own = [Named(id="name"), Named(id=f"sha256:{hash_of(NAME)}"), Named(hash=hash_of(NAME)), Named(NAME)]
    own += [Named(hash="name"), Named(NAME, hash=hash_of(NAME))]
    others = [Named(id="slug"), Named(id=f"sha256:{hash_of(SLUG)}"), Named(hash=hash_of(SLUG)), Named(SLUG)]

    assert [await texts.meant(named, locked) for named in own] == [Meant(NAME, trusted=True)] * 6
    assert [await code(texts, named, locked) for named in others] == [
        "DOCUMENT_NOT_FOUND",
        "DOCUMENT_NOT_FOUND",
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "DOCUMENT_NOT_TRUSTED",
    ]


async def test_an_id_that_no_database_could_hold_is_not_found(texts, tenant):
    assert await code(texts, Named(id="a\x00"), Viewer(tenant)) == "DOCUMENT_NOT_FOUND"
