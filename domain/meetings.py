"""Meetings: the dated parts of a session, and the one place where wall time becomes UTC.

Invariant: a meeting keeps what was agreed (wall time and IANA zone) and what follows from it (UTC).
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlmodel import Field

from domain.records import UTC, Record, belongs_to, unique

WALL = DateTime(timezone=False)


class Meeting(Record, table=True):
    """`position` counts from 1 in order of time. `country` is ISO 3166-1 alpha-2; `link` is where to join online."""

    __table_args__ = (
        belongs_to("session"),
        unique("session_id", "position", name="meeting_position_key"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("num_nulls(latitude, longitude) <> 1", name="coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index("meeting_starts_at_idx", "tenant_id", "starts_at", "id"),
        Index("meeting_session_starts_at_idx", "tenant_id", "session_id", "starts_at", "id"),
        Index("meeting_position_idx", "tenant_id", "session_id", "position", "id"),
    )

    session_id: uuid.UUID
    position: int
    local_start: datetime = Field(sa_type=WALL)
    local_end: datetime = Field(sa_type=WALL)
    time_zone: str
    starts_at: datetime = Field(sa_type=UTC)
    ends_at: datetime = Field(sa_type=UTC)
    place: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    link: str | None = None
