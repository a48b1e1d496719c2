"""Activities: the steps of a program's blueprint, each hung on a session of the cohort by an offset.

Invariant: BEFORE lies before its session starts, DURING at or after its start, AFTER at or after its end.
"""

import uuid
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import Record, Refused, Word, belongs_to, choice, unique


class Stage(Word):
    BEFORE = auto()
    DURING = auto()
    AFTER = auto()


class Mode(Word):
    """How it is learned: on the job, from others, or from instruction."""

    EXPERIENCE = auto()
    SOCIAL = auto()
    FORMAL = auto()


class ActivityKind(Word):
    PRE_WORK = auto()
    PROMPT = auto()
    SESSION = auto()
    BREAKOUT = auto()
    CASE = auto()
    ROLE_PLAY = auto()
    ASSIGNMENT = auto()
    CONSULTATION = auto()
    PEER_CHECK_IN = auto()
    COHORT_CHECK_IN = auto()
    QUESTION_WINDOW = auto()
    REINFORCEMENT = auto()
    PULSE = auto()
    REFLECTION = auto()
    ON_THE_JOB = auto()
    COMMUNITY = auto()
    EVALUATION = auto()


class Purpose(Word):
    """Why it stands where it does in the journey."""

    INTRODUCTION = auto()
    LIVE_PRACTICE = auto()
    EXPERT_ASSESSMENT = auto()
    APPLICATION = auto()
    REINFORCEMENT = auto()
    REFINEMENT = auto()
    CONTEXTUAL_JUDGEMENT = auto()


class Anchor(Word):
    """The end of the session from which the offset is counted."""

    START = auto()
    END = auto()


class Audience(Word):
    """Whose step it becomes: one for the whole cohort, or one for every learner."""

    COHORT = auto()
    LEARNER = auto()


class ActivityRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    POSITION_TAKEN = auto()
    IN_USE = auto()


class ActivityRefused(Refused[ActivityRefusal]):
    pass


class Activity(Record, table=True):
    """`body` is shown, or posted where it is a prompt. `days_to_complete` counts from when it is due."""

    __table_args__ = (
        belongs_to("program"),
        belongs_to("instrument"),
        belongs_to("community"),
        unique("program_id", "position", name="activity_position_key"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("session_number >= 1", name="session_number"),
        CheckConstraint("days_to_complete >= 1", name="days_to_complete"),
        CheckConstraint(
            "stage = 'BEFORE' AND anchor = 'START' AND offset_minutes < 0"
            " OR stage = 'DURING' AND anchor = 'START' AND offset_minutes >= 0"
            " OR stage = 'AFTER' AND anchor = 'END' AND offset_minutes >= 0",
            name="stage_offset",
        ),
        Index("activity_position_idx", "tenant_id", "program_id", "position", "id"),
        Index("activity_instrument_idx", "tenant_id", "instrument_id"),
        Index("activity_community_idx", "tenant_id", "community_id"),
    )

    program_id: uuid.UUID
    position: int
    stage: Stage = Field(sa_type=choice(Stage))
    mode: Mode = Field(sa_type=choice(Mode))
    kind: ActivityKind = Field(sa_type=choice(ActivityKind, "kind"))
    purpose: Purpose = Field(sa_type=choice(Purpose))
    title: str
    body: str = ""
    session_number: int = 1
    anchor: Anchor = Field(sa_type=choice(Anchor))
    offset_minutes: int
    days_to_complete: int
    audience: Audience = Field(sa_type=choice(Audience))
    instrument_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None
    proves_goal: bool = False
