"""Head counts: how many were registered, attended or were certified, where only the numbers are known.

Invariant: one number per session, kind and day. Day 0 is the session as a whole, 1 its first day, and so on.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain import history
from domain.records import Record, Refused, Word, belongs_to, choice, unique
from domain.sessions.sessions import Session
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


@dataclass(frozen=True)
class Count:
    session_id: uuid.UUID
    kind: HeadCountKind
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
    """Put the number down, or correct it."""
    [head_count] = await count_each(db, [Count(session_id, kind, day, people)], by=by, now=now)
    return head_count


async def count_each(db: AsyncSession, counts: Sequence[Count], *, by: Actor, now: datetime) -> list[HeadCount]:
    """Put many numbers down, or correct them; of two for the same session, kind and day the later one is right.

    Holds the sessions' rows, so that two who count at once leave one number.
    """
    for one in counts:
        checked(one.day, one.people)
    ids = sorted({one.session_id for one in counts})
    held = select(Session.id).where(col(Session.id).in_(ids)).order_by(col(Session.id)).with_for_update(key_share=True)
    if set(ids) - set(await db.scalars(held)):
        raise HeadCountRefused(HeadCountRefusal.NOT_FOUND, "There is no such session.", field="sessionId")
    there = select(HeadCount).where(col(HeadCount.session_id).in_(ids)).execution_options(populate_existing=True)
    known = {(known.session_id, known.kind, known.day): known for known in await db.scalars(there)}

    changed: dict[uuid.UUID, HeadCount] = {}
    counted = []
    for one in counts:
        head_count = known.setdefault((one.session_id, one.kind, one.day), HeadCount(**asdict(one)))
        if head_count not in db or head_count.people != one.people:
            head_count.people = one.people
            db.add(head_count)
            changed[head_count.id] = head_count
        counted.append(head_count)
    facts = [(one, one.model_dump(include={"session_id", "kind", "day", "people"})) for one in changed.values()]
    await history.record_each(db, facts, "counted", by=by, now=now)
    return counted
