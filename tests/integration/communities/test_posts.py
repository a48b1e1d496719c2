from datetime import timedelta

import pytest
from sqlmodel import select

from domain.communities import channels, communities, memberships, posts
from domain.communities.communities import NewCommunity
from domain.communities.posts import NewPost, Post, PostKind, PostRefusal, PostRefused
from domain.history import Event
from domain.programs import enrollments
from domain.records import new_id
from domain.sessions import registrations
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_person, a_program, a_session, enrolled, registered

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def cohort(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_cohort(db, await a_program(db))


@pytest.fixture
async def channel(database, tenant, cohort):
    async with database.transaction(tenant.id) as db:
        return await channels.open_for(db, cohort, name=cohort.name, by=BY, now=NOW)


@pytest.fixture
async def learner(database, tenant, cohort):
    async with database.transaction(tenant.id) as db:
        return await enrolled(db, cohort)


@pytest.fixture
async def stranger(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_person(db, "Cyd")


@pytest.fixture
def write(database, tenant, channel):
    async def say(new, *, author_id, staff=False, where=channel):
        async with database.transaction(tenant.id) as db:
            return await posts.write(db, where.id, new, author_id=author_id, staff=staff, by=BY, now=LATER)

    return say


async def test_a_learner_writes_in_the_channel_of_their_cohort(database, tenant, write, channel, learner):
    written = await write(NewPost(body=" I tried it. ", kind=PostKind.STORY), author_id=learner.person_id)

    async with database.transaction(tenant.id) as db:
        post = (await db.scalars(select(Post))).one()
        event = (await db.scalars(select(Event).where(Event.aggregate_id == post.id))).one()
    assert (post.id, post.channel_id, post.author_id) == (written.id, channel.id, learner.person_id)
    assert (post.kind, post.body, post.posted_at) == (PostKind.STORY, "I tried it.", LATER)
    assert (event.verb, event.facts) == ("posted", {"channel_id": str(channel.id), "kind": "STORY"})


async def test_a_reply_names_what_it_replies_to(write, learner):
    first = await write(NewPost(body="Who has tried it?"), author_id=learner.person_id)
    reply = await write(NewPost(body="I have.", reply_to_id=first.id), author_id=learner.person_id)

    assert reply.reply_to_id == first.id


async def test_a_reply_stays_in_the_channel(database, tenant, write, learner):
    first = await write(NewPost(body="Who has tried it?"), author_id=learner.person_id)
    async with database.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db))
        elsewhere = await channels.open_for(db, session, name=session.title, by=BY, now=NOW)

    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="I.", reply_to_id=first.id), author_id=None, staff=True, where=elsewhere)

    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.INVALID, "replyToId")


async def test_nobody_replies_to_nothing(write, learner):
    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="I have.", reply_to_id=new_id()), author_id=learner.person_id)

    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.NOT_FOUND, "replyToId")


async def test_a_channel_that_does_not_exist_is_named(database, tenant, stranger):
    new = NewPost(body="Hello")

    with pytest.raises(PostRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await posts.write(db, new_id(), new, author_id=stranger.id, staff=True, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.NOT_FOUND, "channelId")


async def test_a_stranger_does_not_write(database, tenant, write, stranger):
    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="Hello"), author_id=stranger.id)

    async with database.transaction(tenant.id) as db:
        assert list(await db.scalars(select(Post.id))) == []
    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.NOT_A_MEMBER, "channelId")


async def test_staff_write_everywhere_and_in_nobodys_name(write, stranger):
    mine = await write(NewPost(body="Welcome"), author_id=stranger.id, staff=True)
    nobodys = await write(NewPost(body="Welcome"), author_id=None, staff=True)

    assert (mine.author_id, nobodys.author_id) == (stranger.id, None)


async def test_staff_do_not_write_for_someone_who_does_not_exist(write):
    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="Welcome"), author_id=new_id(), staff=True)

    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.NOT_FOUND, "authorId")


async def test_nobody_in_particular_does_not_write(write):
    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="Hello"), author_id=None)

    assert refusal.value.reason == PostRefusal.NOT_A_MEMBER


async def test_who_has_withdrawn_does_not_write_anymore(database, tenant, write, learner):
    async with database.transaction(tenant.id) as db:
        await enrollments.withdraw(db, learner.id, by=BY, now=NOW)

    with pytest.raises(PostRefused) as refusal:
        await write(NewPost(body="Hello"), author_id=learner.person_id)

    assert refusal.value.reason == PostRefusal.NOT_A_MEMBER


async def test_in_a_sessions_channel_those_with_a_seat_write(database, tenant, write):
    async with database.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db))
        channel = await channels.open_for(db, session, name=session.title, by=BY, now=NOW)
        registration = await registered(db, session)

    written = await write(NewPost(body="See you there"), author_id=registration.person_id, where=channel)
    async with database.transaction(tenant.id) as db:
        await registrations.cancel(db, registration.id, by=BY, now=NOW)

    assert written.author_id == registration.person_id
    with pytest.raises(PostRefused):
        await write(NewPost(body="I can't come"), author_id=registration.person_id, where=channel)


async def test_in_a_communitys_channel_members_write_until_they_leave(database, tenant, write, stranger):
    async with database.transaction(tenant.id) as db:
        community = await communities.found(db, NewCommunity(name="Guild", domain="Feedback"), by=BY, now=NOW)
        channel = await channels.open_for(db, community, name="Guild", by=BY, now=NOW)
        await memberships.join(db, community.id, stranger.id, staff=False, by=BY, now=NOW)

    written = await write(NewPost(body="Hello"), author_id=stranger.id, where=channel)
    async with database.transaction(tenant.id) as db:
        await memberships.leave(db, community.id, stranger.id, by=BY, now=NOW)

    assert written.channel_id == channel.id
    with pytest.raises(PostRefused):
        await write(NewPost(body="Hello?"), author_id=stranger.id, where=channel)
