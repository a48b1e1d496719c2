"""Head counts: how many were registered, attended or were certified, where only the numbers are known.

Invariant: one number per session, kind and day. Day 0 is the session as a whole, 1 its first day, and so on.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history
from domain.records import Record, Refused, Word, belongs_to, choice, lock, unique
from domain.sessions import Session
from tenants.viewer import Actor

MOST_DAYS = 80
MOST_PEOPLE = 1_000_000


class HeadCountKind(Word):
    REGISTERED = auto()
    ATTENDED = auto()
    CERTIFIED = auto()


class HeadCountRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()


class HeadCountRefused(Refused[HeadCountRefusal]):
    pass


class HeadCount(Record, table=True):
    __tablename__ = "head_count"
    __table_args__ = (
        belongs_to("session"),
        unique("session_id", "kind", "day"),
        CheckConstraint("day >= 0", name="day"),
        CheckConstraint("people >= 0", name="people"),
        Index("head_count_session_day_idx", "tenant_id", "session_id", "day", "id"),
    )

    session_id: uuid.UUID
    kind: HeadCountKind = Field(sa_type=choice(HeadCountKind, "kind"))
    day: int
    people: int


def checked(day: int, people: int) -> None:
    """Nothing, or which number can't be."""
    if not 0 <= day <= MOST_DAYS:
        raise _invalid("day", f"Give the day as a number from 1 to {MOST_DAYS}, or 0 for the session as a whole.")
    if not 0 <= people <= MOST_PEOPLE:
        raise _invalid("people", f"Give a number of people between 0 and {MOST_PEOPLE:,}.")


def _invalid(field: str, message: str) -> HeadCountRefused:
    return HeadCountRefused(HeadCountRefusal.INVALID, message, field=field)


async def count(
    db: AsyncSession, session_id: uuid.UUID, *, kind: HeadCountKind, day: int, people: int, by: Actor, now: datetime
) -> HeadCount:
    """Put the number down, or correct it. Holds the session's row, so that two who count at once leave one number."""
    checked(day, people)
    if await lock(db, Session, session_id) is None:
        raise HeadCountRefused(HeadCountRefusal.NOT_FOUND, "There is no such session.", field="sessionId")
    same = select(HeadCount).where(HeadCount.session_id == session_id, HeadCount.kind == kind, HeadCount.day == day)
    head_count = await db.scalar(same.execution_options(populate_existing=True))
    if head_count and head_count.people == people:
        return head_count

    head_count = head_count or HeadCount(session_id=session_id, kind=kind, day=day, people=people)
    head_count.people = people
    db.add(head_count)
    facts = {"session_id": session_id, "kind": kind, "day": day, "people": people}
    await history.record(db, head_count, "counted", by=by, now=now, **facts)
    return head_count
