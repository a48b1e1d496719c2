"""Sessions: instructor-led events, each with its dated meetings.

Invariant: `starts_at` and `ends_at` are those of the first and the last meeting. `seats_taken` and `waiting` count the
registrations that hold a seat and that wait; only `registrations` changes them, and never beyond `capacity`.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class SessionFormat(Word):
    CLASSROOM = auto()
    VIRTUAL = auto()
    WORKSHOP = auto()
    HYBRID = auto()


class SessionStatus(Word):
    SCHEDULED = auto()
    CANCELLED = auto()


class SessionRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    NUMBER_TAKEN = auto()
    SESSION_CANCELLED = auto()
    CAPACITY_BELOW_SEATS_TAKEN = auto()


class SessionRefused(Refused[SessionRefusal]):
    pass


class Session(Record, table=True):
    """`number`: which session of its cohort it is. No capacity is unlimited; a waitlist of 0 is none."""

    __table_args__ = (
        belongs_to("program"),
        belongs_to("cohort"),
        belongs_to("organization", "host_organization_id"),
        unique("external_ref"),
        unique("cohort_id", "number", name="session_number_key"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("waitlist_capacity >= 0", name="waitlist_capacity"),
        CheckConstraint("seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name="seats_taken"),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index("session_starts_at_idx", "tenant_id", "starts_at", "id"),
        Index("session_title_idx", "tenant_id", "title", "id"),
        Index("session_created_at_idx", "tenant_id", "created_at", "id"),
        Index("session_program_starts_at_idx", "tenant_id", "program_id", "starts_at", "id"),
        Index("session_cohort_starts_at_idx", "tenant_id", "cohort_id", "starts_at", "id"),
        Index("session_host_starts_at_idx", "tenant_id", "host_organization_id", "starts_at", "id"),
    )

    program_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    number: int = 1
    title: str
    external_ref: str | None = None
    format: SessionFormat = Field(sa_type=choice(SessionFormat, "format"))
    status: SessionStatus = Field(default=SessionStatus.SCHEDULED, sa_type=choice(SessionStatus, "status"))
    capacity: int | None = None
    waitlist_capacity: int | None = None
    seats_taken: int = 0
    waiting: int = 0
    host_organization_id: uuid.UUID | None = None
    starts_at: datetime = Field(sa_type=UTC)
    ends_at: datetime = Field(sa_type=UTC)
    registration_closes_at: datetime | None = Field(default=None, sa_type=UTC)
    cancelled_at: datetime | None = Field(default=None, sa_type=UTC)
    created_at: datetime = Field(sa_type=UTC)
