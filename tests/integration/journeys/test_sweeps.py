import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.communities.posts import Post, PostKind
from domain.evaluations.evaluations import Evaluation
from domain.history import Event
from domain.journeys import journeys, sweeps
from domain.journeys.activities import ActivityKind, Audience
from domain.journeys.steps import Step, StepStatus
from domain.programs import enrollments
from domain.sessions import sessions
from tests.conftest import BY, NOW
from tests.integration.making import (
    ENDS,
    STARTS,
    a_cohort,
    a_meeting,
    a_program,
    a_session,
    an_activity,
    an_instrument,
    enrolled,
    pre_work,
)

DAY = timedelta(days=1)
READING = STARTS - 7 * DAY
TELLING = ENDS + DAY


@pytest.fixture
async def program(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_program(db)


@pytest.fixture
def unrolled(database, tenant, program):
    """Unroll the program, with what is added to it, for a cohort with these learners."""

    async def unrolled(*names, now=NOW):
        async with database.transaction(tenant.id) as db:
            cohort = await a_cohort(db, program)
            session = await a_session(db, program, cohort)
            learners = [await enrolled(db, cohort, name) for name in names]
            await journeys.unroll(db, cohort.id, by=BY, now=now)
            return cohort, session, learners

    return unrolled


@pytest.fixture
def sweep(database, tenant):
    async def sweep(now):
        async with database.transaction(tenant.id) as db:
            return await sweeps.open_due(db, now=now)

    return sweep


@pytest.fixture
def rows(database, tenant):
    async def rows(record, order=None):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(record).order_by(order)))

    return rows


@pytest.fixture
def blueprint(database, tenant, program):
    async def blueprint(make, **facts):
        async with database.transaction(tenant.id) as db:
            return await make(db, program, **facts)

    return blueprint


async def test_a_step_opens_when_it_is_due_and_not_before(blueprint, unrolled, sweep, rows):
    await blueprint(pre_work)
    await unrolled("Ada")

    early = await sweep(READING - timedelta(microseconds=1))
    on_time = await sweep(READING)
    again = await sweep(READING)

    (step,) = await rows(Step)
    assert (early, on_time, again) == (0, 1, 0)
    assert (step.status, step.opened_at) == (StepStatus.DUE, READING)


async def test_a_late_sweep_opens_everything_in_order_as_of_its_time(blueprint, unrolled, sweep, rows):
    second = await blueprint(an_activity, title="Second", offset_minutes=48 * 60)
    first = await blueprint(an_activity, title="First")
    await unrolled()

    await sweep(ENDS + 5 * DAY)

    posts = await rows(Post, col(Post.id))
    order = {step.id: step.activity_id for step in await rows(Step)}
    assert [order[post.step_id] for post in posts] == [first.id, second.id]
    assert [post.posted_at for post in posts] == [ENDS + DAY, ENDS + 2 * DAY]
    assert {step.opened_at for step in await rows(Step)} == {ENDS + DAY, ENDS + 2 * DAY}


async def test_a_due_prompt_is_posted_once_in_the_cohorts_channel(blueprint, unrolled, sweep, rows):
    await blueprint(an_activity)
    cohort, _, _ = await unrolled()
    for now in (TELLING, TELLING, TELLING + DAY):
        await sweep(now)

    (post,), (step,) = await rows(Post), await rows(Step)
    assert (post.author_id, post.kind, post.step_id) == (None, PostKind.PROMPT, step.id)
    assert (post.body, post.posted_at) == ("Tell the others what you have tried since the workshop.", TELLING)
    assert step.cohort_id == cohort.id


async def test_what_was_due_before_it_was_unrolled_is_posted_when_it_was_unrolled(blueprint, unrolled, sweep, rows):
    await blueprint(an_activity)
    await unrolled(now=TELLING + 2 * DAY)
    await sweep(TELLING + 3 * DAY)

    (post,), (step,) = await rows(Post), await rows(Step)
    assert (post.posted_at, step.opened_at) == (TELLING + 2 * DAY, TELLING)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("kind", [ActivityKind.PULSE, ActivityKind.EVALUATION])
async def test_a_due_pulse_opens_one_evaluation_of_the_cohort(
    database, tenant, blueprint, unrolled, sweep, rows, kind, audience
):
    async with database.transaction(tenant.id) as db:
        instrument = await an_instrument(db)
    await blueprint(an_activity, kind=kind, instrument_id=instrument.id, audience=audience)
    cohort, _, _ = await unrolled("Ada", "Bea", "Cyd")
    for now in (TELLING, TELLING + DAY):
        await sweep(now)

    (evaluation,) = await rows(Evaluation)
    assert (evaluation.instrument_id, evaluation.cohort_id) == (instrument.id, cohort.id)
    assert (evaluation.opened_at, evaluation.closes_at) == (TELLING, None)
    assert evaluation.step_id in {step.id for step in await rows(Step)}
    assert await rows(Post) == []


async def test_a_prompt_to_each_learner_is_posted_once_for_all(blueprint, unrolled, sweep, rows):
    await blueprint(an_activity, audience=Audience.LEARNER)
    await unrolled("Ada", "Bea", "Cyd")
    await sweep(TELLING)

    assert len(await rows(Post)) == 1
    assert [step.status for step in await rows(Step)] == [StepStatus.DUE] * 3


async def test_two_cohorts_each_have_their_own_prompt(blueprint, unrolled, sweep, rows):
    await blueprint(an_activity)
    cohorts = [(await unrolled())[0].id for _ in range(2)]
    await sweep(TELLING)

    by_step = {step.id: step.cohort_id for step in await rows(Step)}
    assert Counter(by_step[post.step_id] for post in await rows(Post)) == dict.fromkeys(cohorts, 1)


async def test_what_was_not_done_in_time_is_overdue(blueprint, unrolled, sweep, rows):
    await blueprint(pre_work)
    await unrolled("Ada")
    await sweep(READING)

    in_time = await sweep(READING + 2 * DAY - timedelta(microseconds=1))
    too_late = await sweep(READING + 2 * DAY)

    (step,) = await rows(Step)
    assert (in_time, too_late, step.status) == (0, 1, StepStatus.OVERDUE)
    assert step.opened_at == READING


async def test_a_leap_of_the_clock_opens_and_then_marks(blueprint, unrolled, sweep, rows):
    await blueprint(pre_work)
    await unrolled("Ada")
    changed = await sweep(READING + 30 * DAY)

    (step,) = await rows(Step)
    events = [event.verb for event in await rows(Event, col(Event.sequence)) if event.aggregate_id == step.id]
    assert (changed, step.status, events) == (2, StepStatus.OVERDUE, ["opened", "overdue"])


async def test_nobody_is_reminded_of_a_cancelled_session(database, tenant, blueprint, unrolled, sweep, rows):
    await blueprint(an_activity)
    await blueprint(pre_work)
    _, session, _ = await unrolled("Ada")
    await sweep(READING)
    async with database.transaction(tenant.id) as db:
        await sessions.cancel(db, session.id, by=BY, now=READING)
    await sweep(TELLING + 30 * DAY)

    assert sorted(step.status for step in await rows(Step)) == [StepStatus.DUE, StepStatus.PENDING]
    assert await rows(Post) == []


async def test_who_has_withdrawn_is_left_alone_until_they_come_back(database, tenant, blueprint, unrolled, sweep, rows):
    await blueprint(pre_work)
    cohort, _, (ada,) = await unrolled("Ada")
    async with database.transaction(tenant.id) as db:
        await enrollments.withdraw(db, ada.id, by=BY, now=NOW)
    away = await sweep(READING)
    async with database.transaction(tenant.id) as db:
        await enrollments.enroll(db, cohort.id, ada.person_id, by=BY, now=READING)
    back = await sweep(READING)

    assert (away, back) == (0, 1)


async def test_what_opens_again_after_a_move_does_not_act_again(database, tenant, blueprint, unrolled, sweep, rows):
    await blueprint(an_activity, audience=Audience.LEARNER)
    _, session, _ = await unrolled("Ada", "Bea")
    await sweep(TELLING)
    async with database.transaction(tenant.id) as db:
        moved = await sessions.reschedule(db, session.id, [a_meeting(STARTS + 7 * DAY)], by=BY, now=TELLING)
        await journeys.move(db, moved, by=BY, now=TELLING)
    waiting = Counter(step.status for step in await rows(Step))
    await sweep(TELLING + 7 * DAY)

    assert waiting == {StepStatus.DUE: 1, StepStatus.PENDING: 1}
    assert [step.status for step in await rows(Step)] == [StepStatus.DUE] * 2
    assert len(await rows(Post)) == 1


async def test_another_tenants_steps_are_not_swept(database, other_tenant, blueprint, unrolled, rows):
    await blueprint(pre_work)
    await unrolled("Ada")
    async with database.transaction(other_tenant.id) as db:
        changed = await sweeps.open_due(db, now=READING)

    assert changed == 0
    assert [step.status for step in await rows(Step)] == [StepStatus.PENDING]


async def test_more_than_one_batch_is_swept(monkeypatch, blueprint, unrolled, sweep):
    monkeypatch.setattr(sweeps, "BATCH", 2)
    await blueprint(pre_work)
    await unrolled("Ada", "Bea", "Cyd", "Dee", "Eve")

    assert await sweep(READING) == 5


@pytest.mark.race
async def test_sweeps_at_once_share_the_work_and_act_once(
    monkeypatch, database, tenant, blueprint, unrolled, sweep, rows
):
    """Take the cohort's lock out of `effects.take`, and the prompt is posted more than once."""
    monkeypatch.setattr(sweeps, "BATCH", 1)
    await blueprint(an_activity, audience=Audience.LEARNER)
    await unrolled(*(f"Learner {number}" for number in range(12)))
    together = asyncio.Barrier(6)

    async def sweep_together():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            return await sweeps.open_due(db, now=TELLING)

    opened = await asyncio.gather(*(sweep_together() for _ in range(6)))

    assert sum(opened) == 12
    assert [step.status for step in await rows(Step)] == [StepStatus.DUE] * 12
    assert len(await rows(Post)) == 1
    assert Counter(event.verb for event in await rows(Event) if event.aggregate == "Step") == {"opened": 12}


@pytest.mark.race
async def test_a_sweep_does_not_wait_for_another(database, tenant, blueprint, unrolled, sweep):
    """Take `skip_locked` out of `sweeps._waiting`, and the second one waits for the end of the first."""
    await blueprint(pre_work)
    await unrolled("Ada")

    async with database.transaction(tenant.id) as db:
        first = await sweeps.open_due(db, now=READING)
        second = await asyncio.wait_for(sweep(READING), timeout=10)

    assert (first, second) == (1, 0)
