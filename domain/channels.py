"""Channels: where the people of a cohort, a session or a community talk and ask.

Invariant: a channel belongs to exactly one of the three, and each of them has at most one.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, one_of, unique


class ChannelRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_A_MEMBER = auto()


class ChannelRefused(Refused[ChannelRefusal]):
    pass


class Channel(Record, table=True):
    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("session"),
        belongs_to("community"),
        one_of("cohort_id", "session_id", "community_id", name="owner"),
        unique("cohort_id"),
        unique("session_id"),
        unique("community_id"),
        Index("channel_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None
    created_at: datetime = Field(sa_type=UTC)
