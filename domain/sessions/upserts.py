"""Sessions that have a name elsewhere: created when they are new, changed and moved when they are known."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from domain import upserts
from domain.facts import spelled, whole
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
from domain.upserts import Upserted
from tenants.viewer import Actor


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a session belongs, as far as that is said. It stays there."""

    program_id: uuid.UUID | None = None
    cohort_id: uuid.UUID | None = None
    number: int | None = None


async def upsert(
    db: AsyncSession,
    external_ref: str,
    changes: SessionChanges,
    *,
    placement: Placement,
    meetings: Sequence[MeetingPlan] | None,
    by: Actor,
    now: datetime,
) -> Upserted[Session]:
    """The session with this reference: changed and rescheduled where it is said otherwise, or a new one.

    After it, as after `update` and `reschedule`, free seats are given out and the journeys' steps are moved.
    """
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    said = {**vars(placement), "meetings": meetings}
    new = {**changes, **{name: value for name, value in said.items() if value is not None}, "external_ref": reference}

    async def change(known: Session) -> Session:
        if elsewhere := upserts.misplaced(known, vars(placement)):
            raise _invalid(spelled(elsewhere), "The session belongs elsewhere, and stays there.")
        session = await update(db, known.id, changes, by=by, now=now)
        if meetings is None:
            return session
        return await reschedule(db, session.id, meetings, by=by, now=now)

    return await upserts.upsert(
        db,
        select(Session).where(Session.external_ref == reference),
        create=lambda: schedule(db, whole(NewSession, new, invalid=_invalid), by=by, now=now),
        update=change,
    )


def _invalid(field: str, message: str) -> SessionRefused:
    return SessionRefused(SessionRefusal.INVALID, message, field=field)
