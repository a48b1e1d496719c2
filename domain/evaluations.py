"""Evaluations: an instrument opened for the people of a cohort, a session or a program.

Invariant: an evaluation judges exactly one of the three, and each step opens at most one.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, one_of, unique


class EvaluationRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()


class EvaluationRefused(Refused[EvaluationRefusal]):
    pass


class Evaluation(Record, table=True):
    __table_args__ = (
        belongs_to("instrument"),
        belongs_to("cohort"),
        belongs_to("session"),
        belongs_to("program"),
        belongs_to("step"),
        one_of("cohort_id", "session_id", "program_id", name="judged"),
        unique("step_id"),
        CheckConstraint("closes_at > opened_at", name="closes_after_opening"),
        Index("evaluation_opened_at_idx", "tenant_id", "opened_at", "id"),
        Index("evaluation_instrument_id_opened_at_idx", "tenant_id", "instrument_id", "opened_at", "id"),
        Index("evaluation_cohort_id_opened_at_idx", "tenant_id", "cohort_id", "opened_at", "id"),
        Index("evaluation_session_id_opened_at_idx", "tenant_id", "session_id", "opened_at", "id"),
        Index("evaluation_program_id_opened_at_idx", "tenant_id", "program_id", "opened_at", "id"),
    )

    instrument_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    program_id: uuid.UUID | None = None
    step_id: uuid.UUID | None = None
    opened_at: datetime = Field(sa_type=UTC)
    closes_at: datetime | None = Field(default=None, sa_type=UTC)
