"""Instruments: versioned questionnaires.

Invariant: an instrument never changes once it exists; a revision is a new version under the same name. So every
response is read with exactly the questions that were asked.
"""

from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, choice, unique


class Level(Word):
    """Kirkpatrick's four levels: how they found it, what they learned, what they do differently, what came of it."""

    REACTION = auto()
    LEARNING = auto()
    BEHAVIOR = auto()
    RESULTS = auto()


class InstrumentRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NAME_TAKEN = auto()
    REFERENCE_TAKEN = auto()


class InstrumentRefused(Refused[InstrumentRefusal]):
    pass


class Instrument(Record, table=True):
    """`anonymous`: responses are kept without the person, and cannot be traced back to one."""

    __table_args__ = (
        unique("name", "version"),
        unique("external_ref"),
        CheckConstraint("version >= 1", name="version"),
        Index("instrument_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    version: int = 1
    level: Level = Field(sa_type=choice(Level))
    anonymous: bool = False
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)
