import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from domain.communities import communities, memberships
from domain.communities.communities import NewCommunity, Visibility
from domain.communities.memberships import Membership, MembershipRefusal, MembershipRefused, MembershipRole
from domain.history import Event
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_person

LATER = NOW + timedelta(days=30)


@pytest.fixture
async def guild(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_community(db)


@pytest.fixture
async def ada(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_person(db)


async def a_community(db, visibility=Visibility.PUBLIC):
    new = NewCommunity(name="Feedback guild", domain="Giving feedback", visibility=visibility)
    return await communities.found(db, new, by=BY, now=NOW)


async def join(database, tenant, community, person, *, staff=False, now=NOW):
    async with database.transaction(tenant.id) as db:
        return await memberships.join(db, community.id, person.id, staff=staff, by=BY, now=now)


async def verbs(database, tenant, membership):
    async with database.transaction(tenant.id) as db:
        events = select(Event.verb).where(Event.aggregate_id == membership.id).order_by(Event.sequence)
        return list(await db.scalars(events))


async def test_joining_twice_gives_the_same_membership(database, tenant, guild, ada):
    first = await join(database, tenant, guild, ada)
    again = await join(database, tenant, guild, ada, now=LATER)

    assert (again.id, again.joined_at, again.role) == (first.id, NOW, MembershipRole.MEMBER)
    assert await verbs(database, tenant, first) == ["joined"]


async def test_who_comes_back_is_a_plain_member_from_now_on(database, tenant, guild, ada):
    async with database.transaction(tenant.id) as db:
        first = await memberships.join(db, guild.id, ada.id, staff=False, by=BY, now=NOW)
        await memberships.appoint(db, guild.id, ada.id, MembershipRole.MODERATOR, by=BY, now=NOW)
        left = await memberships.leave(db, guild.id, ada.id, by=BY, now=LATER)
        assert left.left_at == LATER

    again = await join(database, tenant, guild, ada, now=LATER)

    assert (again.id, again.role, again.joined_at, again.left_at) == (first.id, MembershipRole.MEMBER, LATER, None)
    assert await verbs(database, tenant, first) == ["joined", "appointed", "left", "joined"]


async def test_leaving_twice_keeps_when_one_left(database, tenant, guild, ada):
    membership = await join(database, tenant, guild, ada)
    for now in (NOW, LATER):
        async with database.transaction(tenant.id) as db:
            left = await memberships.leave(db, guild.id, ada.id, by=BY, now=now)

    assert left.left_at == NOW
    assert await verbs(database, tenant, membership) == ["joined", "left"]


async def test_appointing_twice_is_one_appointment(database, tenant, guild, ada):
    membership = await join(database, tenant, guild, ada)
    for _ in range(2):
        async with database.transaction(tenant.id) as db:
            appointed = await memberships.appoint(db, guild.id, ada.id, MembershipRole.MODERATOR, by=BY, now=NOW)

    assert appointed.role == MembershipRole.MODERATOR
    assert await verbs(database, tenant, membership) == ["joined", "appointed"]


@pytest.mark.parametrize("command", ["leave", "appoint"])
async def test_who_never_joined_can_neither_leave_nor_be_appointed(database, tenant, guild, ada, command):
    roles = [MembershipRole.MODERATOR] if command == "appoint" else []

    with pytest.raises(MembershipRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await getattr(memberships, command)(db, guild.id, ada.id, *roles, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (MembershipRefusal.NOT_A_MEMBER, "personId")


async def test_who_has_left_is_not_appointed(database, tenant, guild, ada):
    await join(database, tenant, guild, ada)
    async with database.transaction(tenant.id) as db:
        await memberships.leave(db, guild.id, ada.id, by=BY, now=NOW)

    with pytest.raises(MembershipRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await memberships.appoint(db, guild.id, ada.id, MembershipRole.MODERATOR, by=BY, now=NOW)

    assert refusal.value.reason == MembershipRefusal.NOT_A_MEMBER


async def test_into_a_private_community_one_is_brought(database, tenant, ada):
    async with database.transaction(tenant.id) as db:
        private = await a_community(db, Visibility.PRIVATE)

    with pytest.raises(MembershipRefused) as refusal:
        await join(database, tenant, private, ada)
    brought = await join(database, tenant, private, ada, staff=True)

    assert refusal.value.reason == MembershipRefusal.PRIVATE
    assert (brought.person_id, brought.left_at) == (ada.id, None)


async def test_a_member_of_a_private_community_may_ask_to_join_again(database, tenant, ada):
    async with database.transaction(tenant.id) as db:
        private = await a_community(db, Visibility.PRIVATE)
    brought = await join(database, tenant, private, ada, staff=True)

    assert (await join(database, tenant, private, ada)).id == brought.id


@pytest.mark.parametrize("field", ["communityId", "personId"])
async def test_what_does_not_exist_is_named(database, tenant, guild, ada, field):
    community_id = new_id() if field == "communityId" else guild.id
    person_id = new_id() if field == "personId" else ada.id

    with pytest.raises(MembershipRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await memberships.join(db, community_id, person_id, staff=True, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (MembershipRefusal.NOT_FOUND, field)


@pytest.mark.race
async def test_joining_ten_times_at_once_is_one_membership(database, tenant, guild, ada):
    """Take the lock out of `_locked`, and the unique key answers some of the ten."""
    together = asyncio.Barrier(10)

    async def join_together():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            return await memberships.join(db, guild.id, ada.id, staff=False, by=BY, now=NOW)

    answers = await asyncio.gather(*(join_together() for _ in range(10)))

    async with database.transaction(tenant.id) as db:
        ids = list(await db.scalars(select(Membership.id)))
    assert ids == [answers[0].id]
    assert {answer.id for answer in answers} == set(ids)
