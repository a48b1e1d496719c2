"""Sessions: instructor-led events, each with its dated meetings.

Invariant: `starts_at` and `ends_at` are those of the first and the last meeting. `seats_taken` and `waiting` count the
registrations that hold a seat and that wait; only `registrations` changes them, and never beyond `capacity`. That is
no edit: `revision` counts changes of what is said about the session, of its times, and that it is cancelled.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history
from domain.facts import facts_of, take_on, with_changes
from domain.people.organizations import Organization
from domain.programs.cohorts import Cohort
from domain.programs.programs import Program
from domain.records import CHANGED, UTC, Refused, Revised, Word, belongs_to, choice, find, lock, stale, unique
from domain.sessions.meetings import DatedMeeting, Meeting, MeetingPlan, dated, of_session
from domain.texts import reference_of, text_of
from tenants.viewer import Actor

MOST_SEATS = 1_000_000
MOST_SESSIONS = 1_000


class SessionFormat(Word):
    CLASSROOM = auto()
    VIRTUAL = auto()
    WORKSHOP = auto()
    HYBRID = auto()


class SessionStatus(Word):
    SCHEDULED = auto()
    CANCELLED = auto()


class SessionRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    NUMBER_TAKEN = auto()
    SESSION_CANCELLED = auto()
    CAPACITY_BELOW_SEATS_TAKEN = auto()
    MEETING_ATTENDED = auto()
    REVISION_CHANGED = auto()


class SessionRefused(Refused[SessionRefusal]):
    pass


class Session(Revised, table=True):
    """`number`: which session of its cohort it is. No capacity is unlimited; a waitlist of 0 is none."""

    __table_args__ = (
        belongs_to("program"),
        belongs_to("cohort"),
        belongs_to("organization", "host_organization_id"),
        unique("external_ref"),
        unique("cohort_id", "number", name="session_number_key"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("waitlist_capacity >= 0", name="waitlist_capacity"),
        CheckConstraint("seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name="seats_taken"),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index("session_starts_at_idx", "tenant_id", "starts_at", "id"),
        Index("session_title_idx", "tenant_id", "title", "id"),
        Index("session_created_at_idx", "tenant_id", "created_at", "id"),
        Index("session_program_starts_at_idx", "tenant_id", "program_id", "starts_at", "id"),
        Index("session_cohort_starts_at_idx", "tenant_id", "cohort_id", "starts_at", "id"),
        Index("session_host_starts_at_idx", "tenant_id", "host_organization_id", "starts_at", "id"),
    )

    program_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    number: int = 1
    title: str
    external_ref: str | None = None
    format: SessionFormat = Field(sa_type=choice(SessionFormat, "format"))
    status: SessionStatus = Field(default=SessionStatus.SCHEDULED, sa_type=choice(SessionStatus, "status"))
    capacity: int | None = None
    waitlist_capacity: int | None = None
    seats_taken: int = 0
    waiting: int = 0
    host_organization_id: uuid.UUID | None = None
    starts_at: datetime = Field(sa_type=UTC)
    ends_at: datetime = Field(sa_type=UTC)
    registration_closes_at: datetime | None = Field(default=None, sa_type=UTC)
    cancelled_at: datetime | None = Field(default=None, sa_type=UTC)
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """What may be changed without moving the session. Registration closes when it says, at the latest when it ends."""

    title: str
    format: SessionFormat
    external_ref: str | None = None
    capacity: int | None = None
    waitlist_capacity: int | None = None
    host_organization_id: uuid.UUID | None = None
    registration_closes_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NewSession(SessionFacts):
    program_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    number: int = 1
    meetings: Sequence[MeetingPlan]


class SessionChanges(TypedDict, total=False):
    title: str
    format: SessionFormat
    external_ref: str | None
    capacity: int | None
    waitlist_capacity: int | None
    host_organization_id: uuid.UUID | None
    registration_closes_at: datetime | None


def checked(facts: SessionFacts, *, seats_taken: int = 0) -> SessionFacts:
    """The facts as they are stored, or what is wrong with them."""
    for field, seats in (("capacity", facts.capacity), ("waitlistCapacity", facts.waitlist_capacity)):
        if seats is not None and not 0 <= seats <= MOST_SEATS:
            raise _invalid(field, f"Give a number between 0 and {MOST_SEATS:,}, or none for no limit.")
    if facts.capacity is not None and facts.capacity < seats_taken:
        raise SessionRefused(
            SessionRefusal.CAPACITY_BELOW_SEATS_TAKEN,
            f"{seats_taken} seats are taken. Cancel registrations first, or leave at least as many seats.",
            field="capacity",
        )
    return replace(
        facts,
        title=text_of(facts.title, "title", invalid=_invalid),
        external_ref=reference_of(facts.external_ref, invalid=_invalid),
    )


def checked_number(number: int) -> int:
    """Which session of its cohort it is, counted from 1."""
    if not 1 <= number <= MOST_SESSIONS:
        raise _invalid("number", f"Number the sessions of a cohort from 1 to {MOST_SESSIONS:,}.")
    return number


def _invalid(field: str, message: str) -> SessionRefused:
    return SessionRefused(SessionRefusal.INVALID, message, field=field)


async def schedule(db: AsyncSession, new: NewSession, *, by: Actor, now: datetime) -> Session:
    """A new session of a program, or of a cohort that goes through it, with its meetings."""
    facts = checked(facts_of(new, SessionFacts))
    meetings = dated(new.meetings, invalid=_invalid)
    session = Session(
        program_id=new.program_id,
        cohort_id=new.cohort_id,
        number=checked_number(new.number),
        starts_at=meetings[0].starts_at,
        ends_at=meetings[-1].ends_at,
        created_at=now,
        **asdict(facts),
    )
    await _refuse_misplaced(db, session)
    await _refuse_conflicts(db, session.id, facts)
    db.add(session)
    await history.record(
        db,
        session,
        "scheduled",
        by=by,
        now=now,
        program_id=new.program_id,
        cohort_id=new.cohort_id,
        number=new.number,
        meetings=_times(meetings),
        **asdict(facts),
    )
    db.add_all(Meeting(session_id=session.id, **asdict(meeting)) for meeting in meetings)
    await db.flush()
    return session


async def update(
    db: AsyncSession,
    session_id: uuid.UUID,
    changes: SessionChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Session:
    """Change what is said about a session. After more seats, `registrations.promote` gives them to those who wait."""
    session = await _mine(db, session_id, revision)
    facts = checked(with_changes(session, SessionFacts, changes, invalid=_invalid), seats_taken=session.seats_taken)
    await _refuse_conflicts(db, session.id, facts)
    if changed := take_on(session, facts):
        await history.record(db, session, "updated", by=by, now=now, **changed)
    return session


async def reschedule(
    db: AsyncSession,
    session_id: uuid.UUID,
    plans: Sequence[MeetingPlan],
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Session:
    """Give the session these meetings. The first stays the first, and so on; surplus ones go unless someone attended.

    The journeys' steps are moved by `journeys.move`. `registration_closes_at` stays what it is.
    """
    session = await _mine(db, session_id, revision)
    if session.status == SessionStatus.CANCELLED:
        raise SessionRefused(
            SessionRefusal.SESSION_CANCELLED, "The session is cancelled. Schedule a new one.", field="id"
        )
    planned = dated(plans, invalid=_invalid)
    held = await of_session(db, session_id)
    await _drop(db, held[len(planned) :])
    added = [Meeting(session_id=session_id, **asdict(meeting)) for meeting in planned[len(held) :]]
    changed = [take_on(meeting, plan) for meeting, plan in zip(held, planned, strict=False)]
    if len(held) == len(planned) and not any(changed):
        return session

    db.add_all(added)
    session.starts_at, session.ends_at = planned[0].starts_at, planned[-1].ends_at
    session.revision += 1
    await history.record(db, session, "rescheduled", by=by, now=now, meetings=_times(planned))
    return session


async def cancel(db: AsyncSession, session_id: uuid.UUID, *, by: Actor, now: datetime) -> Session:
    """Call the session off. Its registrations stay, so that everyone concerned is known. Twice changes nothing."""
    session = await _mine(db, session_id)
    if session.status == SessionStatus.CANCELLED:
        return session
    session.status = SessionStatus.CANCELLED
    session.cancelled_at = now
    session.revision += 1
    await history.record(db, session, "cancelled", by=by, now=now)
    return session


def _times(meetings: Sequence[DatedMeeting]) -> list[dict[str, str]]:
    return [{"starts_at": m.starts_at.isoformat(), "ends_at": m.ends_at.isoformat()} for m in meetings]


async def _mine(db: AsyncSession, session_id: uuid.UUID, revision: int | None = None) -> Session:
    session = await lock(db, Session, session_id)
    if session is None:
        raise SessionRefused(SessionRefusal.NOT_FOUND, "There is no such session.", field="id")
    if stale(session.revision, revision):
        raise SessionRefused(SessionRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    return session


async def _drop(db: AsyncSession, surplus: Sequence[Meeting]) -> None:
    for meeting in surplus:
        await db.delete(meeting)
    try:
        await db.flush()
    except IntegrityError:
        raise SessionRefused(
            SessionRefusal.MEETING_ATTENDED,
            "A meeting with attendance can't be taken out. Give a new time for each of the session's meetings.",
            field="meetings",
        ) from None


async def _refuse_misplaced(db: AsyncSession, session: Session) -> None:
    if await find(db, Program, session.program_id) is None:
        raise SessionRefused(SessionRefusal.NOT_FOUND, "There is no such program.", field="programId")
    if session.cohort_id is None:
        return
    cohort = await find(db, Cohort, session.cohort_id)
    if cohort is None:
        raise SessionRefused(SessionRefusal.NOT_FOUND, "There is no such cohort.", field="cohortId")
    if cohort.program_id != session.program_id:
        raise _invalid("cohortId", "This cohort goes through another program.")
    numbered = select(Session.id).where(Session.cohort_id == cohort.id, Session.number == session.number)
    if await db.scalar(numbered):
        raise SessionRefused(
            SessionRefusal.NUMBER_TAKEN, f"The cohort has a session number {session.number} already.", field="number"
        )


async def _refuse_conflicts(db: AsyncSession, session_id: uuid.UUID, facts: SessionFacts) -> None:
    if facts.host_organization_id and await find(db, Organization, facts.host_organization_id) is None:
        raise SessionRefused(SessionRefusal.NOT_FOUND, "There is no such organization.", field="hostOrganizationId")
    others = select(Session.id).where(Session.id != session_id)
    if facts.external_ref and await db.scalar(others.where(Session.external_ref == facts.external_ref)):
        raise SessionRefused(
            SessionRefusal.REFERENCE_TAKEN,
            f"Another session has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
