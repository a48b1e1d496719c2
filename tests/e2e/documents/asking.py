"""Asking by id and hash."""

import hashlib
import json

from tenants import documents, keys
from tenants.documents import NewDocument
from tenants.registry import wall
from tests.e2e.conftest import Client

NAME = "query Name { tenant { name } }"
SLUG = "query Slug { tenant { slug } }"
ANSWER = {"tenant": {"name": "Acme"}}
ALL = frozenset({"settings:read", "people:read"})


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(text, **more):
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text), **more}}


async def an_app(http, database, tenant, *texts, name="Portal", scopes=ALL, locked=False):
    """A client of an app with these documents, and the app."""
    async with database.transaction(tenant.id) as db:
        app = await keys.create_app(db, name, now=wall())
        issued = await keys.create(db, tenant, app_id=app.id, scopes=scopes, now=wall())
        await documents.register(db, app.id, [NewDocument(text) for text in texts], now=wall())
        if locked:
            await documents.lock(db, app.id)
    return Client(http, f"{tenant.slug}.localhost", {"authorization": f"Bearer {issued.text}"}), app


async def post(client, headers=None, **body):
    return await client.http.post(
        "/graphql", json=body, headers={"host": client.host, **client.headers, **(headers or {})}
    )


async def get(client, headers=None, **params):
    said = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return await client.http.get(
        "/graphql", params=said, headers={"host": client.host, **client.headers, **(headers or {})}
    )


def data(response):
    """What a request that must succeed was answered."""
    answer = response.json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]
