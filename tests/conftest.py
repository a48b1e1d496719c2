"""A real PostgreSQL built by the migrations, and a fresh tenant for every test."""

import asyncio
import os
import uuid
from datetime import UTC, datetime

import asyncpg
import pytest
import structlog
from sqlalchemy import event
from sqlalchemy.engine import make_url

import migrations
from tenants import postgres, registry
from tenants.database import PLATFORM, Database
from tenants.registry import Tenant
from tenants.viewer import Actor
from tests.statements import untied

structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)],
)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BY = Actor()
NEEDS = ("browser", "node", "registry", "data")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where everything has to be there, a test that was skipped for want of it has failed."""
    report = yield
    needs = [name for name in NEEDS if item.get_closest_marker(name)]
    if report.skipped and needs and os.environ.get("COLLEGIUM_CI_STRICT") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and it may not be here: {call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def postgres_url():
    """The administrator's address of a server of our own, or of the one that TEST_DATABASE_URL names."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
    with postgres.temporary(settings) as server:
        yield server.url()


@pytest.fixture(scope="session")
def administrator_url(postgres_url):
    """A migrated database of this test run."""
    return a_database(postgres_url)


def a_database(postgres_url):
    """A migrated database of its own; the administrator's address."""
    url = make_url(postgres_url).set(database=f"test_{uuid.uuid4().hex[:12]}")
    address = url.render_as_string(hide_password=False)

    async def create():
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(f"CREATE DATABASE {url.database}")
        await connection.close()
        await migrations.upgrade(address)

    asyncio.run(create())
    return address


@pytest.fixture(scope="session")
def database_url(administrator_url):
    return migrations.application_url(administrator_url)


@pytest.fixture
async def doors(database_url):
    """The product's own doors, for tests that write SQL of their own to look behind row security."""
    database = Database(database_url, writers=10, readers=4)
    yield database
    await database.close()


@pytest.fixture
async def database(doors):
    """The product's own doors. Every statement that goes through them is checked for its tenant."""
    database, written = doors, set()

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        written.add((statement, raw_connection(connection).prelude == PLATFORM))

    yield database
    planned = {(text, "app.platform" in text) for reader in database.pool.free for text in reader.statements}
    findings = {text: found for text, platform in written | planned if (found := untied(text, platform=platform))}
    assert findings == {}


def raw_connection(connection):
    return connection.connection.driver_connection


@pytest.fixture
async def tenant(doors):
    return await a_tenant(doors)


@pytest.fixture
async def other_tenant(doors):
    return await a_tenant(doors)


async def a_tenant(database, **facts):
    """A sandbox of its own, found at `<slug>.localhost`."""
    slug = f"t{uuid.uuid4().hex[:12]}"
    tenant = Tenant(
        **{"slug": slug, "name": "Acme", "display_name": "Acme Academy", "sandbox": True, "created_at": NOW, **facts}
    )
    async with database.platform() as db:
        return await registry.create(db, tenant, hosts=[f"{slug}.localhost"])
