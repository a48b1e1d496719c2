"""Steps: one dated part of a journey each."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.communities.posts import Post
from api.engine.fields import column, to_one
from api.engine.types import Node, many, one, planned
from api.journeys.activities import Activity
from api.journeys.journeys import THEIRS, Journey
from api.mutations import NOBODY, Command, forbidden, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.programs.cohorts import Cohort
from api.programs.enrollments import Enrollment
from api.sessions.sessions import Session
from api.words import enum
from domain.journeys import steps
from domain.journeys.steps import StepStatus
from domain.programs import enrollments
from domain.records import find

if TYPE_CHECKING:
    from api.evaluations.evaluations import Evaluation

enum(
    StepStatus,
    "StepStatus",
    "Where a step stands.",
    PENDING="Its time has not come yet.",
    DUE="Its time has come, and there is time left to do it.",
    COMPLETED="It was done.",
    SKIPPED="It was left out, for the reason in `note`.",
    OVERDUE="It was not done in time. It can still be completed.",
)
enum(
    steps.StepRefusal,
    "StepRefusal",
    "Why a step could not be finished.",
    NOT_FOUND="There is no such step.",
    INVALID="A value is not acceptable; `field` says which.",
    WRONG_STATE="The step is not open: it is not due yet, or finished in the other way.",
)
StepRefused = refusal("StepRefused", steps.StepRefused, steps.StepRefusal, "Why the step stays as it is.")
WRITE = signed_in("journeys:write")
FINISHES_ALL = Access(STAFF, "journeys:write")


@planned(
    steps.Step,
    prefix="stp",
    visible=Access(TEACHING, "journeys:read", own=THEIRS),
    filters=("journey", "activity", "session", "cohort", "enrollment", "status", "due_at", "overdue_at"),
    orders=("due_at",),
)
class Step(Node):
    """One dated part of a journey. It hangs on a session and moves with it until it is finished."""

    journey: Journey = to_one("journey_id", "The journey it is part of.")
    activity: Activity = to_one("activity_id", "What is to be done.")
    session: Session = to_one("session_id", "The session it hangs on.")
    cohort: Cohort = to_one("cohort_id", "The cohort it belongs to.")
    enrollment: Enrollment | None = to_one("enrollment_id", "Whose step it is; null where it is the whole cohort's.")
    status: StepStatus = column("Where it stands.")
    due_at: datetime = column("When it opens.")
    overdue_at: datetime = column("Until when it should be done.")
    opened_at: datetime | None = column("When it became due; null while it is pending.")
    completed_at: datetime | None = column("When it was completed, if it was.")
    note: str = column("Why it was skipped; otherwise empty.")
    post: Post | None = to_one("id", "What it posted in the cohort's channel, if it did.", by="step_id")
    evaluation: Evaluation | None = to_one("id", "The evaluation it opened, if it did.", by="step_id")


one("step", "Step", "One step, by its id.", allow=signed_in("journeys:read"))
many(
    "steps",
    "Step",
    "The steps that the viewer may see, in order of time: learners see their own and their cohorts'.",
    allow=signed_in("journeys:read"),
    order="due_at",
)


@strawberry.input(description="A step that is done.")
class CompleteStepInput:
    id: strawberry.ID = strawberry.field(description="Which step.")


@strawberry.input(description="A step that is left out.")
class SkipStepInput:
    id: strawberry.ID = strawberry.field(description="Which step.")
    reason: str = strawberry.field(description="Why, in a line.")


@mutation(
    "Say that a step is done. Learners complete their own steps, coordinators any. Completing twice changes nothing.",
    answers=Step,
    refuses=[StepRefused],
    allow=WRITE,
)
async def complete_step(command: Command, input: CompleteStepInput) -> steps.Step:  # noqa: A002 -- the schema's word
    return await steps.complete(command.db, await _theirs(command, input.id), by=command.by, now=command.now)


@mutation(
    "Leave a step out. Learners skip their own steps, coordinators any. Skipping twice changes nothing.",
    answers=Step,
    refuses=[StepRefused],
    allow=WRITE,
)
async def skip_step(command: Command, input: SkipStepInput) -> steps.Step:  # noqa: A002 -- the schema's word
    step_id = await _theirs(command, input.id)
    return await steps.skip(command.db, step_id, input.reason, by=command.by, now=command.now)


async def _theirs(command: Command, text: str) -> uuid.UUID:
    """The step, if the viewer may finish it. Another learner's is as if it did not exist."""
    step_id = command.row(Step, text)
    if command.may(FINISHES_ALL):
        return step_id
    step = await find(command.db, steps.Step, step_id)
    if step is None:
        return NOBODY
    if step.enrollment_id is None:
        raise forbidden(f"The step is the whole cohort's. {FINISHES_ALL.words}")
    enrollment = await find(command.db, enrollments.Enrollment, step.enrollment_id)
    mine = enrollment is not None and enrollment.person_id == command.viewer.person_id
    return step_id if mine else NOBODY
