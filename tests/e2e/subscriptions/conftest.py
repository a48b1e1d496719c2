"""The real server at a socket, and its tenant's people connected to it in both ways."""

import httpx
import pytest

from collegium.server import listen, serving
from collegium.settings import Settings
from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.rows import a_program, a_session
from tests.e2e.subscriptions.listening import Server


@pytest.fixture
async def server(doors, tmp_path):
    settings = Settings(home=tmp_path, port=0)
    with listen(settings) as listener:
        async with serving(doors, settings, listener, explorer=False), Server(listener.getsockname()[1]) as server:
            yield server


@pytest.fixture
async def http(server):
    """Every client asks the real server."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client


@pytest.fixture
async def coordinator(http, doors, tenant):
    return await a_client(http, doors, tenant, Role.COORDINATOR)


@pytest.fixture
async def learner(http, doors, tenant):
    return await a_client(http, doors, tenant, Role.LEARNER, name="Grace Hopper")


@pytest.fixture
async def app(http, doors, tenant):
    return await a_client(http, doors, tenant, scopes=("registrations:write", "sessions:read", "people:read"))


@pytest.fixture
async def session(coordinator):
    return await a_session(coordinator, await a_program(coordinator), capacity=2)
