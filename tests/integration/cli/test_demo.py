"""The demo, made in a real database."""

import stat

import pytest
from sqlmodel import func, select

from collegium import demo
from collegium.settings import Settings
from domain.communities.questions import Question
from domain.history import Event
from domain.journeys.steps import Step, StepStatus
from domain.programs.programs import Program
from domain.sessions.registrations import Registration, RegistrationStatus
from domain.sessions.sessions import Session
from tenants import keys, registry
from tenants.registry import wall

RECORDS = (Program, Session, Registration, Step, Question, Event)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
async def prepared(database, settings):
    return await demo.prepare(database, settings)


async def counts(database):
    async with database.platform() as db:
        tenant = await registry.by_slug(db, demo.SLUG)
    async with database.transaction(tenant.id) as db:
        return tenant, {
            record.__name__: await db.scalar(select(func.count()).select_from(record)) for record in RECORDS
        }


async def test_a_newcomer_finds_a_program_under_way(database, prepared):
    tenant, found = await counts(database)
    async with database.transaction(tenant.id) as db:
        seats = list(await db.scalars(select(Registration.status)))
        states = set(await db.scalars(select(Step.status)))

    assert tenant.sandbox
    assert {name: found[name] for name in ("Program", "Session", "Registration", "Step", "Question")} == {
        "Program": 1,
        "Session": 2,
        "Registration": 12,
        "Step": 63,
        "Question": 1,
    }
    assert seats.count(RegistrationStatus.REGISTERED) == 10
    assert seats.count(RegistrationStatus.WAITLISTED) == 2
    assert {StepStatus.COMPLETED, StepStatus.OVERDUE, StepStatus.PENDING} <= states


async def test_a_second_start_makes_nothing_again_and_shows_the_same_key(database, settings, prepared):
    _, before = await counts(database)

    again = await demo.prepare(database, settings)

    assert again == prepared
    assert (await counts(database))[1] == before


async def test_the_key_is_kept_where_only_its_owner_reads_it(settings, prepared):
    kept = settings.home / "demo-key"

    assert kept.read_text() == f"{prepared}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in settings.home.iterdir()] == ["demo-key"]


async def test_a_key_that_was_revoked_or_lost_is_replaced(database, settings, prepared):
    tenant, _ = await counts(database)
    async with database.transaction(tenant.id) as db:
        key = await keys.find(db, prepared)
        await keys.revoke(db, key_id=key.id, now=wall())

    after_revoking = await demo.prepare(database, settings)
    (settings.home / "demo-key").unlink()
    after_losing = await demo.prepare(database, settings)

    assert len({prepared, after_revoking, after_losing}) == 3
    async with database.transaction(tenant.id) as db:
        assert keys.valid(await keys.find(db, after_losing), wall())
