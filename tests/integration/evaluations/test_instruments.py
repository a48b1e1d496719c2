import asyncio

import pytest
from sqlmodel import col, select

from domain.evaluations import instruments, items
from domain.evaluations.instruments import Instrument, InstrumentRefusal, InstrumentRefused, Level
from domain.evaluations.items import ItemKind, NewItem
from domain.history import Event
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import AGREEMENT, an_instrument

REVISED = [NewItem(kind=ItemKind.TEXT, code="more", prompt="Anything to add?")]


async def create(database, tenant, **facts):
    async with database.transaction(tenant.id) as db:
        return await an_instrument(db, **facts)


async def revise(database, tenant, instrument_id, *, external_ref=None):
    async with database.transaction(tenant.id) as db:
        return await instruments.revise(db, instrument_id, REVISED, external_ref=external_ref, by=BY, now=NOW)


async def test_an_instrument_keeps_its_items_in_their_order(database, tenant):
    instrument = await create(database, tenant, anonymous=True, external_ref="i-1")

    async with database.transaction(tenant.id) as db:
        row = (await db.scalars(select(Instrument))).one()
        asked = await items.of(db, instrument.id)
        event = (await db.scalars(select(Event).where(Event.aggregate_id == instrument.id))).one()
    assert (row.name, row.version, row.level) == ("After the workshop", 1, Level.REACTION)
    assert (row.anonymous, row.external_ref) == (True, "i-1")
    assert [item.code for item in asked] == ["worth", "recommend", "pace", "parts", "more"]
    assert [item.position for item in asked] == [1, 2, 3, 4, 5]
    assert (asked[0].choices, asked[0].required, asked[4].required) == (list(AGREEMENT), True, False)
    assert (event.verb, event.facts["items"]) == ("created", 5)


async def test_a_name_is_given_once(database, tenant):
    await create(database, tenant)

    with pytest.raises(InstrumentRefused) as refusal:
        await create(database, tenant)

    assert (refusal.value.reason, refusal.value.field) == (InstrumentRefusal.NAME_TAKEN, "name")


async def test_a_revision_is_the_next_version_and_leaves_the_old_as_it_was(database, tenant):
    first = await create(database, tenant, anonymous=True)
    second = await revise(database, tenant, first.id)

    async with database.transaction(tenant.id) as db:
        old, new = await items.of(db, first.id), await items.of(db, second.id)
    assert (second.name, second.version, second.level, second.anonymous) == (first.name, 2, first.level, True)
    assert [item.code for item in old] == ["worth", "recommend", "pace", "parts", "more"]
    assert [(item.code, item.prompt) for item in new] == [("more", "Anything to add?")]


async def test_revising_an_old_version_follows_the_latest(database, tenant):
    first = await create(database, tenant)
    await revise(database, tenant, first.id)
    third = await revise(database, tenant, first.id)

    assert third.version == 3


@pytest.mark.race
async def test_ten_revisions_at_once_get_ten_numbers(database, tenant):
    """Take `with_for_update` out of `instruments.revise`, and the unique key answers some of the ten."""
    first = await create(database, tenant)
    together = asyncio.Barrier(10)

    async def revise_together():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            await instruments.revise(db, first.id, REVISED, external_ref=None, by=BY, now=NOW)

    await asyncio.gather(*(revise_together() for _ in range(10)))

    async with database.transaction(tenant.id) as db:
        versions = list(await db.scalars(select(Instrument.version).order_by(col(Instrument.version))))
    assert versions == list(range(1, 12))


async def test_a_reference_belongs_to_one_version(database, tenant):
    first = await create(database, tenant, external_ref="i-1")

    with pytest.raises(InstrumentRefused) as refusal:
        await revise(database, tenant, first.id, external_ref="i-1")
    second = await revise(database, tenant, first.id, external_ref="i-2")

    assert (refusal.value.reason, refusal.value.field) == (InstrumentRefusal.REFERENCE_TAKEN, "externalRef")
    assert (second.version, second.external_ref) == (2, "i-2")


async def test_an_instrument_that_does_not_exist_is_not_revised(database, tenant):
    with pytest.raises(InstrumentRefused) as refusal:
        await revise(database, tenant, new_id())

    assert (refusal.value.reason, refusal.value.field) == (InstrumentRefusal.NOT_FOUND, "id")
