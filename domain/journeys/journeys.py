"""Journeys: a program's blueprint unrolled for a cohort, and for each of its learners.

Invariant: a cohort has one journey of its own and one per enrollment; each holds at most one step per activity.
Unrolling again adds what is missing and changes nothing else. What hangs on a cancelled session, or on a learner who
has withdrawn, stays as it is.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import auto

from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.communities import channels
from domain.history import record
from domain.journeys import effects, steps
from domain.journeys.activities import Activity, Audience
from domain.journeys.steps import UNFINISHED, Place, Step
from domain.programs.cohorts import Cohort
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.records import UTC, Record, Refused, Word, belongs_to, lock
from domain.sessions.sessions import Session
from tenants.viewer import Actor


class JourneyRefusal(Word):
    NOT_FOUND = auto()
    SESSION_MISSING = auto()


class JourneyRefused(Refused[JourneyRefusal]):
    pass


class Journey(Record, table=True):
    """Without an enrollment it is the cohort's own. `unrolled_at` is when it last got a step."""

    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("enrollment"),
        Index(
            "journey_cohort_key",
            "tenant_id",
            "cohort_id",
            unique=True,
            postgresql_where=text("enrollment_id IS NULL"),
        ),
        Index(
            "journey_enrollment_key",
            "tenant_id",
            "cohort_id",
            "enrollment_id",
            unique=True,
            postgresql_where=text("enrollment_id IS NOT NULL"),
        ),
        Index("journey_unrolled_at_idx", "tenant_id", "unrolled_at", "id"),
        Index("journey_cohort_id_unrolled_at_idx", "tenant_id", "cohort_id", "unrolled_at", "id"),
        Index("journey_enrollment_id_idx", "tenant_id", "enrollment_id"),
    )

    cohort_id: uuid.UUID
    enrollment_id: uuid.UUID | None = None
    unrolled_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True)
class Hung:
    """An activity on the session of the cohort that it hangs on."""

    activity: Activity
    session: Session


def hang(activities: Sequence[Activity], sessions: Mapping[int, Session]) -> list[Hung]:
    """Every activity on its session, or which session is missing."""
    missing = next((activity for activity in activities if activity.session_number not in sessions), None)
    if missing is not None:
        raise JourneyRefused(
            JourneyRefusal.SESSION_MISSING,
            f"'{missing.title}' hangs on session {missing.session_number}, which this cohort does not have. "
            f"Schedule session {missing.session_number} of the cohort, then unroll again.",
            field="cohortId",
        )
    return [Hung(activity, sessions[activity.session_number]) for activity in activities]


def new_steps(journey: Journey, hung: Sequence[Hung], *, known: set[tuple[uuid.UUID, uuid.UUID]]) -> list[Step]:
    """The steps that the journey lacks. `known` holds the journey and the activity of those that there are."""
    audience = Audience.COHORT if journey.enrollment_id is None else Audience.LEARNER
    return [
        Step(
            journey_id=journey.id,
            activity_id=one.activity.id,
            session_id=one.session.id,
            cohort_id=journey.cohort_id,
            enrollment_id=journey.enrollment_id,
            due_at=steps.due(one.activity, one.session),
            overdue_at=steps.overdue(one.activity, one.session),
        )
        for one in hung
        if one.activity.audience == audience and (journey.id, one.activity.id) not in known
    ]


async def unroll(db: AsyncSession, cohort_id: uuid.UUID, *, by: Actor, now: datetime) -> Journey:
    """The cohort's journey, with its learners' journeys beside it and a channel to talk in.

    The cohort's row is held, so that nobody is enrolled in between; the sessions' rows too, so that none moves.
    """
    cohort = await lock(db, Cohort, cohort_id)
    if cohort is None:
        raise JourneyRefused(JourneyRefusal.NOT_FOUND, "There is no such cohort.", field="cohortId")
    hung = hang(await _activities(db, cohort), await _sessions(db, cohort))
    await channels.open_for(db, cohort, name=cohort.name, by=by, now=now)
    active = select(Enrollment.id).where(
        Enrollment.cohort_id == cohort_id, Enrollment.status == EnrollmentStatus.ACTIVE
    )
    enrollment_ids: list[uuid.UUID | None] = [None, *await db.scalars(active.order_by(col(Enrollment.id)))]
    journeys = await _journeys(db, cohort, enrollment_ids, now=now)
    added = await _add_steps(db, cohort, journeys, hung, now=now)
    if added:
        await record(
            db, journeys[0], "unrolled", by=by, now=now, cohort_id=cohort_id, journeys=len(journeys), steps=added
        )
    return journeys[0]


async def follow(db: AsyncSession, enrollment: Enrollment, *, by: Actor, now: datetime) -> Journey | None:
    """Give a learner who comes late their own steps; nothing where the cohort's journey is not unrolled yet.

    Steps of sessions that the cohort does not have yet come with the next unrolling.
    """
    cohort = await lock(db, Cohort, enrollment.cohort_id)
    mine = select(Journey).where(Journey.cohort_id == enrollment.cohort_id, col(Journey.enrollment_id).is_(None))
    if cohort is None or await db.scalar(mine) is None:
        return None
    sessions = await _sessions(db, cohort)
    hung = hang(
        [activity for activity in await _activities(db, cohort) if activity.session_number in sessions], sessions
    )
    journeys = await _journeys(db, cohort, [enrollment.id], now=now)
    added = await _add_steps(db, cohort, journeys, hung, now=now)
    if added:
        await record(db, journeys[0], "followed", by=by, now=now, enrollment_id=enrollment.id, steps=added)
    return journeys[0]


async def move(db: AsyncSession, session: Session, *, by: Actor, now: datetime) -> int:
    """Move every unfinished step that hangs on the session to where it belongs now; how many moved."""
    hanging = (
        select(Step, Activity)
        .join(Activity, col(Activity.id) == Step.activity_id)
        .where(Step.session_id == session.id, col(Step.status).in_(UNFINISHED))
        .order_by(col(Step.id))
        .with_for_update(of=Step, key_share=True)
        .execution_options(populate_existing=True)
    )
    pairs = list(await db.execute(hanging))
    acted = await effects.acted(db, [step for step, _ in pairs])
    moved = 0
    for step, activity in pairs:
        place = steps.moved(step, activity, session, acted=step.id in acted, now=now)
        if place == Place(step.due_at, step.overdue_at, step.status, step.opened_at):
            continue
        step.due_at, step.overdue_at = place.due_at, place.overdue_at
        step.status, step.opened_at = place.status, place.opened_at
        moved += 1
    if moved:
        await record(db, session, "steps_moved", by=by, now=now, steps=moved)
    return moved


async def _activities(db: AsyncSession, cohort: Cohort) -> list[Activity]:
    blueprint = select(Activity).where(Activity.program_id == cohort.program_id)
    return list(await db.scalars(blueprint.order_by(col(Activity.position))))


async def _sessions(db: AsyncSession, cohort: Cohort) -> dict[int, Session]:
    """The cohort's sessions by number, held against being moved."""
    mine = select(Session).where(Session.cohort_id == cohort.id).order_by(col(Session.number))
    held = mine.with_for_update(read=True).execution_options(populate_existing=True)
    return {session.number: session for session in await db.scalars(held)}


async def _journeys(
    db: AsyncSession, cohort: Cohort, enrollment_ids: Sequence[uuid.UUID | None], *, now: datetime
) -> list[Journey]:
    """One journey per enrollment, in the order given; None asks for the cohort's own."""
    there = await db.scalars(select(Journey).where(Journey.cohort_id == cohort.id))
    known = {journey.enrollment_id: journey for journey in there}
    missing = [
        Journey(cohort_id=cohort.id, enrollment_id=enrollment_id, unrolled_at=now)
        for enrollment_id in enrollment_ids
        if enrollment_id not in known
    ]
    db.add_all(missing)
    await db.flush()
    known |= {journey.enrollment_id: journey for journey in missing}
    return [known[enrollment_id] for enrollment_id in enrollment_ids]


async def _add_steps(
    db: AsyncSession, cohort: Cohort, journeys: Sequence[Journey], hung: Sequence[Hung], *, now: datetime
) -> int:
    there = await db.execute(select(Step.journey_id, Step.activity_id).where(Step.cohort_id == cohort.id))
    known = {(journey_id, activity_id) for journey_id, activity_id in there}
    added = 0
    for journey in journeys:
        lacking = new_steps(journey, hung, known=known)
        if lacking:
            journey.unrolled_at = now
            db.add_all(lacking)
            added += len(lacking)
    await db.flush()
    return added
