"""Activities: the steps of a program's blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.engine.fields import column, duration, sql, to_one
from api.engine.types import Node, one, planned
from api.mutations import refusal
from api.permissions import signed_in
from api.scalars import Duration
from api.words import enum
from domain import activities
from domain.activities import ActivityKind, Anchor, Audience, Mode, Purpose, Stage

if TYPE_CHECKING:
    from api.communities import Community
    from api.instruments import Instrument
    from api.programs import Program

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
