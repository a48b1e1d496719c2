import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.communities.channels import Channel
from domain.history import Event
from domain.journeys import journeys, steps, sweeps
from domain.journeys.activities import Audience
from domain.journeys.journeys import Journey, JourneyRefusal, JourneyRefused
from domain.journeys.steps import Step, StepStatus
from domain.programs import enrollments
from domain.records import new_id
from domain.sessions import sessions
from tests.conftest import BY, NOW
from tests.integration.making import (
    ENDS,
    STARTS,
    a_cohort,
    a_meeting,
    a_person,
    a_program,
    a_session,
    an_activity,
    enrolled,
    pre_work,
)

LATER = NOW + timedelta(days=1)
WEEK = timedelta(days=7)


@pytest.fixture
async def program(database, tenant):
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        await pre_work(db, program)
        await an_activity(db, program)
        return program


@pytest.fixture
async def cohort(database, tenant, program):
    async with database.transaction(tenant.id) as db:
        return await a_cohort(db, program)


@pytest.fixture
async def session(database, tenant, program, cohort):
    async with database.transaction(tenant.id) as db:
        return await a_session(db, program, cohort)


@pytest.fixture
def do(database, tenant):
    """Run a command of the domain in a transaction of its own."""

    async def do(command, *arguments, now=NOW):
        async with database.transaction(tenant.id) as db:
            return await command(db, *arguments, by=BY, now=now)

    return do


@pytest.fixture
def rows(database, tenant):
    async def rows(record, *where, order=None):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(record).where(*where).order_by(order)))

    return rows


@pytest.fixture
def sweep(database, tenant):
    async def sweep(now):
        async with database.transaction(tenant.id) as db:
            return await sweeps.open_due(db, now=now)

    return sweep


@pytest.fixture
def learner(database, tenant, cohort):
    async def enroll(name, *, now=NOW):
        async with database.transaction(tenant.id) as db:
            return await enrolled(db, cohort, name, now=now)

    return enroll


async def test_the_blueprint_becomes_dated_steps_of_the_cohort_and_of_each_learner(do, rows, session, cohort, learner):
    ada, bea = await learner("Ada"), await learner("Bea")
    journey = await do(journeys.unroll, cohort.id)

    dates = {step.enrollment_id: (step.due_at, step.overdue_at, step.status) for step in await rows(Step)}
    reading = (STARTS - WEEK, STARTS - timedelta(days=5), StepStatus.PENDING)
    telling = (ENDS + timedelta(days=1), ENDS + timedelta(days=8), StepStatus.PENDING)
    assert dates == {None: telling, ada.id: reading, bea.id: reading}
    assert (journey.cohort_id, journey.enrollment_id, journey.unrolled_at) == (cohort.id, None, NOW)
    assert {one.enrollment_id for one in await rows(Journey)} == {None, ada.id, bea.id}
    assert {(step.session_id, step.cohort_id) for step in await rows(Step)} == {(session.id, cohort.id)}


async def test_unrolling_opens_the_cohorts_channel(do, rows, session, cohort):
    await do(journeys.unroll, cohort.id)

    assert [(one.cohort_id, one.name) for one in await rows(Channel)] == [(cohort.id, "Autumn 2026")]


async def test_unrolling_leaves_its_history_once(do, rows, session, cohort, learner):
    await learner("Ada")
    journey = await do(journeys.unroll, cohort.id)
    await do(journeys.unroll, cohort.id, now=LATER)

    (event,) = await rows(Event, Event.aggregate_id == journey.id)
    assert (event.aggregate, event.verb) == ("Journey", "unrolled")
    assert event.facts == {"cohort_id": str(cohort.id), "journeys": 2, "steps": 2}


async def test_unrolling_again_changes_nothing(do, rows, session, cohort, learner):
    await learner("Ada")
    first = await do(journeys.unroll, cohort.id)
    before = {step.id for step in await rows(Step)}
    again = await do(journeys.unroll, cohort.id, now=LATER)

    assert {step.id for step in await rows(Step)} == before
    assert (again.id, again.unrolled_at) == (first.id, NOW)


async def test_unrolling_again_adds_what_the_blueprint_has_gained(
    database, tenant, do, rows, session, program, cohort, learner
):
    await learner("Ada")
    await do(journeys.unroll, cohort.id)
    async with database.transaction(tenant.id) as db:
        added = await an_activity(db, program, title="Two weeks later", audience=Audience.LEARNER)
    await do(journeys.unroll, cohort.id, now=LATER)

    (step,) = await rows(Step, Step.activity_id == added.id)
    assert step.enrollment_id is not None
    assert {one.enrollment_id: one.unrolled_at for one in await rows(Journey)} == {None: NOW, step.enrollment_id: LATER}


async def test_who_has_withdrawn_gets_no_steps(do, rows, session, cohort, learner):
    ada = await learner("Ada")
    await do(enrollments.withdraw, ada.id)
    await do(journeys.unroll, cohort.id)

    assert [step.enrollment_id for step in await rows(Step)] == [None]


async def test_a_session_that_the_cohort_lacks_is_named_and_nothing_is_written(
    database, tenant, do, rows, session, program, cohort
):
    async with database.transaction(tenant.id) as db:
        await an_activity(db, program, session_number=2)

    with pytest.raises(JourneyRefused, match="session 2") as refusal:
        await do(journeys.unroll, cohort.id)

    assert (refusal.value.reason, refusal.value.field) == (JourneyRefusal.SESSION_MISSING, "cohortId")
    assert (await rows(Journey), await rows(Step), await rows(Channel)) == ([], [], [])


async def test_a_cohort_that_does_not_exist_is_named(do):
    with pytest.raises(JourneyRefused) as refusal:
        await do(journeys.unroll, new_id())

    assert (refusal.value.reason, refusal.value.field) == (JourneyRefusal.NOT_FOUND, "cohortId")


async def test_who_comes_late_gets_their_own_steps(do, rows, session, cohort, learner):
    await do(journeys.unroll, cohort.id)
    ada = await learner("Ada", now=LATER)
    journey = await do(journeys.follow, ada, now=LATER)
    again = await do(journeys.follow, ada, now=LATER)

    (step,) = await rows(Step, Step.enrollment_id == ada.id)
    (event,) = await rows(Event, Event.aggregate_id == journey.id)
    assert (journey.id, journey.unrolled_at, again.id) == (step.journey_id, LATER, journey.id)
    assert (step.due_at, step.status) == (STARTS - WEEK, StepStatus.PENDING)
    assert (event.verb, event.facts) == ("followed", {"enrollment_id": str(ada.id), "steps": 1})


async def test_before_the_cohort_is_unrolled_there_is_nothing_to_follow(do, rows, session, cohort, learner):
    ada = await learner("Ada")

    assert await do(journeys.follow, ada) is None
    assert await rows(Journey) == []


async def test_who_comes_late_is_not_kept_out_by_a_session_to_come(
    database, tenant, do, rows, session, program, cohort, learner
):
    await do(journeys.unroll, cohort.id)
    async with database.transaction(tenant.id) as db:
        await pre_work(db, program, title="Read on", session_number=2)
    ada = await learner("Ada")
    await do(journeys.follow, ada)

    assert [step.session_id for step in await rows(Step, Step.enrollment_id == ada.id)] == [session.id]


@pytest.mark.race
async def test_whoever_enrolls_while_the_cohort_is_unrolled_gets_their_steps_once(
    database, tenant, do, rows, session, cohort
):
    """Take the cohort's lock out of `journeys.follow` and `enrollments.enroll`, and somebody is left without."""
    async with database.transaction(tenant.id) as db:
        persons = [await a_person(db, f"Learner {number}") for number in range(8)]
    together = asyncio.Barrier(9)

    async def join(person):
        async with database.transaction(tenant.id) as db:
            await together.wait()
            enrollment = await enrollments.enroll(db, cohort.id, person.id, by=BY, now=NOW)
            await journeys.follow(db, enrollment, by=BY, now=NOW)

    async def unroll():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            await journeys.unroll(db, cohort.id, by=BY, now=NOW)

    await asyncio.gather(unroll(), *(join(person) for person in persons))

    assert sorted(Counter(step.enrollment_id for step in await rows(Step)).values()) == [1] * 9


async def test_when_its_session_moves_every_unfinished_step_moves(do, rows, sweep, session, cohort, learner):
    ada, bea, cyd = [await learner(name) for name in ("Ada", "Bea", "Cyd")]
    await do(journeys.unroll, cohort.id)
    await sweep(STARTS - WEEK)
    mine = {step.enrollment_id: step.id for step in await rows(Step)}
    await do(steps.complete, mine[ada.id], now=STARTS - WEEK)
    await do(steps.skip, mine[bea.id], "On leave", now=STARTS - WEEK)

    moved = await do(sessions.reschedule, session.id, [a_meeting(STARTS + WEEK)], now=STARTS - WEEK)
    count = await do(journeys.move, moved, now=STARTS - WEEK)

    after = {step.enrollment_id: (step.due_at, step.status, step.opened_at) for step in await rows(Step)}
    event = (await rows(Event, Event.aggregate_id == session.id, order=col(Event.sequence).desc()))[0]
    assert after == {
        None: (ENDS + timedelta(days=8), StepStatus.PENDING, None),
        ada.id: (STARTS - WEEK, StepStatus.COMPLETED, STARTS - WEEK),
        bea.id: (STARTS - WEEK, StepStatus.SKIPPED, STARTS - WEEK),
        cyd.id: (STARTS, StepStatus.PENDING, None),
    }
    assert count == 2
    assert (event.verb, event.facts) == ("steps_moved", {"steps": 2})


async def test_a_step_that_has_posted_stays_due_when_its_session_moves(do, rows, sweep, session, cohort):
    await do(journeys.unroll, cohort.id)
    due_at = ENDS + timedelta(days=1)
    await sweep(due_at)
    moved = await do(sessions.reschedule, session.id, [a_meeting(STARTS + WEEK)], now=due_at)
    await do(journeys.move, moved, now=due_at)

    (step,) = await rows(Step)
    assert (step.status, step.due_at, step.opened_at) == (StepStatus.DUE, due_at + WEEK, due_at)


async def test_a_move_that_changes_nothing_leaves_no_history(do, rows, session, cohort):
    await do(journeys.unroll, cohort.id)

    assert await do(journeys.move, session) == 0
    assert [event.verb for event in await rows(Event, Event.aggregate_id == session.id)] == ["scheduled"]


async def test_steps_of_another_session_stay(database, tenant, do, rows, session, program, cohort):
    async with database.transaction(tenant.id) as db:
        await an_activity(db, program, session_number=2)
        second = await a_session(db, program, cohort, number=2, starts=STARTS + 2 * WEEK)
    await do(journeys.unroll, cohort.id)
    moved = await do(sessions.reschedule, session.id, [a_meeting(STARTS + timedelta(days=1))])
    await do(journeys.move, moved)

    due_at = {step.session_id: step.due_at for step in await rows(Step)}
    assert due_at == {session.id: ENDS + timedelta(days=2), second.id: ENDS + timedelta(days=15)}
