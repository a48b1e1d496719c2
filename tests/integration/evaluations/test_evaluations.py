from datetime import timedelta

import pytest
from sqlmodel import select

from domain.evaluations import evaluations
from domain.evaluations.evaluations import Evaluation, EvaluationRefusal, EvaluationRefused, NewEvaluation
from domain.history import Event
from domain.programs import enrollments
from domain.records import new_id
from domain.sessions import registrations
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_person, a_program, a_session, an_instrument, enrolled, registered


@pytest.fixture
async def instrument(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await an_instrument(db)


@pytest.fixture
async def program(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_program(db)


@pytest.fixture
def open_for(database, tenant, instrument):
    async def open_for(**facts):
        async with database.transaction(tenant.id) as db:
            new = NewEvaluation(**{"instrument_id": instrument.id, **facts})
            return await evaluations.open_for(db, new, by=BY, now=NOW)

    return open_for


@pytest.fixture
def invited(database, tenant):
    async def invited(evaluation, person_id):
        async with database.transaction(tenant.id) as db:
            return await evaluations.invites(db, evaluation, person_id)

    return invited


async def test_an_evaluation_is_opened_for_a_program(database, tenant, open_for, instrument, program):
    closes_at = NOW + timedelta(days=14)
    opened = await open_for(program_id=program.id, closes_at=closes_at)

    async with database.transaction(tenant.id) as db:
        row = (await db.scalars(select(Evaluation))).one()
        event = (await db.scalars(select(Event).where(Event.aggregate_id == opened.id))).one()
    assert (row.id, row.instrument_id, row.program_id) == (opened.id, instrument.id, program.id)
    assert (row.cohort_id, row.session_id, row.step_id) == (None, None, None)
    assert (row.opened_at, row.closes_at) == (NOW, closes_at)
    assert (event.verb, event.facts["closes_at"]) == ("opened", closes_at.isoformat())


@pytest.mark.parametrize("word", ["instrument", "cohort", "session", "program"])
async def test_what_does_not_exist_is_named(open_for, program, word):
    judged = {} if word in {"cohort", "session"} else {"program_id": program.id}

    with pytest.raises(EvaluationRefused) as refusal:
        await open_for(**{**judged, f"{word}_id": new_id()})

    assert (refusal.value.reason, refusal.value.field) == (EvaluationRefusal.NOT_FOUND, f"{word}Id")


async def test_a_reference_belongs_to_one_evaluation(open_for, program):
    await open_for(program_id=program.id, external_ref="survey")

    with pytest.raises(EvaluationRefused) as refusal:
        await open_for(program_id=program.id, external_ref="survey")

    assert (refusal.value.reason, refusal.value.field) == (EvaluationRefusal.REFERENCE_TAKEN, "externalRef")


async def test_a_cohorts_evaluation_asks_its_active_learners(database, tenant, open_for, invited, program):
    async with database.transaction(tenant.id) as db:
        cohort = await a_cohort(db, program)
        ada, bea = await enrolled(db, cohort, "Ada"), await enrolled(db, cohort, "Bea")
        await enrollments.withdraw(db, bea.id, by=BY, now=NOW)
        stranger = await a_person(db, "Cyd")
    evaluation = await open_for(cohort_id=cohort.id)

    asked = [await invited(evaluation, person_id) for person_id in (ada.person_id, bea.person_id, stranger.id)]

    assert asked == [True, False, False]


async def test_a_sessions_evaluation_asks_those_with_a_seat(database, tenant, open_for, invited, program):
    async with database.transaction(tenant.id) as db:
        session = await a_session(db, program)
        ada, bea = await registered(db, session, "Ada"), await registered(db, session, "Bea")
        await registrations.cancel(db, bea.id, by=BY, now=NOW)
    evaluation = await open_for(session_id=session.id)

    assert [await invited(evaluation, one.person_id) for one in (ada, bea)] == [True, False]


async def test_a_programs_evaluation_asks_everyone_in_it(database, tenant, open_for, invited, program):
    async with database.transaction(tenant.id) as db:
        learner = await enrolled(db, await a_cohort(db, program), "Ada")
        participant = await registered(db, await a_session(db, program), "Bea")
        elsewhere = await enrolled(db, await a_cohort(db, await a_program(db)), "Cyd")
    evaluation = await open_for(program_id=program.id)

    asked = [await invited(evaluation, one.person_id) for one in (learner, participant, elsewhere)]

    assert asked == [True, True, False]
