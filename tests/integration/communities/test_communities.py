import pytest
from sqlmodel import select

from domain.communities import communities
from domain.communities.channels import Channel
from domain.communities.communities import Community, CommunityRefusal, CommunityRefused, NewCommunity, Visibility
from domain.history import Event
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_program

NEW = NewCommunity(name="Feedback guild", domain="Giving feedback at work", charter="Monthly.", external_ref="guild-1")


async def test_a_community_is_founded_with_its_channel(database, tenant):
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        facts = {"program_id": program.id, "visibility": Visibility.PRIVATE}
        new = NewCommunity(name=" Feedback guild ", domain="Giving feedback at work", external_ref="guild-1", **facts)
        founded = await communities.found(db, new, by=BY, now=NOW)
    async with database.transaction(tenant.id) as db:
        community = (await db.scalars(select(Community))).one()
        channel = (await db.scalars(select(Channel))).one()

    assert (community.id, community.name, community.domain) == (founded.id, "Feedback guild", "Giving feedback at work")
    assert (community.program_id, community.visibility) == (program.id, Visibility.PRIVATE)
    assert (community.external_ref, community.created_at) == ("guild-1", NOW)
    assert (channel.community_id, channel.name) == (founded.id, "Feedback guild")


async def test_founding_leaves_its_history(database, tenant):
    async with database.transaction(tenant.id) as db:
        community = await communities.found(db, NEW, by=BY, now=NOW)
    async with database.transaction(tenant.id) as db:
        event = (await db.scalars(select(Event).where(Event.aggregate_id == community.id))).one()

    assert (event.aggregate, event.verb, event.facts["name"]) == ("Community", "founded", "Feedback guild")


async def test_a_reference_belongs_to_one_community(database, tenant):
    async with database.transaction(tenant.id) as db:
        await communities.found(db, NEW, by=BY, now=NOW)

    with pytest.raises(CommunityRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await communities.found(db, NEW, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (CommunityRefusal.REFERENCE_TAKEN, "externalRef")


async def test_two_tenants_may_use_the_same_reference(database, tenant, other_tenant):
    for one in (tenant, other_tenant):
        async with database.transaction(one.id) as db:
            await communities.found(db, NEW, by=BY, now=NOW)
    async with database.transaction(other_tenant.id) as db:
        names = list(await db.scalars(select(Community.name)))

    assert names == ["Feedback guild"]


async def test_a_program_of_nobody_is_refused(database, tenant):
    new = NewCommunity(name="Feedback guild", domain="Feedback", program_id=new_id())

    with pytest.raises(CommunityRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await communities.found(db, new, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (CommunityRefusal.NOT_FOUND, "programId")
