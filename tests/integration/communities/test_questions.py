from datetime import timedelta

import pytest
from sqlmodel import select

from domain.communities import channels, questions
from domain.communities.questions import NewQuestion, Question, QuestionRefusal, QuestionRefused
from domain.history import Event
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_person, a_program, enrolled

LAST_YEAR = NOW - timedelta(days=365)


@pytest.fixture
async def cohort(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_cohort(db, await a_program(db))


@pytest.fixture
async def channel(database, tenant, cohort):
    async with database.transaction(tenant.id) as db:
        return await channels.open_for(db, cohort, name=cohort.name, by=BY, now=NOW)


@pytest.fixture
def ask(database, tenant, channel):
    async def ask(new, *, author_id, staff=False, channel_id=channel.id):
        async with database.transaction(tenant.id) as db:
            return await questions.ask(db, channel_id, new, author_id=author_id, staff=staff, by=BY, now=NOW)

    return ask


async def test_a_learner_asks_their_cohort(database, tenant, ask, cohort, channel):
    async with database.transaction(tenant.id) as db:
        learner = await enrolled(db, cohort)
    asked = await ask(NewQuestion(title=" How? ", body="How?", tags=["Peer Review"]), author_id=learner.person_id)

    async with database.transaction(tenant.id) as db:
        question = (await db.scalars(select(Question))).one()
        event = (await db.scalars(select(Event).where(Event.aggregate_id == asked.id))).one()
    assert (question.channel_id, question.author_id, question.title) == (channel.id, learner.person_id, "How?")
    assert (question.tags, question.score, question.asked_at) == (["peer-review"], 0, NOW)
    assert (event.verb, event.facts["tags"]) == ("asked", ["peer-review"])


async def test_what_was_asked_elsewhere_keeps_its_date_score_and_reference(ask):
    brought = NewQuestion(title="How?", body="How?", score=-2, external_ref="q-1", asked_at=LAST_YEAR)
    question = await ask(brought, author_id=None, staff=True)

    assert (question.asked_at, question.score, question.external_ref) == (LAST_YEAR, -2, "q-1")


async def test_a_reference_belongs_to_one_question(ask):
    await ask(NewQuestion(title="How?", body="How?", external_ref="q-1"), author_id=None, staff=True)

    with pytest.raises(QuestionRefused) as refusal:
        await ask(NewQuestion(title="Why?", body="Why?", external_ref="q-1"), author_id=None, staff=True)

    assert (refusal.value.reason, refusal.value.field) == (QuestionRefusal.REFERENCE_TAKEN, "externalRef")


async def test_a_stranger_does_not_ask(database, tenant, ask):
    async with database.transaction(tenant.id) as db:
        stranger = await a_person(db)

    with pytest.raises(QuestionRefused) as refusal:
        await ask(NewQuestion(title="How?", body="How?"), author_id=stranger.id)

    assert (refusal.value.reason, refusal.value.field) == (QuestionRefusal.NOT_A_MEMBER, "channelId")


async def test_a_channel_that_does_not_exist_is_named(ask):
    with pytest.raises(QuestionRefused) as refusal:
        await ask(NewQuestion(title="How?", body="How?"), author_id=None, staff=True, channel_id=new_id())

    assert (refusal.value.reason, refusal.value.field) == (QuestionRefusal.NOT_FOUND, "channelId")
