"""Steps: one dated part of a journey each.

Invariant: a step is due at its activity's offset from its session, and moves with the session until it is finished or
has had its effect. What is finished is never moved.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from domain.history import record
from domain.journeys.activities import Activity, Anchor
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, lock, unique
from domain.sessions.sessions import Session
from domain.texts import TITLE, text_of
from tenants.viewer import Actor


class StepStatus(Word):
    """PENDING until its time has come, then DUE, and OVERDUE when it was not done in time."""

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


OPEN = frozenset({StepStatus.DUE, StepStatus.OVERDUE})
UNFINISHED = OPEN | {StepStatus.PENDING}


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
        CheckConstraint("(status = 'COMPLETED') = (completed_at IS NOT NULL)", name="completed_at"),
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


@dataclass(frozen=True)
class Place:
    """Where a step stands in time and state."""

    due_at: datetime
    overdue_at: datetime
    status: StepStatus
    opened_at: datetime | None


def due(activity: Activity, session: Session) -> datetime:
    anchor = session.starts_at if activity.anchor == Anchor.START else session.ends_at
    return anchor + timedelta(minutes=activity.offset_minutes)


def overdue(activity: Activity, session: Session) -> datetime:
    return due(activity, session) + timedelta(days=activity.days_to_complete)


def moved(step: Step, activity: Activity, session: Session, *, acted: bool, now: datetime) -> Place:
    """Where an unfinished step stands after its session has moved.

    One whose time has not come yet waits again, unless it has `acted`: what it posted or opened is not taken back.
    """
    due_at, overdue_at = due(activity, session), overdue(activity, session)
    if step.status == StepStatus.PENDING or (due_at > now and not acted):
        return Place(due_at, overdue_at, StepStatus.PENDING, None)
    return Place(due_at, overdue_at, StepStatus.OVERDUE if overdue_at <= now else StepStatus.DUE, step.opened_at)


def completable(step: Step) -> None:
    """Whether the step can be completed, or why not."""
    if step.status == StepStatus.PENDING:
        raise StepRefused(
            StepRefusal.WRONG_STATE,
            f"This step opens on {step.due_at:%Y-%m-%d at %H:%M} UTC. Complete it from then on.",
            field="id",
            retryable=True,
        )
    if step.status == StepStatus.SKIPPED:
        raise StepRefused(StepRefusal.WRONG_STATE, "This step was skipped; it can't be completed.", field="id")


def skippable(step: Step) -> None:
    """Whether the step can be skipped, or why not."""
    if step.status == StepStatus.COMPLETED:
        raise StepRefused(StepRefusal.WRONG_STATE, "This step is completed; it can't be skipped.", field="id")


def reason_of(reason: str) -> str:
    return text_of(reason, "reason", longest=TITLE, invalid=_invalid)


def _invalid(field: str, message: str) -> StepRefused:
    return StepRefused(StepRefusal.INVALID, message, field=field)


async def complete(db: AsyncSession, step_id: uuid.UUID, *, by: Actor, now: datetime) -> Step:
    """Completing twice changes nothing; an overdue step may still be completed."""
    step = await _locked(db, step_id)
    completable(step)
    if step.status == StepStatus.COMPLETED:
        return step
    step.status = StepStatus.COMPLETED
    step.completed_at = now
    await record(db, step, "completed", by=by, now=now, activity_id=step.activity_id, enrollment_id=step.enrollment_id)
    return step


async def skip(db: AsyncSession, step_id: uuid.UUID, reason: str, *, by: Actor, now: datetime) -> Step:
    """Skipping twice changes nothing, and keeps the first reason."""
    note = reason_of(reason)
    step = await _locked(db, step_id)
    skippable(step)
    if step.status == StepStatus.SKIPPED:
        return step
    step.status = StepStatus.SKIPPED
    step.note = note
    await record(db, step, "skipped", by=by, now=now, activity_id=step.activity_id, reason=note)
    return step


async def _locked(db: AsyncSession, step_id: uuid.UUID) -> Step:
    step = await lock(db, Step, step_id)
    if step is None:
        raise StepRefused(StepRefusal.NOT_FOUND, "There is no such step.", field="id")
    return step
