"""The sweep over all tenants, on a real database."""

import asyncio
from datetime import timedelta

import pytest
import structlog
from sqlmodel import select

from collegium.sweep import Sweep
from domain.communities.posts import Post
from domain.journeys import journeys
from domain.journeys.activities import ActivityKind, Audience
from domain.journeys.steps import Step, StepStatus
from domain.programs.cohorts import Cohort
from domain.records import lock
from tenants import idempotency, registry
from tenants.database import Database
from tenants.idempotency import Claim, KeptAnswer
from tenants.records import new_id
from tenants.registry import TenantStatus, wall
from tests.conftest import BY, NOW, a_tenant
from tests.integration.making import a_cohort, a_program, a_session, an_activity


@pytest.fixture
async def another(database):
    return await a_tenant(database)


async def a_due_prompt(database, tenant, *, due=NOW):
    """A cohort whose prompt is due then; the cohort and its step."""
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        await an_activity(db, program, kind=ActivityKind.PROMPT, audience=Audience.COHORT, body="How is it going?")
        cohort = await a_cohort(db, program)
        session = await a_session(db, program, cohort)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)
        step = (await db.scalars(select(Step).where(Step.session_id == session.id))).one()
        step.overdue_at += due - step.due_at
        step.due_at = due
    return cohort.id, step.id


async def status_of(database, tenant, step_id):
    async with database.transaction(tenant.id) as db:
        return (await db.scalars(select(Step.status).where(Step.id == step_id))).one()


async def posts_in(database, tenant):
    async with database.transaction(tenant.id) as db:
        return [post.body for post in await db.scalars(select(Post))]


async def test_every_active_tenant_is_visited_by_its_own_clock(database, tenant, another):
    ahead = timedelta(days=3)
    _, soon = await a_due_prompt(database, tenant, due=wall() + ahead)
    _, later = await a_due_prompt(database, another, due=wall() + ahead)
    async with database.transaction(tenant.id) as db:
        await registry.move_clock(db, tenant.id, to=wall() + ahead, wall=wall())

    await Sweep(database).pass_by()

    assert await status_of(database, tenant, soon) is StepStatus.DUE
    assert await posts_in(database, tenant) == ["How is it going?"]
    assert await status_of(database, another, later) is StepStatus.PENDING


async def test_nothing_happens_in_a_suspended_tenant_until_it_is_resumed(database, tenant):
    _, step = await a_due_prompt(database, tenant)
    async with database.transaction(tenant.id) as db:
        await registry.set_status(db, tenant.id, TenantStatus.SUSPENDED)
    await Sweep(database).pass_by()
    suspended = await status_of(database, tenant, step)

    async with database.transaction(tenant.id) as db:
        await registry.set_status(db, tenant.id, TenantStatus.ACTIVE)
    await Sweep(database).pass_by()

    assert suspended is StepStatus.PENDING
    assert await status_of(database, tenant, step) is not StepStatus.PENDING


async def test_a_tenant_that_fails_is_logged_once_and_stops_nobody_else(database, tenant, another):
    cohort, stuck = await a_due_prompt(database, tenant)
    _, free = await a_due_prompt(database, another)
    sweep = Sweep(database, patience=0.5)

    with structlog.testing.capture_logs() as logs:
        async with database.transaction(tenant.id) as db:
            await lock(db, Cohort, cohort)
            await sweep.pass_by()
            await sweep.pass_by()
            while_locked = await status_of(database, tenant, stuck), await status_of(database, another, free)
        await sweep.pass_by()

    told = [line["event"] for line in logs if line["tenant"] == tenant.slug]
    assert while_locked[0] is StepStatus.PENDING
    assert while_locked[1] is not StepStatus.PENDING
    assert told == ["sweep.failed", "sweep.recovered", "sweep.opened"]
    assert await posts_in(database, tenant) == ["How is it going?"]


async def test_several_sweeps_at_once_post_a_prompt_once(database, database_url, tenant):
    """Locks on the steps and the cohort and the history's numbers each see to it: it fails when all are taken away."""
    await a_due_prompt(database, tenant)
    others = [Database(database_url, writers=2, readers=1) for _ in range(4)]

    await asyncio.gather(*(Sweep(other).pass_by() for other in others))

    await asyncio.gather(*(other.close() for other in others))
    assert await posts_in(database, tenant) == ["How is it going?"]


async def test_a_database_that_is_away_is_waited_for(database_url):
    gone = Database(database_url.replace("test_", "gone_"), writers=1, readers=1)
    sweep = Sweep(gone, patience=2)

    with structlog.testing.capture_logs() as logs:
        changed = [await sweep.pass_by(), await sweep.pass_by()]

    await gone.close()
    assert changed == [0, 0]
    assert [line["event"] for line in logs] == ["sweep.failed"]


async def test_it_ends_when_it_is_told_to(database):
    stop = asyncio.Event()
    sweeping = asyncio.create_task(Sweep(database).until(stop))

    await asyncio.sleep(0)
    stop.set()

    await asyncio.wait_for(sweeping, 10)


async def test_answers_kept_for_a_day_are_forgotten_after_it(database, tenant):
    kept = {hours: Claim(new_id(), f"{hours} hours", b"request", b"secret") for hours in (23, 25)}
    async with database.transaction(tenant.id) as db:
        for hours, claim in kept.items():
            await idempotency.take(db, claim, wall=wall() - timedelta(hours=hours))

    await Sweep(database).pass_by()

    async with database.transaction(tenant.id) as db:
        left = list(await db.scalars(select(KeptAnswer.holder_id)))
    assert left == [kept[23].holder_id]
