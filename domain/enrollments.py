"""Enrollments: a learner in a cohort, lasting. A seat in one session is a registration, not this.

Invariant: one enrollment per cohort and person. Who comes back has the same one again.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class EnrollmentStatus(Word):
    ACTIVE = auto()
    WITHDRAWN = auto()


class EnrollmentRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()


class EnrollmentRefused(Refused[EnrollmentRefusal]):
    pass


class Enrollment(Record, table=True):
    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("person"),
        unique("cohort_id", "person_id"),
        Index("enrollment_enrolled_at_idx", "tenant_id", "enrolled_at", "id"),
        Index("enrollment_cohort_enrolled_at_idx", "tenant_id", "cohort_id", "enrolled_at", "id"),
        Index("enrollment_person_enrolled_at_idx", "tenant_id", "person_id", "enrolled_at", "id"),
    )

    cohort_id: uuid.UUID
    person_id: uuid.UUID
    status: EnrollmentStatus = Field(sa_type=choice(EnrollmentStatus, "status"))
    enrolled_at: datetime = Field(sa_type=UTC)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTC)
