"""Steps: one dated part of a journey each.

Invariant: a step is due at its activity's offset from its session, and moves with the session until it is finished or
has had its effect. What a step sets going, a prompt or an evaluation, it sets going once.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class StepStatus(Word):
    PENDING = auto()
    DUE = auto()
    COMPLETED = auto()
    SKIPPED = auto()
    OVERDUE = auto()


class StepRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    WRONG_STATE = auto()


class StepRefused(Refused[StepRefusal]):
    pass


class Step(Record, table=True):
    """`cohort_id` and `enrollment_id` repeat the journey's, so that steps are listed without it."""

    __table_args__ = (
        belongs_to("journey"),
        belongs_to("activity"),
        belongs_to("session"),
        belongs_to("cohort"),
        belongs_to("enrollment"),
        unique("journey_id", "activity_id"),
        CheckConstraint("overdue_at >= due_at", name="overdue_after_due"),
        Index("step_status_due_at_idx", "tenant_id", "status", "due_at", "id"),
        Index("step_status_overdue_at_idx", "tenant_id", "status", "overdue_at", "id"),
        Index("step_due_at_idx", "tenant_id", "due_at", "id"),
        Index("step_journey_id_due_at_idx", "tenant_id", "journey_id", "due_at", "id"),
        Index("step_activity_id_due_at_idx", "tenant_id", "activity_id", "due_at", "id"),
        Index("step_session_id_due_at_idx", "tenant_id", "session_id", "due_at", "id"),
        Index("step_cohort_id_due_at_idx", "tenant_id", "cohort_id", "due_at", "id"),
        Index("step_enrollment_id_due_at_idx", "tenant_id", "enrollment_id", "due_at", "id"),
    )

    journey_id: uuid.UUID
    activity_id: uuid.UUID
    session_id: uuid.UUID
    cohort_id: uuid.UUID
    enrollment_id: uuid.UUID | None = None
    due_at: datetime = Field(sa_type=UTC)
    overdue_at: datetime = Field(sa_type=UTC)
    status: StepStatus = Field(default=StepStatus.PENDING, sa_type=choice(StepStatus, "status"))
    opened_at: datetime | None = Field(default=None, sa_type=UTC)
    completed_at: datetime | None = Field(default=None, sa_type=UTC)
    note: str = ""
