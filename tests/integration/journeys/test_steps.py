from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.history import Event
from domain.journeys import journeys, steps, sweeps
from domain.journeys.steps import Step, StepRefusal, StepRefused, StepStatus
from domain.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import STARTS, a_cohort, a_program, a_session, enrolled, pre_work

OPENS = STARTS - timedelta(days=7)
LATER = OPENS + timedelta(hours=1)
TOO_LATE = OPENS + timedelta(days=2)


@pytest.fixture
async def step(database, tenant):
    """A learner's pre-work, which is still to open."""
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        await pre_work(db, program)
        cohort = await a_cohort(db, program)
        await a_session(db, program, cohort)
        await enrolled(db, cohort)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)
        return (await db.scalars(select(Step))).one()


@pytest.fixture
def do(database, tenant):
    async def do(command, *arguments, now=LATER):
        async with database.transaction(tenant.id) as db:
            return await command(db, *arguments, by=BY, now=now)

    return do


@pytest.fixture
def sweep(database, tenant):
    async def sweep(now=OPENS):
        async with database.transaction(tenant.id) as db:
            return await sweeps.open_due(db, now=now)

    return sweep


@pytest.fixture
def verbs(database, tenant, step):
    async def verbs():
        async with database.transaction(tenant.id) as db:
            mine = select(Event.verb).where(Event.aggregate_id == step.id).order_by(col(Event.sequence))
            return list(await db.scalars(mine))

    return verbs


async def test_completing_twice_is_completing_once(do, sweep, verbs, step):
    await sweep()
    first = await do(steps.complete, step.id)
    again = await do(steps.complete, step.id, now=TOO_LATE)

    assert (first.status, first.completed_at) == (StepStatus.COMPLETED, LATER)
    assert (again.status, again.completed_at) == (StepStatus.COMPLETED, LATER)
    assert await verbs() == ["opened", "completed"]


async def test_an_overdue_step_may_still_be_completed(do, sweep, verbs, step):
    await sweep(TOO_LATE)
    completed = await do(steps.complete, step.id, now=TOO_LATE)

    assert completed.status == StepStatus.COMPLETED
    assert await verbs() == ["opened", "overdue", "completed"]


async def test_a_step_that_waits_is_not_completed(do, verbs, step):
    with pytest.raises(StepRefused) as refusal:
        await do(steps.complete, step.id)

    assert (refusal.value.reason, refusal.value.retryable) == (StepRefusal.WRONG_STATE, True)
    assert await verbs() == []


async def test_skipping_twice_keeps_the_first_reason(do, verbs, step):
    first = await do(steps.skip, step.id, " On leave ")
    again = await do(steps.skip, step.id, "Not needed")

    assert (first.status, first.note, again.note) == (StepStatus.SKIPPED, "On leave", "On leave")
    assert await verbs() == ["skipped"]


async def test_what_is_skipped_is_not_completed(do, sweep, step):
    await sweep()
    await do(steps.skip, step.id, "On leave")

    with pytest.raises(StepRefused) as refusal:
        await do(steps.complete, step.id)

    assert refusal.value.reason == StepRefusal.WRONG_STATE


async def test_what_is_completed_is_not_skipped(do, sweep, step):
    await sweep()
    await do(steps.complete, step.id)

    with pytest.raises(StepRefused) as refusal:
        await do(steps.skip, step.id, "On leave")

    assert refusal.value.reason == StepRefusal.WRONG_STATE


@pytest.mark.parametrize("command", ["complete", "skip"])
async def test_a_step_that_does_not_exist_is_named(do, command):
    reason = ["On leave"] if command == "skip" else []

    with pytest.raises(StepRefused) as refusal:
        await do(getattr(steps, command), new_id(), *reason)

    assert (refusal.value.reason, refusal.value.field) == (StepRefusal.NOT_FOUND, "id")
