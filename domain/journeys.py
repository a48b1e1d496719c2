"""Journeys: a program's blueprint unrolled for a cohort, and for each of its learners.

Invariant: a cohort has one journey of its own and one per enrollment; each holds at most one step per activity.
Unrolling again adds what is missing and changes nothing else.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index, text
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to


class JourneyRefusal(Word):
    NOT_FOUND = auto()
    SESSION_MISSING = auto()


class JourneyRefused(Refused[JourneyRefusal]):
    pass


class Journey(Record, table=True):
    """Without an enrollment it is the cohort's own."""

    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("enrollment"),
        Index(
            "journey_cohort_key",
            "tenant_id",
            "cohort_id",
            unique=True,
            postgresql_where=text("enrollment_id IS NULL"),
        ),
        Index(
            "journey_enrollment_key",
            "tenant_id",
            "cohort_id",
            "enrollment_id",
            unique=True,
            postgresql_where=text("enrollment_id IS NOT NULL"),
        ),
        Index("journey_unrolled_at_idx", "tenant_id", "unrolled_at", "id"),
        Index("journey_cohort_id_unrolled_at_idx", "tenant_id", "cohort_id", "unrolled_at", "id"),
        Index("journey_enrollment_id_idx", "tenant_id", "enrollment_id"),
    )

    cohort_id: uuid.UUID
    enrollment_id: uuid.UUID | None = None
    unrolled_at: datetime = Field(sa_type=UTC)
