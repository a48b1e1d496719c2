import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from domain.communities import channels
from domain.communities.channels import Channel, ChannelRefusal, ChannelRefused
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_program, a_session


@pytest.fixture
async def session(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_session(db, await a_program(db))


async def open_for_session(database, tenant, session):
    async with database.transaction(tenant.id) as db:
        return await channels.open_for_session(db, session.id, by=BY, now=NOW)


async def test_a_session_has_one_channel_however_often_it_is_opened(database, tenant, session):
    first = await open_for_session(database, tenant, session)
    again = await open_for_session(database, tenant, session)

    assert again.id == first.id
    assert (first.session_id, first.name, first.created_at) == (session.id, "Workshop 1", NOW)


@pytest.mark.race
async def test_ten_who_open_a_channel_at_once_get_the_same(database, tenant, session):
    """Take the lock out of `channels.open_for`, and the unique key answers some of the ten."""
    together = asyncio.Barrier(10)

    async def open_together():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            return await channels.open_for_session(db, session.id, by=BY, now=NOW)

    opened = await asyncio.gather(*(open_together() for _ in range(10)))

    async with database.transaction(tenant.id) as db:
        ids = list(await db.scalars(select(Channel.id)))
    assert {channel.id for channel in opened} == set(ids)
    assert len(ids) == 1


async def test_a_session_of_another_tenant_is_as_if_it_did_not_exist(database, tenant, other_tenant, session):
    with pytest.raises(ChannelRefused) as refusal:
        await open_for_session(database, other_tenant, session)

    assert (refusal.value.reason, refusal.value.field) == (ChannelRefusal.NOT_FOUND, "sessionId")


@pytest.mark.parametrize("owners", [0, 2])
async def test_a_channel_belongs_to_exactly_one(database, tenant, session, owners):
    async with database.transaction(tenant.id) as db:
        cohort = await a_cohort(db, await a_program(db))
    both = {"session_id": session.id, "cohort_id": cohort.id} if owners else {}

    with pytest.raises(IntegrityError, match="channel_owner_check"):
        async with database.transaction(tenant.id) as db:
            db.add(Channel(name="Odd", created_at=NOW, **both))


async def test_a_channel_of_a_session_that_does_not_exist_is_impossible(database, tenant):
    with pytest.raises(IntegrityError, match="channel_session_id_fkey"):
        async with database.transaction(tenant.id) as db:
            db.add(Channel(name="Odd", created_at=NOW, session_id=new_id()))
