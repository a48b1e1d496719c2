import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.communities import answers, channels, communities, memberships, questions
from domain.communities.answers import Answer, AnswerRefusal, AnswerRefused, NewAnswer
from domain.communities.communities import NewCommunity
from domain.communities.memberships import MembershipRole
from domain.communities.questions import NewQuestion
from domain.history import Event
from domain.people.people import Person
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_person, a_program, enrolled

LATER = NOW + timedelta(hours=1)
NEW = NewAnswer(body="Like this.")


@pytest.fixture
async def guild(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await communities.found(db, NewCommunity(name="Guild", domain="Feedback"), by=BY, now=NOW)


@pytest.fixture
def member(database, tenant, guild):
    async def join(name, role=MembershipRole.MEMBER):
        async with database.transaction(tenant.id) as db:
            person = await a_person(db, name)
            await memberships.join(db, guild.id, person.id, staff=False, by=BY, now=NOW)
            await memberships.appoint(db, guild.id, person.id, role, by=BY, now=NOW)
            return person

    return join


@pytest.fixture
async def asker(member):
    return await member("Ada")


@pytest.fixture
async def question(database, tenant, guild, asker):
    async with database.transaction(tenant.id) as db:
        channel = await channels.open_for(db, guild, name="Guild", by=BY, now=NOW)
        new = NewQuestion(title="How?", body="How do you do it?")
        return await questions.ask(db, channel.id, new, author_id=asker.id, staff=False, by=BY, now=NOW)


@pytest.fixture
def answer(database, tenant, question, asker):
    async def give(new=NEW, *, author_id=asker.id, staff=False):
        async with database.transaction(tenant.id) as db:
            return await answers.answer(db, question.id, new, author_id=author_id, staff=staff, by=BY, now=NOW)

    return give


@pytest.fixture
def accept(database, tenant):
    async def mark(answer, person, *, staff=False, now=LATER):
        async with database.transaction(tenant.id) as db:
            person_id = person and person.id
            return await answers.accept(db, answer.id, person_id=person_id, staff=staff, by=BY, now=now)

    return mark


@pytest.fixture
def accepted(database, tenant):
    async def marked():
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(Answer.id).where(col(Answer.accepted_at).is_not(None))))

    return marked


async def test_a_member_answers(database, tenant, answer, question, asker):
    given = await answer()

    async with database.transaction(tenant.id) as db:
        row = (await db.scalars(select(Answer))).one()
        event = (await db.scalars(select(Event).where(Event.aggregate_id == given.id))).one()
    assert (row.question_id, row.author_id, row.body) == (question.id, asker.id, "Like this.")
    assert (row.answered_at, row.accepted_at, row.score) == (NOW, None, 0)
    assert (event.verb, event.facts) == ("answered", {"question_id": str(question.id)})


async def test_what_was_answered_elsewhere_keeps_its_date_score_and_reference(answer):
    last_year = NOW - timedelta(days=365)
    brought = NewAnswer(body="Like this.", score=12, external_ref="a-1", answered_at=last_year)
    given = await answer(brought, author_id=None, staff=True)

    assert (given.answered_at, given.score, given.external_ref) == (last_year, 12, "a-1")


async def test_a_reference_belongs_to_one_answer(answer):
    await answer(NewAnswer(body="Like this.", external_ref="a-1"))

    with pytest.raises(AnswerRefused) as refusal:
        await answer(NewAnswer(body="Like that.", external_ref="a-1"))

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.REFERENCE_TAKEN, "externalRef")


async def test_a_stranger_does_not_answer(database, tenant, answer):
    async with database.transaction(tenant.id) as db:
        stranger = await a_person(db, "Cyd")

    with pytest.raises(AnswerRefused) as refusal:
        await answer(author_id=stranger.id)

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.NOT_A_MEMBER, "questionId")


async def test_a_question_that_does_not_exist_is_named(database, tenant):
    with pytest.raises(AnswerRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await answers.answer(db, new_id(), NEW, author_id=None, staff=True, by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.NOT_FOUND, "questionId")


async def test_who_asked_accepts_and_the_mark_moves(database, tenant, answer, accept, accepted, asker):
    first, second = await answer(), await answer()
    await accept(first, asker)
    marked = await accept(second, asker)

    async with database.transaction(tenant.id) as db:
        event = (await db.scalars(select(Event).where(Event.aggregate_id == second.id, Event.verb == "accepted"))).one()
        unmarked = (await db.scalars(select(Answer).where(Answer.id == first.id))).one()
    assert await accepted() == [second.id]
    assert (marked.accepted_at, marked.accepted_by_id) == (LATER, asker.id)
    assert (unmarked.accepted_at, unmarked.accepted_by_id) == (None, None)
    assert event.facts["instead_of"] == str(first.id)


async def test_an_answer_keeps_the_time_when_it_was_accepted_elsewhere(database, tenant, answer):
    given = await answer(NewAnswer(body="Like this.", answered_at=NOW - timedelta(days=3)))
    async with database.transaction(tenant.id) as db:
        then = NOW - timedelta(days=1)
        await answers.accept(db, given.id, person_id=None, staff=True, accepted_at=then, by=BY, now=NOW)

    async with database.transaction(tenant.id) as db:
        kept = (await db.scalars(select(Answer).where(Answer.id == given.id))).one()
    assert kept.accepted_at == then


async def test_accepting_twice_keeps_the_first_time(answer, accept, asker):
    given = await answer()
    await accept(given, asker, now=NOW)
    again = await accept(given, asker, now=LATER)

    assert again.accepted_at == NOW


async def test_a_moderator_of_the_community_accepts(answer, accept, accepted, member):
    given = await answer()
    await accept(given, await member("Mo", MembershipRole.MODERATOR))

    assert await accepted() == [given.id]


async def test_staff_accept_in_nobodys_name(answer, accept, accepted):
    given = await answer()
    marked = await accept(given, None, staff=True)

    assert await accepted() == [given.id]
    assert marked.accepted_by_id is None


async def test_another_member_does_not_accept(answer, accept, accepted, member):
    given = await answer()

    with pytest.raises(AnswerRefused) as refusal:
        await accept(given, await member("Bea"))

    assert refusal.value.reason == AnswerRefusal.ONLY_ASKER_OR_MODERATOR
    assert await accepted() == []


async def test_a_moderator_who_has_left_does_not_accept(database, tenant, guild, answer, accept, member):
    given, moderator = await answer(), await member("Mo", MembershipRole.MODERATOR)
    async with database.transaction(tenant.id) as db:
        await memberships.leave(db, guild.id, moderator.id, by=BY, now=NOW)

    with pytest.raises(AnswerRefused) as refusal:
        await accept(given, moderator)

    assert refusal.value.reason == AnswerRefusal.ONLY_ASKER_OR_MODERATOR


async def test_in_a_cohort_nobody_but_who_asked_accepts(database, tenant, accept, accepted, asker):
    async with database.transaction(tenant.id) as db:
        cohort = await a_cohort(db, await a_program(db))
        channel = await channels.open_for(db, cohort, name=cohort.name, by=BY, now=NOW)
        new = NewQuestion(title="How?", body="How do you do it?")
        asked = await questions.ask(db, channel.id, new, author_id=asker.id, staff=True, by=BY, now=NOW)
        learner = await enrolled(db, cohort, "Bea")
        given = await answers.answer(db, asked.id, NEW, author_id=learner.person_id, staff=False, by=BY, now=NOW)

    with pytest.raises(AnswerRefused) as refusal:
        await accept(given, Person(id=learner.person_id))
    await accept(given, asker)

    assert refusal.value.reason == AnswerRefusal.ONLY_ASKER_OR_MODERATOR
    assert await accepted() == [given.id]


async def test_an_answer_that_does_not_exist_is_named(accept, asker):
    with pytest.raises(AnswerRefused) as refusal:
        await accept(Answer(id=new_id()), asker)

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.NOT_FOUND, "id")


async def test_the_database_knows_at_most_one_accepted_answer(database, tenant, answer, accept, asker):
    first, second = await answer(), await answer()
    await accept(first, asker)

    with pytest.raises(IntegrityError, match="answer_accepted_key"):
        async with database.transaction(tenant.id) as db:
            (await db.scalars(select(Answer).where(Answer.id == second.id))).one().accepted_at = NOW


@pytest.mark.race
async def test_ten_answers_accepted_at_once_leave_one_mark(database, tenant, answer, accepted, asker):
    """Take `with_for_update` out of `_locked_question`, and the unique key answers some of the ten."""
    given = [await answer() for _ in range(10)]
    together = asyncio.Barrier(10)

    async def accept_together(one):
        async with database.transaction(tenant.id) as db:
            await together.wait()
            return await answers.accept(db, one.id, person_id=asker.id, staff=False, by=BY, now=LATER)

    await asyncio.gather(*(accept_together(one) for one in given))

    assert len(await accepted()) == 1
