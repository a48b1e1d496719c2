"""Asking the whole application, as HTTP does, without a socket."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api.app import application
from domain.people import people
from tenants import keys
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import wall
from tests.conftest import BY


@dataclass
class Client:
    """Asks as one viewer. `data` is for what must succeed, `answer` for the whole body."""

    http: httpx.AsyncClient
    host: str
    headers: dict[str, str] = field(default_factory=dict)
    person_id: uuid.UUID | None = None

    async def post(self, document: str, variables: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        body = {"query": document, "variables": variables or {}, **more}
        return await self.http.post("/graphql", json=body, headers={"host": self.host, **self.headers})

    async def answer(self, document: str, /, **variables: Any) -> dict[str, Any]:
        return (await self.post(document, variables)).json()

    async def data(self, document: str, /, **variables: Any) -> dict[str, Any]:
        answer = await self.answer(document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
async def http(database):
    transport = httpx.ASGITransport(application(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://collegium.test") as client:
        yield client


@pytest.fixture
async def deep_http(database_url):
    """By a door of its own, for statements nested too deeply for what checks all others for their tenant."""
    database = Database(database_url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(database)), base_url="http://test") as http:
        yield http
    await database.close()


@pytest.fixture
def send(http, tenant):
    """Any request to the tenant's address."""

    async def request(method="POST", path="/graphql", **more):
        headers = {"host": f"{tenant.slug}.localhost", **more.pop("headers", {})}
        return await http.request(method, path, headers=headers, **more)

    return request


@pytest.fixture
def post(send):
    """A body as it is, as JSON."""

    async def request(body, **headers):
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await send(content=content, headers={"content-type": "application/json", **named})

    return request


async def a_client(http, database, tenant, *roles, person=None, scopes=(), name="Ada Lovelace"):
    """Signed in as a person with these roles, or as an app with these scopes."""
    async with database.transaction(tenant.id) as db:
        if scopes:
            app = await keys.create_app(db, "Portal", now=wall())
            issued = await keys.create(db, tenant, app_id=app.id, scopes=frozenset(scopes), now=wall())
            person_id = None
        else:
            if person is None:
                person = await people.create(db, people.NewPerson(name=name), by=BY, now=wall())
            person_id = person.id
            issued = await keys.create(db, tenant, person_id=person_id, roles=frozenset(roles), now=wall())
    return Client(http, f"{tenant.slug}.localhost", {"authorization": f"Bearer {issued.text}"}, person_id)


@pytest.fixture
async def admin(http, database, tenant):
    return await a_client(http, database, tenant, Role.TENANT_ADMIN)


@pytest.fixture
async def coordinator(http, database, tenant):
    return await a_client(http, database, tenant, Role.COORDINATOR)


@pytest.fixture
async def learner(http, database, tenant):
    return await a_client(http, database, tenant, Role.LEARNER, name="Grace Hopper")


@pytest.fixture
def visitor(http, tenant):
    """Nobody signed in, at the tenant's address."""
    return Client(http, f"{tenant.slug}.localhost")
