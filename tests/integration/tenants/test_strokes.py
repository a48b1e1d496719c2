"""Commands of one statement, through the door that is for them."""

import asyncio
import uuid

import asyncpg
import pytest

from tenants.database import NoTenantError
from tenants.strokes import Stroke

ADD = """INSERT INTO app (tenant_id, id, name, locked, created_at)
    SELECT $1::uuid, $2::uuid, $3::text, false, now() RETURNING name"""
SLOWLY = ADD.replace(" RETURNING", " FROM (SELECT pg_sleep(20)) slow RETURNING")
FOREIGN = ADD.replace("$1::uuid", "CASE WHEN $1::uuid IS NOT NULL THEN '{}'::uuid END")
NAMES = "SELECT coalesce(json_agg(a.name), '[]')::text FROM app a WHERE a.tenant_id = $1"


def adding(id_, name, *, by=ADD):
    return Stroke(f"added AS ({by})", "SELECT name FROM added", (id_, name))


async def names(database, tenant):
    return (await database.read(tenant.id, NAMES, [])).decode()


async def test_a_stroke_is_committed_and_seen_by_its_tenant_alone(database, tenant, other_tenant):
    assert await database.write(tenant.id, adding(uuid.uuid4(), "Portal")) == b"Portal"

    assert await names(database, tenant) == '["Portal"]'
    assert await names(database, other_tenant) == "[]"


async def test_a_stroke_for_another_tenant_is_refused_by_the_database(doors, tenant, other_tenant):
    """Row security, were a statement ever to name a tenant that is not its transaction's."""
    foreign = adding(uuid.uuid4(), "Portal", by=FOREIGN.format(other_tenant.id))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await doors.write(tenant.id, foreign)

    assert await names(doors, other_tenant) == "[]"


async def test_a_stroke_that_fails_leaves_nothing_and_its_connection_goes_on(database, tenant):
    known = uuid.uuid4()
    await database.write(tenant.id, adding(known, "Portal"))

    with pytest.raises(asyncpg.UniqueViolationError):
        await database.write(tenant.id, adding(known, "Again"))

    assert await names(database, tenant) == '["Portal"]'
    assert await database.write(tenant.id, adding(uuid.uuid4(), "Third")) == b"Third"


async def test_a_stroke_that_is_given_up_leaves_nothing(database, tenant):
    slow = asyncio.create_task(database.write(tenant.id, adding(uuid.uuid4(), "Portal", by=SLOWLY)))
    await asyncio.sleep(0.5)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow

    assert await names(database, tenant) == "[]"
    assert await database.write(tenant.id, adding(uuid.uuid4(), "Next")) == b"Next"


async def test_connections_that_were_lost_are_replaced(database, tenant, administrator_url):
    await database.write(tenant.id, adding(uuid.uuid4(), "First"))
    other = await asyncpg.connect(administrator_url)
    ended = [reader.connection.get_server_pid() for reader in database.pool.free]
    await other.fetch("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", ended)
    await other.close()
    await asyncio.sleep(0.1)

    assert await database.write(tenant.id, adding(uuid.uuid4(), "Second")) == b"Second"


async def test_a_stroke_needs_a_tenant(database):
    with pytest.raises(NoTenantError):
        await database.write(None, adding(uuid.uuid4(), "Portal"))
