"""Activities: the steps of a program's blueprint."""

from __future__ import annotations

from datetime import timedelta

import strawberry

from api.communities.communities import Community
from api.engine.fields import column, duration, sql, to_one
from api.engine.types import Node, one, planned
from api.evaluations.instruments import Instrument
from api.mutations import Command, changes, mutation, refusal
from api.permissions import STAFF, Access, signed_in
from api.programs.programs import Program
from api.scalars import Duration
from api.words import enum
from domain.journeys import activities
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, Purpose, Stage
from domain.programs import programs
from domain.records import find

enum(
    Stage,
    "Stage",
    "Where an activity lies in the journey.",
    BEFORE="Before a session starts.",
    DURING="While a session takes place.",
    AFTER="After a session has ended.",
)
enum(
    Mode,
    "Mode",
    "How something is learned.",
    EXPERIENCE="On the job, from doing it.",
    SOCIAL="From and with others.",
    FORMAL="From instruction.",
)
enum(
    ActivityKind,
    "ActivityKind",
    "What an activity is.",
    PRE_WORK="Preparation on one's own, before a session.",
    PROMPT="A question or task that is posted in the cohort's channel.",
    SESSION="The instructor-led session itself.",
    BREAKOUT="A discussion in small groups during a session.",
    CASE="A case that small groups work on.",
    ROLE_PLAY="A situation that is played through.",
    ASSIGNMENT="A task to hand in.",
    CONSULTATION="Asking a colleague for advice, and noting what came of it.",
    PEER_CHECK_IN="Two learners ask each other how it goes.",
    COHORT_CHECK_IN="The whole cohort meets again.",
    QUESTION_WINDOW="A time in which questions are asked and answered in the channel.",
    REINFORCEMENT="A short recall of what was learned.",
    PULSE="A short survey some weeks later.",
    REFLECTION="Looking back on one's own practice.",
    ON_THE_JOB="Applying it at work.",
    COMMUNITY="The way into a community of practice.",
    EVALUATION="A questionnaire that judges the program.",
)
enum(
    Purpose,
    "Purpose",
    "Why an activity stands where it does.",
    INTRODUCTION="To meet the subject for the first time.",
    LIVE_PRACTICE="To practice under guidance.",
    EXPERT_ASSESSMENT="To be judged by an expert.",
    APPLICATION="To use it in real work.",
    REINFORCEMENT="To keep it from being forgotten.",
    REFINEMENT="To get better at it.",
    CONTEXTUAL_JUDGEMENT="To learn when and where it fits.",
)
enum(
    Anchor,
    "Anchor",
    "The end of a session from which an offset is counted.",
    START="When the session starts.",
    END="When the session ends.",
)
enum(
    Audience,
    "Audience",
    "Whose step an activity becomes.",
    COHORT="One step for the cohort as a whole.",
    LEARNER="A step for every learner.",
)
enum(
    activities.ActivityRefusal,
    "ActivityRefusal",
    "Why a blueprint could not be changed.",
    NOT_FOUND="There is no such activity, program, instrument or community; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    POSITION_TAKEN="Another activity of the program has this position.",
    IN_USE="Journeys have this activity as a step already.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
ActivityRefused = refusal(
    "ActivityRefused", activities.ActivityRefused, activities.ActivityRefusal, "Why the blueprint stays as it is."
)


@planned(activities.Activity, prefix="act", visible=signed_in("programs:read", "journeys:read"))
class Activity(Node):
    """One step of a program's blueprint. It hangs on a session of the cohort, and moves when the session moves."""

    program: Program = to_one("program_id", "The program whose blueprint it is part of.")
    position: int = column("Its place in the blueprint, counted from 1.")
    stage: Stage = column("Where it lies in the journey.")
    mode: Mode = column("How it is learned.")
    kind: ActivityKind = column("What it is.")
    purpose: Purpose = column("Why it stands where it does.")
    title: str = column("What learners see in their journey.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    body: str = column("What learners read; where it is a prompt, what is posted.")
    session_number: int = column("Which session of the cohort it hangs on, counted from 1.")
    anchor: Anchor = column("The end of that session from which it is counted.")
    offset: Duration = sql(duration("{t}.offset_minutes"), "How long after that it is due; negative for before.")
    days_to_complete: int = column("How many days after it is due it becomes overdue.")
    audience: Audience = column("Whose step it becomes.")
    instrument: Instrument | None = to_one(
        "instrument_id", "The questionnaire that a pulse or an evaluation opens; null for those who may not see it."
    )
    community: Community | None = to_one(
        "community_id", "The community that it leads into; null for those who may not see it."
    )
    proves_goal: bool = column("Whether it counts as evidence that the program's goal is reached.")


one("activity", "Activity", "One activity of a blueprint.", allow=signed_in("programs:read"))


@strawberry.input(description="A new step of a program's blueprint.")
class AddActivityInput:
    program_id: strawberry.ID = strawberry.field(description="Whose blueprint.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the blueprint, counted from 1; left out, the end."
    )
    stage: Stage = strawberry.field(description="Where it lies in the journey.")
    mode: Mode = strawberry.field(description="How it is learned.")
    kind: ActivityKind = strawberry.field(description="What it is.")
    purpose: Purpose = strawberry.field(description="Why it stands where it does.")
    title: str = strawberry.field(description="What learners see in their journey.")
    body: str = strawberry.field(default="", description="What learners read; where it is a prompt, what is posted.")
    session_number: int = strawberry.field(
        default=1, description="Which session of the cohort it hangs on, counted from 1."
    )
    anchor: Anchor = strawberry.field(
        description="The end of that session from which it is counted: START before and during it, END after it."
    )
    offset: Duration | None = strawberry.field(
        default=None,
        description="How long after that it is due, in whole minutes; negative for before. "
        "A check-in or a pulse without it stands where the tenant's settings say.",
    )
    days_to_complete: int = strawberry.field(description="How many days after it is due it becomes overdue.")
    audience: Audience = strawberry.field(description="Whose step it becomes.")
    instrument_id: strawberry.ID | None = strawberry.field(
        default=None, description="The questionnaire that it opens, where it is a pulse or an evaluation."
    )
    community_id: strawberry.ID | None = strawberry.field(
        default=None, description="The community that it leads into, where it is the way into one."
    )
    proves_goal: bool = strawberry.field(
        default=False, description="Whether it counts as evidence that the program's goal is reached."
    )


@strawberry.input(description="What to change of an activity. What is left out stays.")
class UpdateActivityInput:
    id: strawberry.ID = strawberry.field(description="Which activity.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    position: int | None = strawberry.field(default=strawberry.UNSET, description="Its place in the blueprint.")
    stage: Stage | None = strawberry.field(default=strawberry.UNSET, description="Where it lies in the journey.")
    mode: Mode | None = strawberry.field(default=strawberry.UNSET, description="How it is learned.")
    kind: ActivityKind | None = strawberry.field(default=strawberry.UNSET, description="What it is.")
    purpose: Purpose | None = strawberry.field(default=strawberry.UNSET, description="Why it stands where it does.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What learners see in their journey.")
    body: str | None = strawberry.field(
        default=strawberry.UNSET, description="What learners read; where it is a prompt, what is posted."
    )
    session_number: int | None = strawberry.field(
        default=strawberry.UNSET, description="Which session of the cohort it hangs on, counted from 1."
    )
    anchor: Anchor | None = strawberry.field(
        default=strawberry.UNSET, description="The end of that session from which it is counted."
    )
    offset: Duration | None = strawberry.field(
        default=strawberry.UNSET, description="How long after that it is due, in whole minutes; negative for before."
    )
    days_to_complete: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many days after it is due it becomes overdue."
    )
    audience: Audience | None = strawberry.field(default=strawberry.UNSET, description="Whose step it becomes.")
    instrument_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The questionnaire that it opens; null for none."
    )
    community_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The community that it leads into; null for none."
    )
    proves_goal: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it counts as evidence that the program's goal is reached."
    )


@strawberry.input(description="Which step is taken out of its blueprint.")
class RemoveActivityInput:
    id: strawberry.ID = strawberry.field(description="The activity.")


WRITE = Access(STAFF, "programs:write")


def _minutes(offset: timedelta) -> int:
    """A blueprint counts in whole minutes."""
    minutes, rest = divmod(offset, timedelta(minutes=1))
    if rest:
        raise activities.ActivityRefused(
            activities.ActivityRefusal.INVALID, "Write whole minutes, such as 'PT90M' or '-P3D'.", field="offset"
        )
    return minutes


@mutation("Add a step to a program's blueprint.", answers=Activity, refuses=[ActivityRefused], allow=WRITE)
async def add_activity(command: Command, input: AddActivityInput) -> activities.Activity:  # noqa: A002 -- the schema's word
    tenant = command.viewer.tenant
    usual = {"check_in_days": tenant.check_in_offset_days, "pulse_days": tenant.pulse_offset_days}
    new = activities.NewActivity(
        position=input.position,
        stage=input.stage,
        mode=input.mode,
        kind=input.kind,
        purpose=input.purpose,
        title=input.title,
        body=input.body,
        session_number=input.session_number,
        anchor=input.anchor,
        offset_minutes=activities.usual_offset(input.kind, **usual) if input.offset is None else _minutes(input.offset),
        days_to_complete=input.days_to_complete,
        audience=input.audience,
        instrument_id=command.row_or_none(Instrument, input.instrument_id),
        community_id=command.row_or_none(Community, input.community_id),
        proves_goal=input.proves_goal,
    )
    program_id = command.row(Program, input.program_id)
    return await activities.add(command.db, program_id, new, by=command.by, now=command.now)


@mutation(
    "Change a step of a program's blueprint. Steps of journeys keep their dates until their session is moved.",
    answers=Activity,
    refuses=[ActivityRefused],
    allow=WRITE,
)
async def update_activity(command: Command, input: UpdateActivityInput) -> activities.Activity:  # noqa: A002 -- the schema's word
    wanted = changes(input, clearable={"instrument_id", "community_id"})
    if "instrument_id" in wanted:
        wanted["instrument_id"] = command.row_or_none(Instrument, wanted["instrument_id"])
    if "community_id" in wanted:
        wanted["community_id"] = command.row_or_none(Community, wanted["community_id"])
    if "offset" in wanted:
        wanted["offset_minutes"] = _minutes(wanted.pop("offset"))
    return await activities.update(
        command.db,
        command.row(Activity, input.id),
        activities.ActivityChanges(**wanted),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )


@mutation(
    "Take a step out of a program's blueprint, unless a journey has it already.",
    answers=Program,
    refuses=[ActivityRefused],
    allow=WRITE,
)
async def remove_activity(command: Command, input: RemoveActivityInput) -> programs.Program:  # noqa: A002 -- the schema's word
    removed = await activities.remove(command.db, command.row(Activity, input.id), by=command.by, now=command.now)
    program = await find(command.db, programs.Program, removed.program_id)
    assert program is not None  # noqa: S101 -- an activity belongs to a program
    return program
