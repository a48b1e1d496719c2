"""Effects: what a due step sets going in its cohort, a prompt in the channel or an evaluation.

Invariant: an activity has its effect once per cohort, also where every learner has a step of it. The cohort's row is
held while that is looked up and done.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from domain.communities import channels, posts
from domain.communities.posts import Post
from domain.evaluations import evaluations
from domain.evaluations.evaluations import Evaluation
from domain.journeys.activities import Activity, ActivityKind
from domain.journeys.steps import Step
from domain.programs.cohorts import Cohort
from domain.records import lock
from tenants.viewer import Actor


def prompt_of(activity: Activity) -> str | None:
    """The text that the activity posts, if it posts one."""
    return (activity.body or activity.title) if activity.kind == ActivityKind.PROMPT else None


def instrument_of(activity: Activity) -> uuid.UUID | None:
    """The instrument that the activity opens, if it opens one."""
    return activity.instrument_id if activity.kind in (ActivityKind.PULSE, ActivityKind.EVALUATION) else None


async def take(db: AsyncSession, step: Step, activity: Activity, *, as_of: datetime, by: Actor, now: datetime) -> None:
    """Let a step that has become due have its effect, if its activity has one and has not had it."""
    prompt, instrument_id = prompt_of(activity), instrument_of(activity)
    if prompt is None and instrument_id is None:
        return
    cohort = await lock(db, Cohort, step.cohort_id)
    if cohort is None or await _taken(db, step):
        return
    if prompt is not None:
        channel = await channels.open_for(db, cohort, name=cohort.name, by=by, now=now)
        await posts.prompt(db, channel, step.id, prompt, posted_at=as_of, by=by, now=now)
    if instrument_id is not None:
        await evaluations.open_for_step(
            db, step.id, cohort_id=step.cohort_id, instrument_id=instrument_id, opened_at=as_of, by=by, now=now
        )


async def acted(db: AsyncSession, steps: Sequence[Step]) -> set[uuid.UUID]:
    """Which of these steps have posted or opened something."""
    ids = [step.id for step in steps]
    posted = await db.scalars(select(Post.step_id).where(col(Post.step_id).in_(ids)))
    opened = await db.scalars(select(Evaluation.step_id).where(col(Evaluation.step_id).in_(ids)))
    return {step_id for step_id in (*posted, *opened) if step_id}


async def _taken(db: AsyncSession, step: Step) -> bool:
    """Whether a step of the same activity and cohort has had the effect."""
    same = select(Step.id).where(Step.cohort_id == step.cohort_id, Step.activity_id == step.activity_id)
    posted = select(Post.id).where(col(Post.step_id).in_(same)).limit(1)
    opened = select(Evaluation.id).where(col(Evaluation.step_id).in_(same)).limit(1)
    return await db.scalar(posted) is not None or await db.scalar(opened) is not None
