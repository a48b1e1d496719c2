"""Viewers who are remembered are forgotten as soon as their access changes, in whichever process."""

import asyncio
from datetime import timedelta

import pytest

from api.signin import SignInError
from api.signin.known import KnownViewers
from domain.people import people
from tenants import keys, registry
from tenants.database import Database
from tenants.keys import Role
from tenants.listener import Listener
from tenants.registry import TenantStatus, wall
from tests.conftest import BY


@pytest.fixture
async def known(doors):
    """Signs in as a server does, and hears what changes."""
    listener = Listener(doors.pool.url)
    viewers = KnownViewers(doors, listener)
    standing = asyncio.Event()
    listener.on("unused", lambda text: None, back=standing.set)
    listener.start()
    await standing.wait()
    yield viewers
    await listener.stop()


@pytest.fixture
async def elsewhere(database_url):
    """Another process's doors."""
    database = Database(database_url, writers=1, readers=1)
    yield database
    await database.close()


async def a_key(database, tenant, **facts):
    async with database.transaction(tenant.id) as db:
        person = await people.create(db, people.NewPerson(name="Ada"), by=BY, now=wall())
        return await keys.create(
            db, tenant, person_id=person.id, roles=frozenset({Role.COORDINATOR}), now=wall(), **facts
        )


def asking(known, tenant, key, at=None):
    return known.of(host=f"{tenant.slug}.localhost", authorization=f"Bearer {key.text}", wall=at or wall())


async def remembered(known, tenant, key):
    """The viewer, once the news of the key itself has been heard."""
    viewers = [await asking(known, tenant, key)]
    while len(viewers) == 1 or viewers[-1] is not viewers[-2]:
        viewers.append(await asking(known, tenant, key))
    return viewers[-1]


async def until_refused(known, tenant, key):
    async with asyncio.timeout(5):
        while True:
            try:
                await asking(known, tenant, key)
            except SignInError as no:
                return no.code
            await asyncio.sleep(0.01)


async def test_who_asks_again_is_not_looked_up_again(known, doors, tenant):
    key = await a_key(doors, tenant)

    viewer = await remembered(known, tenant, key)

    assert await asking(known, tenant, key) is viewer


async def test_a_key_that_this_process_revokes_is_refused_at_once(known, doors, tenant):
    key = await a_key(doors, tenant)
    await remembered(known, tenant, key)

    async with doors.transaction(tenant.id) as db:
        await keys.revoke(db, key_id=key.key.id, now=wall())

    with pytest.raises(SignInError):
        await asking(known, tenant, key)


async def test_what_another_process_changes_is_heard(known, doors, elsewhere, tenant, other_tenant):
    key, other = await a_key(doors, tenant), await a_key(doors, other_tenant)
    await remembered(known, tenant, key)
    await remembered(known, other_tenant, other)

    async with elsewhere.transaction(tenant.id) as db:
        await keys.revoke(db, key_id=key.key.id, now=wall())
    async with elsewhere.platform() as db:
        await registry.set_status(db, other_tenant.id, TenantStatus.SUSPENDED)

    assert await until_refused(known, tenant, key) == "UNAUTHENTICATED"
    assert await until_refused(known, other_tenant, other) == "TENANT_SUSPENDED"


async def test_a_change_during_the_look_up_is_not_overlooked(known, doors, tenant, monkeypatch):
    key = await a_key(doors, tenant)
    looked_up = known.database.read

    async def read_and_wait(*arguments):
        found = await looked_up(*arguments)
        async with doors.transaction(tenant.id) as db:
            await keys.revoke(db, key_id=key.key.id, now=wall())
        return found

    monkeypatch.setattr(known.database, "read", read_and_wait)
    await asking(known, tenant, key)
    monkeypatch.undo()

    with pytest.raises(SignInError):
        await asking(known, tenant, key)


async def test_a_remembered_key_expires_in_its_time(known, doors, tenant):
    key = await a_key(doors, tenant, expires_at=wall() + timedelta(minutes=1))
    await remembered(known, tenant, key)

    with pytest.raises(SignInError):
        await asking(known, tenant, key, at=wall() + timedelta(minutes=1))


async def test_while_nothing_is_heard_nobody_is_remembered(known, doors, tenant):
    key = await a_key(doors, tenant)
    before = await remembered(known, tenant, key)
    await known.listener.stop()

    assert await asking(known, tenant, key) is not before
