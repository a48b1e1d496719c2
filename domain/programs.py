"""Programs: what is taught as a whole. A program runs many times, each time with a cohort.

Invariant: a price is an amount in minor units together with its currency, or there is none.
"""

from datetime import datetime
from enum import auto

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, unique


class ProgramRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()


class ProgramRefused(Refused[ProgramRefusal]):
    pass


class Program(Record, table=True):
    """`regulated`: its goal must be certifiable, so evidence from peers alone does not prove it."""

    __table_args__ = (
        unique("external_ref"),
        CheckConstraint("num_nulls(price_minor, price_currency) <> 1", name="price_complete"),
        CheckConstraint("price_minor >= 0", name="price_minor"),
        Index("program_title_idx", "tenant_id", "title", "id"),
        Index("program_created_at_idx", "tenant_id", "created_at", "id"),
    )

    title: str
    summary: str = ""
    goal: str = ""
    regulated: bool = False
    external_ref: str | None = None
    price_minor: int | None = Field(default=None, sa_type=BigInteger)
    price_currency: str | None = None
    created_at: datetime = Field(sa_type=UTC)
