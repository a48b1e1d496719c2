"""Cohorts: a group going through a program together, one run of it."""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, unique


class CohortRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()


class CohortRefused(Refused[CohortRefusal]):
    pass


class Cohort(Record, table=True):
    __table_args__ = (
        belongs_to("program"),
        unique("external_ref"),
        Index("cohort_name_idx", "tenant_id", "name", "id"),
        Index("cohort_created_at_idx", "tenant_id", "created_at", "id"),
        Index("cohort_program_created_at_idx", "tenant_id", "program_id", "created_at", "id"),
    )

    program_id: uuid.UUID
    name: str
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)
