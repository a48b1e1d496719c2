"""Rows that tests start from, made by the domain's own commands."""

import uuid
from datetime import datetime

from sqlmodel import select

from domain.history import Event
from domain.journeys import activities
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, NewActivity, Purpose, Stage
from domain.people import organizations, people
from domain.people.organizations import NewOrganization
from domain.people.people import NewPerson
from domain.programs import cohorts, programs
from domain.programs.cohorts import NewCohort
from domain.programs.programs import NewProgram
from domain.sessions import registrations, sessions
from domain.sessions.meetings import MeetingPlan
from domain.sessions.sessions import NewSession, SessionFormat
from tests.conftest import BY, NOW

wall = datetime.fromisoformat


async def an_organization(db, **facts):
    return await organizations.create(db, NewOrganization(**{"name": "Acme", **facts}), by=BY, now=NOW)


async def a_person(db, **facts):
    return await people.create(db, NewPerson(**{"name": "Ada", **facts}), by=BY, now=NOW)


async def a_program(db, **facts):
    return await programs.create(db, NewProgram(**{"title": "Giving feedback", **facts}), by=BY, now=NOW)


async def an_activity(db, program, **facts):
    """By default a check-in two weeks after the first session."""
    return await activities.add(db, program.id, a_new_activity(**facts), by=BY, now=NOW)


def a_new_activity(**facts):
    check_in = {
        "stage": Stage.AFTER,
        "mode": Mode.SOCIAL,
        "kind": ActivityKind.COHORT_CHECK_IN,
        "purpose": Purpose.REINFORCEMENT,
        "title": "Two weeks later",
        "anchor": Anchor.END,
        "offset_minutes": 14 * 1440,
        "days_to_complete": 7,
        "audience": Audience.COHORT,
    }
    return NewActivity(**{**check_in, **facts})


async def a_cohort(db, program, **facts):
    return await cohorts.create(db, program.id, NewCohort(**{"name": "Autumn", **facts}), by=BY, now=NOW)


def a_plan(day=8, **facts):
    """A day in September 2026 in Zurich, from nine to five."""
    day = {"local_start": wall(f"2026-09-{day:02} 09:00"), "local_end": wall(f"2026-09-{day:02} 17:00")}
    return MeetingPlan(**{**day, "time_zone": "Europe/Zurich", **facts})


async def a_session(db, program, **facts):
    """By default one day a week from `NOW`, with seats for everyone."""
    workshop = {"title": "Workshop", "format": SessionFormat.WORKSHOP, "meetings": [a_plan()]}
    return await sessions.schedule(db, NewSession(program_id=program.id, **{**workshop, **facts}), by=BY, now=NOW)


async def a_seat(db, session, **facts):
    """A new person's registration."""
    person = await a_person(db, **facts)
    return await registrations.register(db, session.id, person.id, by=BY, now=NOW)


async def events_of(db, record):
    """The history of a record: its verbs and facts in order."""
    found = await db.scalars(select(Event).where(Event.aggregate_id == record.id).order_by(Event.sequence))
    return [(event.verb, event.facts) for event in found]


def unknown():
    """An id that nothing has."""
    return uuid.uuid4()
