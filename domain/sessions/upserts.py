"""Sessions that have a name elsewhere: created when they are new, changed where it is said otherwise."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from domain.facts import whole
from domain.records import Upserted
from domain.sessions.meetings import MeetingPlan
from domain.sessions.sessions import (
    NewSession,
    Session,
    SessionChanges,
    SessionRefusal,
    SessionRefused,
    reschedule,
    schedule,
    update,
)
from domain.texts import text_of
from tenants.viewer import Actor


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a session belongs and when it takes place, as far as that is said. Where it belongs never changes."""

    program_id: uuid.UUID | None = None
    cohort_id: uuid.UUID | None = None
    number: int | None = None
    meetings: Sequence[MeetingPlan] | None = None


def misplaced(session: Session, said: Placement) -> SessionRefused | None:
    """Why a known session can't be where it is said to be."""
    wanted = {"programId": said.program_id, "cohortId": said.cohort_id, "number": said.number}
    there = {"programId": session.program_id, "cohortId": session.cohort_id, "number": session.number}
    moved = [field for field, value in wanted.items() if value not in (None, there[field])]
    if not moved:
        return None
    return SessionRefused(SessionRefusal.INVALID, "The session belongs elsewhere, and stays there.", field=moved[0])


async def upsert(
    db: AsyncSession, external_ref: str, changes: SessionChanges, said: Placement, *, by: Actor, now: datetime
) -> Upserted[Session]:
    """The session with this reference: changed and rescheduled where it was said otherwise, or a new one.

    After it, as after `update` and `reschedule`, free seats are given out and the journeys' steps are moved.
    """
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    session = await db.scalar(select(Session).where(Session.external_ref == reference))
    if session is None:
        placed = {field.name: getattr(said, field.name) for field in fields(said)}
        given = {name: value for name, value in placed.items() if value is not None}
        new = whole(NewSession, {**changes, **given, "external_ref": reference}, invalid=_invalid)
        return Upserted(await schedule(db, new, by=by, now=now), created=True)

    if refused := misplaced(session, said):
        raise refused
    session = await update(db, session.id, changes, by=by, now=now)
    if said.meetings is not None:
        session = await reschedule(db, session.id, said.meetings, by=by, now=now)
    return Upserted(session, created=False)


def _invalid(field: str, message: str) -> SessionRefused:
    return SessionRefused(SessionRefusal.INVALID, message, field=field)
