"""Registrations: who has a seat in a session, and who waits for one. The one place that gives out seats.

Invariant: a person has at most one registration for a session that is not cancelled, and the session's counters are the
numbers of its REGISTERED and WAITLISTED registrations. Every change of them holds the session's row.
The queue is in the order of `(registered_at, id)`.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index, text
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice


class RegistrationStatus(Word):
    REGISTERED = auto()
    WAITLISTED = auto()
    CANCELLED = auto()


class RegistrationRefusal(Word):
    NOT_FOUND = auto()
    SESSION_FULL = auto()
    SESSION_CANCELLED = auto()
    REGISTRATION_CLOSED = auto()


class RegistrationRefused(Refused[RegistrationRefusal]):
    pass


class Registration(Record, table=True):
    __table_args__ = (
        belongs_to("session"),
        belongs_to("person"),
        Index(
            "registration_one_per_person",
            "tenant_id",
            "session_id",
            "person_id",
            unique=True,
            postgresql_where=text("status <> 'CANCELLED'"),
        ),
        Index("registration_registered_at_idx", "tenant_id", "registered_at", "id"),
        Index("registration_session_registered_at_idx", "tenant_id", "session_id", "registered_at", "id"),
        Index("registration_person_registered_at_idx", "tenant_id", "person_id", "registered_at", "id"),
    )

    session_id: uuid.UUID
    person_id: uuid.UUID
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus, "status"))
    registered_at: datetime = Field(sa_type=UTC)
    cancelled_at: datetime | None = Field(default=None, sa_type=UTC)
