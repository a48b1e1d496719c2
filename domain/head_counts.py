"""Head counts: how many were registered, attended or were certified, where only the numbers are known.

Invariant: one number per session, kind and day. Day 0 is the session as a whole, 1 its first day, and so on.
"""

import uuid
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import Record, Refused, Word, belongs_to, choice, unique


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
