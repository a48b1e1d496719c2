"""Sweeps: what becomes due because time passes.

A sweep opens every step whose time has come, in the order of their times, and lets it have its effect; then it marks
those that were not done in time. Two sweeps at once share the work. What hangs on a cancelled session, or on a learner
who has withdrawn, is left alone.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col, or_, select

from domain.history import record_each
from domain.journeys import effects
from domain.journeys.activities import Activity
from domain.journeys.journeys import Journey
from domain.journeys.steps import Step, StepStatus
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.sessions.sessions import Session, SessionStatus
from tenants.viewer import Actor

BATCH = 500
BY = Actor()


async def open_due(db: AsyncSession, *, now: datetime) -> int:
    """How many steps became due or overdue. Sweeping again finds nothing more."""
    opened = await _open(db, now=now)
    return opened + await _mark_overdue(db, now=now)


async def _open(db: AsyncSession, *, now: datetime) -> int:
    opened = 0
    while batch := await _waiting(db, StepStatus.PENDING, col(Step.due_at), now=now):
        for step, activity, journey, _ in batch:
            step.status = StepStatus.DUE
            step.opened_at = step.due_at
            await effects.take(db, step, activity, as_of=max(step.due_at, journey.unrolled_at), by=BY, now=now)
        happened = [(step, _facts(step, person_id, due_at=step.due_at)) for step, _, _, person_id in batch]
        await record_each(db, happened, "opened", by=BY, now=now)
        opened += len(batch)
    return opened


async def _mark_overdue(db: AsyncSession, *, now: datetime) -> int:
    marked = 0
    while batch := await _waiting(db, StepStatus.DUE, col(Step.overdue_at), now=now):
        for step, *_ in batch:
            step.status = StepStatus.OVERDUE
        happened = [(step, _facts(step, person_id, overdue_at=step.overdue_at)) for step, _, _, person_id in batch]
        await record_each(db, happened, "overdue", by=BY, now=now)
        marked += len(batch)
    return marked


def _facts(step: Step, person_id: uuid.UUID | None, **moment: datetime) -> dict[str, object]:
    """What the history tells of a step: whose it is, where it is somebody's."""
    whose = {} if person_id is None else {"person_id": person_id}
    return {"activity_id": step.activity_id, "cohort_id": step.cohort_id, **whose, **moment}


async def _waiting(db: AsyncSession, status: StepStatus, key: Mapped[datetime], *, now: datetime) -> Sequence[Any]:
    """The next steps in a state whose moment has come, each with activity, journey and learner; ours until the end."""
    concerns_someone = or_(col(Step.enrollment_id).is_(None), Enrollment.status == EnrollmentStatus.ACTIVE)
    batch = (
        select(Step, Activity, Journey, Enrollment.person_id)
        .join(Activity, col(Activity.id) == Step.activity_id)
        .join(Journey, col(Journey.id) == Step.journey_id)
        .join(Session, col(Session.id) == Step.session_id)
        .outerjoin(Enrollment, col(Enrollment.id) == Step.enrollment_id)
        .where(Step.status == status, key <= now, Session.status == SessionStatus.SCHEDULED, concerns_someone)
        .order_by(key, col(Step.id))
        .limit(BATCH)
        .with_for_update(of=Step, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await db.execute(batch)).all()
