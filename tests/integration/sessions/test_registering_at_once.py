"""A registration as one statement: it does what the command does, or nothing."""

import pytest
from sqlmodel import select

from domain.history import Event
from domain.records import find, new_id
from domain.sessions import registrations, sessions
from domain.sessions.registrations import Registration, RegistrationStatus
from domain.sessions.sessions import Session
from tenants.viewer import Actor
from tests.conftest import BY, NOW
from tests.rows import a_person, a_plan, a_program, a_session


async def left_by(database, tenant, registration_id):
    """The row, its session's counters, and its events, without what names them."""
    async with database.transaction(tenant.id) as db:
        row = await find(db, Registration, registration_id)
        session = await find(db, Session, row.session_id)
        events = await db.scalars(select(Event).where(Event.aggregate_id == registration_id))
        told = [event.model_dump(exclude={"id", "aggregate_id", "transaction_id", "facts"}) for event in events]
        return row.model_dump(exclude={"id", "person_id"}), (session.seats_taken, session.waiting), told


@pytest.mark.parametrize("status", [RegistrationStatus.REGISTERED, RegistrationStatus.WAITLISTED])
async def test_it_leaves_what_the_command_leaves(database, tenant, status):
    by = Actor(app_id=new_id())
    capacity = {"capacity": 10 if status == RegistrationStatus.REGISTERED else 0, "waitlist_capacity": None}
    async with database.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db), **capacity)
        ada, bea = await a_person(db), await a_person(db)
        by_command = await registrations.register(db, session.id, ada.id, by=by, now=NOW)

    at_once = await database.write(tenant.id, registrations.at_once(session.id, bea.id, by=by, now=NOW))

    first = await left_by(database, tenant, by_command.id)
    second = await left_by(database, tenant, at_once)
    assert first == second
    assert first[0]["status"] == status
    async with database.transaction(tenant.id) as db:
        [event] = await db.scalars(select(Event).where(Event.aggregate_id == at_once))
    assert event.facts == {"session_id": str(session.id), "person_id": str(bea.id)}


async def test_where_there_is_a_reason_against_it_nothing_is_done(database, tenant, other_tenant):
    async with database.transaction(tenant.id) as db:
        program, ada = await a_program(db), await a_person(db)
        full, cancelled, closed, open_to_all = [
            await a_session(db, program, **facts)
            for facts in (
                {"capacity": 0, "waitlist_capacity": 0},
                {},
                {"registration_closes_at": NOW},
                {"meetings": [a_plan(9)]},
            )
        ]
        await sessions.cancel(db, cancelled.id, by=BY, now=NOW)
        await registrations.register(db, open_to_all.id, ada.id, by=BY, now=NOW)

    given = [await at(database, tenant, one.id, ada.id) for one in (full, cancelled, closed, open_to_all)]
    unknown = [await at(database, tenant, ada.id, ada.id), await at(database, tenant, open_to_all.id, full.id)]
    foreign = await at(database, other_tenant, open_to_all.id, ada.id)

    assert (given, unknown, foreign) == ([None] * 4, [None] * 2, None)
    async with database.transaction(tenant.id) as db:
        assert len((await db.scalars(select(Registration))).all()) == 1
        counted = [(one.seats_taken, one.waiting) for one in await db.scalars(select(Session).order_by(Session.id))]
    assert counted == [(0, 0), (0, 0), (0, 0), (1, 0)]


async def at(database, tenant, session_id, person_id):
    return await database.write(tenant.id, registrations.at_once(session_id, person_id, by=BY, now=NOW))
