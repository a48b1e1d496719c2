"""Registrations: who has a seat in a session, and who waits for one. The one place that gives out seats.

Invariant: a person has at most one registration for a session that is not cancelled, and the session's counters are the
numbers of its REGISTERED and WAITLISTED registrations. Every change of them holds the session's row.
The queue is in the order of `(registered_at, id)`.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain import history
from domain.people.people import Person
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, find, lock, new_id
from domain.sessions.sessions import Session, SessionStatus
from tenants.strokes import Stroke
from tenants.viewer import Actor


class RegistrationStatus(Word):
    REGISTERED = auto()
    WAITLISTED = auto()
    CANCELLED = auto()


class RegistrationRefusal(Word):
    NOT_FOUND = auto()
    SESSION_FULL = auto()
    SESSION_CANCELLED = auto()
    REGISTRATION_CLOSED = auto()


class RegistrationRefused(Refused[RegistrationRefusal]):
    pass


class Registration(Record, table=True):
    __table_args__ = (
        belongs_to("session"),
        belongs_to("person"),
        Index(
            "registration_one_per_person",
            "tenant_id",
            "session_id",
            "person_id",
            unique=True,
            postgresql_where=text("status <> 'CANCELLED'"),
        ),
        Index("registration_registered_at_idx", "tenant_id", "registered_at", "id"),
        Index("registration_session_registered_at_idx", "tenant_id", "session_id", "registered_at", "id"),
        Index("registration_person_registered_at_idx", "tenant_id", "person_id", "registered_at", "id"),
    )

    session_id: uuid.UUID
    person_id: uuid.UUID
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus, "status"))
    registered_at: datetime = Field(sa_type=UTC)
    cancelled_at: datetime | None = Field(default=None, sa_type=UTC)


SEAT = "s.waiting = 0 AND (s.capacity IS NULL OR s.seats_taken < s.capacity)"


def claim(*, tenant_id: str, session_id: str, now: str) -> str:
    """Count one more seat, or one more in the queue, in the very statement that sees there is room. Gives it as SQL.

    PostgreSQL waits for whoever changes the row at the same time, and then decides on what they left.
    """
    return f"""UPDATE session s SET
        seats_taken = s.seats_taken + CASE WHEN {SEAT} THEN 1 ELSE 0 END,
        waiting = s.waiting + CASE WHEN {SEAT} THEN 0 ELSE 1 END
    WHERE s.tenant_id = {tenant_id} AND s.id = {session_id} AND s.status = 'SCHEDULED' AND s.ends_at > {now}
        AND (s.registration_closes_at IS NULL OR s.registration_closes_at > {now})
        AND ({SEAT} OR s.waitlist_capacity IS NULL OR s.waiting < s.waitlist_capacity)"""  # noqa: S608 -- our own words


TOLD = history.FIRST.format(
    id="$6::uuid",
    aggregate="'Registration'",
    aggregate_id="id",
    verb="lower(status)",
    person_id="$7::uuid",
    app_id="$8::uuid",
    now="$3::timestamptz",
    facts="jsonb_build_object('session_id', $2::uuid, 'person_id', $4::uuid)",
)
CLAIM = claim(tenant_id="$1::uuid", session_id="$2::uuid", now="$3::timestamptz")
STEPS = f"""known AS (SELECT id FROM person WHERE tenant_id = $1::uuid AND id = $4::uuid),
    claimed AS ({CLAIM} AND EXISTS (SELECT FROM known) AND NOT EXISTS (SELECT FROM registration r
            WHERE r.tenant_id = $1::uuid AND r.session_id = $2::uuid AND r.person_id = $4::uuid
            AND r.status <> 'CANCELLED')
        RETURNING s.waiting),
    added AS (INSERT INTO registration (tenant_id, id, session_id, person_id, status, registered_at)
        SELECT $1::uuid, $5::uuid, $2::uuid, $4::uuid,
            CASE WHEN waiting > 0 THEN 'WAITLISTED' ELSE 'REGISTERED' END, $3::timestamptz FROM claimed
        RETURNING id, status),
    told AS ({TOLD} FROM added)"""  # noqa: S608 -- our own words
"""Of two that ask for the same person at once, one fails on the index `registration_one_per_person`."""


def closes_at(session: Session) -> datetime:
    """When registration closes: when the session says so, at the latest when it ends."""
    return min(session.registration_closes_at or session.ends_at, session.ends_at)


def seats_left(session: Session) -> int | None:
    """None is unlimited, as in every capacity."""
    return None if session.capacity is None else session.capacity - session.seats_taken


def placed(waiting: int) -> RegistrationStatus:
    """What the place just claimed is: nobody is seated while others wait, so without a queue it is a seat."""
    return RegistrationStatus.WAITLISTED if waiting else RegistrationStatus.REGISTERED


def refusal(session: Session, now: datetime) -> RegistrationRefused:
    """Why the session has no place to give."""
    if session.status == SessionStatus.CANCELLED:
        return RegistrationRefused(
            RegistrationRefusal.SESSION_CANCELLED, "The session is cancelled. Choose another one.", field="sessionId"
        )
    if now >= closes_at(session):
        return RegistrationRefused(
            RegistrationRefusal.REGISTRATION_CLOSED,
            f"Registration closed on {closes_at(session):%Y-%m-%d %H:%M} UTC. Choose another session.",
            field="sessionId",
        )
    return RegistrationRefused(
        RegistrationRefusal.SESSION_FULL,
        "The session is full, and so is its waitlist. Try again later, or choose another session.",
        field="sessionId",
        retryable=True,
    )


async def register(
    db: AsyncSession, session_id: uuid.UUID, person_id: uuid.UUID, *, by: Actor, now: datetime
) -> Registration:
    """A seat, a place at the end of the queue, or a refusal. Asking twice gives the same registration.

    From the claim on the session's row is held, so the second look sees what the same person asked for meanwhile.
    """
    if await find(db, Person, person_id) is None:
        raise RegistrationRefused(RegistrationRefusal.NOT_FOUND, "There is no such person.", field="personId")
    if registration := await active(db, session_id, person_id):
        return registration
    session = await _claim(db, session_id, now)
    if session is None:
        raise refusal(_existing(await find(db, Session, session_id)), now)
    status = placed(session.waiting)
    if registration := await active(db, session_id, person_id):
        _give_back(session, status)
        await db.flush()
        return registration

    registration = Registration(session_id=session_id, person_id=person_id, status=status, registered_at=now)
    db.add(registration)
    verb = "registered" if status == RegistrationStatus.REGISTERED else "waitlisted"
    await history.record(db, registration, verb, by=by, now=now, session_id=session_id, person_id=person_id)
    return registration


def at_once(session_id: uuid.UUID, person_id: uuid.UUID, *, by: Actor, now: datetime) -> Stroke:
    """All that `register` does for someone who has no place yet and gets one, as one statement. It gives the new id.

    What it does not do, because it is done already or there is a reason against it, is for `register` to tell.
    """
    arguments = (session_id, now, person_id, new_id(), new_id(), by.person_id, by.app_id)
    return Stroke(STEPS, "SELECT id FROM added", arguments)


async def cancel(db: AsyncSession, registration_id: uuid.UUID, *, by: Actor, now: datetime) -> Registration:
    """Give the place up; a seat goes to whoever has waited longest. Cancelling twice changes nothing."""
    registration = await find(db, Registration, registration_id)
    if registration is None:
        raise RegistrationRefused(RegistrationRefusal.NOT_FOUND, "There is no such registration.", field="id")
    session = _existing(await lock(db, Session, registration.session_id))
    await db.refresh(registration)
    if registration.status == RegistrationStatus.CANCELLED:
        return registration
    _give_back(session, registration.status)
    registration.status = RegistrationStatus.CANCELLED
    registration.cancelled_at = now
    facts = {"session_id": registration.session_id, "person_id": registration.person_id}
    await history.record(db, registration, "cancelled", by=by, now=now, **facts)
    await promote(db, registration.session_id, by=by, now=now)
    return registration


async def promote(db: AsyncSession, session_id: uuid.UUID, *, by: Actor, now: datetime) -> list[Registration]:
    """Give every free seat to those who have waited longest. A session that is cancelled or over seats nobody."""
    session = _existing(await lock(db, Session, session_id))
    if session.status == SessionStatus.CANCELLED or now >= session.ends_at:
        return []
    queue = (
        select(Registration)
        .where(Registration.session_id == session_id, Registration.status == RegistrationStatus.WAITLISTED)
        .order_by(col(Registration.registered_at), col(Registration.id))
        .limit(seats_left(session))
        .execution_options(populate_existing=True)
    )
    promoted = list(await db.scalars(queue))
    session.seats_taken += len(promoted)
    session.waiting -= len(promoted)
    for registration in promoted:
        registration.status = RegistrationStatus.REGISTERED
        facts = {"session_id": session_id, "person_id": registration.person_id}
        await history.record(db, registration, "promoted", by=by, now=now, **facts)
    return promoted


async def active(db: AsyncSession, session_id: uuid.UUID, person_id: uuid.UUID) -> Registration | None:
    """The person's seat or place in the queue, if any."""
    mine = select(Registration).where(Registration.session_id == session_id, Registration.person_id == person_id)
    return await db.scalar(mine.where(Registration.status != RegistrationStatus.CANCELLED))


async def _claim(db: AsyncSession, session_id: uuid.UUID, now: datetime) -> Session | None:
    """The session with one place more taken; None without room."""
    claimed = text(claim(tenant_id=":tenant_id", session_id=":session_id", now=":now") + " RETURNING s.*")
    claimed = claimed.bindparams(tenant_id=db.info["tenant_id"], session_id=session_id, now=now)
    statement = select(Session).from_statement(claimed).execution_options(populate_existing=True)
    session: Session | None = await db.scalar(statement)
    return session


def _existing(session: Session | None) -> Session:
    if session is None:
        raise RegistrationRefused(RegistrationRefusal.NOT_FOUND, "There is no such session.", field="sessionId")
    return session


def _give_back(session: Session, status: RegistrationStatus) -> None:
    if status == RegistrationStatus.REGISTERED:
        session.seats_taken -= 1
    else:
        session.waiting -= 1
