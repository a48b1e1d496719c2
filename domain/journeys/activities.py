"""Activities: the steps of a program's blueprint, each hung on a session of the cohort by an offset.

Invariant: BEFORE lies before its session starts, DURING at or after its start, AFTER at or after its end.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, func, select

from domain import history
from domain.communities.communities import Community
from domain.evaluations.instruments import Instrument
from domain.facts import take_on, with_changes
from domain.programs.programs import Program
from domain.records import CHANGED, Refused, Revised, Word, belongs_to, choice, find, lock, stale, unique
from domain.texts import prose_of, text_of
from tenants.viewer import Actor

MOST_ACTIVITIES = 250
MOST_SESSIONS = 100
MOST_DAYS = 366
MINUTES_A_DAY = 24 * 60
FARTHEST = 5 * 366 * MINUTES_A_DAY


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
    REVISION_CHANGED = auto()


class ActivityRefused(Refused[ActivityRefusal]):
    pass


class Activity(Revised, table=True):
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


@dataclass(frozen=True, kw_only=True)
class NewActivity:
    """`position` None puts it at the end of the blueprint."""

    position: int | None = None
    stage: Stage
    mode: Mode
    kind: ActivityKind
    purpose: Purpose
    title: str
    body: str = ""
    session_number: int = 1
    anchor: Anchor
    offset_minutes: int
    days_to_complete: int
    audience: Audience
    instrument_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None
    proves_goal: bool = False


class ActivityChanges(TypedDict, total=False):
    position: int
    stage: Stage
    mode: Mode
    kind: ActivityKind
    purpose: Purpose
    title: str
    body: str
    session_number: int
    anchor: Anchor
    offset_minutes: int
    days_to_complete: int
    audience: Audience
    instrument_id: uuid.UUID | None
    community_id: uuid.UUID | None
    proves_goal: bool


OPENS_AN_EVALUATION = frozenset({ActivityKind.PULSE, ActivityKind.EVALUATION})
CHECKS_IN = frozenset({ActivityKind.PEER_CHECK_IN, ActivityKind.COHORT_CHECK_IN})
ONLY_AT = {ActivityKind.PRE_WORK: Stage.BEFORE, ActivityKind.SESSION: Stage.DURING}


def checked(facts: NewActivity) -> NewActivity:
    """The facts as they are stored, or what is wrong with them."""
    _check_numbers(facts)
    _check_time(facts)
    if facts.instrument_id and facts.kind not in OPENS_AN_EVALUATION:
        raise _invalid("instrumentId", "Only a pulse or an evaluation opens a questionnaire. Leave this empty.")
    if facts.community_id and facts.kind != ActivityKind.COMMUNITY:
        raise _invalid("communityId", "Only a community activity leads into a community. Leave this empty.")
    return replace(
        facts,
        title=text_of(facts.title, "title", invalid=_invalid),
        body=prose_of(facts.body, "body", invalid=_invalid),
    )


def usual_offset(kind: ActivityKind, *, check_in_days: int, pulse_days: int) -> int:
    """The minutes after its session at which an activity stands when nobody says otherwise: the tenant's own habit."""
    if kind in CHECKS_IN:
        return check_in_days * MINUTES_A_DAY
    if kind == ActivityKind.PULSE:
        return pulse_days * MINUTES_A_DAY
    raise _invalid("offset", "Say how long before or after its session this is due, such as '-P3D' or 'P14D'.")


def _check_numbers(facts: NewActivity) -> None:
    if facts.position is not None and not 1 <= facts.position <= MOST_ACTIVITIES:
        raise _invalid("position", f"Number the activities of a program from 1 to {MOST_ACTIVITIES}.")
    if not 1 <= facts.session_number <= MOST_SESSIONS:
        raise _invalid("sessionNumber", f"Number the sessions of a program from 1 to {MOST_SESSIONS}.")
    if not 1 <= facts.days_to_complete <= MOST_DAYS:
        raise _invalid("daysToComplete", f"Give between 1 and {MOST_DAYS} days to complete it.")
    if abs(facts.offset_minutes) > FARTHEST:
        raise _invalid("offset", "An activity lies within five years of its session.")


def _check_time(facts: NewActivity) -> None:
    if facts.kind in ONLY_AT and facts.stage != ONLY_AT[facts.kind]:
        raise _invalid("stage", f"An activity of kind {facts.kind} has its place {ONLY_AT[facts.kind]} the session.")
    at_end = facts.stage == Stage.AFTER
    if facts.anchor != (Anchor.END if at_end else Anchor.START):
        end = "end" if at_end else "start"
        raise _invalid("anchor", f"What happens {facts.stage} the session is counted from its {end}.")
    if facts.stage == Stage.BEFORE and facts.offset_minutes >= 0:
        raise _invalid("offset", "Before the session means a negative offset from its start.")
    if facts.stage != Stage.BEFORE and facts.offset_minutes < 0:
        raise _invalid("offset", "During or after the session means an offset of 0 or more from its start or end.")


def _invalid(field: str, message: str) -> ActivityRefused:
    return ActivityRefused(ActivityRefusal.INVALID, message, field=field)


async def add(db: AsyncSession, program_id: uuid.UUID, new: NewActivity, *, by: Actor, now: datetime) -> Activity:
    """A new step of the blueprint. Journeys that are unrolled already get it when they are unrolled again."""
    if await lock(db, Program, program_id) is None:
        raise ActivityRefused(ActivityRefusal.NOT_FOUND, "There is no such program.", field="programId")
    facts = checked(await _positioned(db, program_id, new))
    activity = Activity(program_id=program_id, **asdict(facts))
    await _refuse_conflicts(db, activity, facts)
    db.add(activity)
    await history.record(db, activity, "added", by=by, now=now, program_id=program_id, **asdict(facts))
    return activity


async def update(
    db: AsyncSession,
    activity_id: uuid.UUID,
    changes: ActivityChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Activity:
    """Change a step of the blueprint. Steps unrolled from it keep their dates until their session is moved."""
    activity = await _mine(db, activity_id)
    if stale(activity.revision, revision):
        raise ActivityRefused(ActivityRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    wanted = with_changes(activity, NewActivity, changes, invalid=_invalid)
    facts = checked(await _positioned(db, activity.program_id, wanted))
    await _refuse_conflicts(db, activity, facts)
    if changed := take_on(activity, facts):
        await history.record(db, activity, "updated", by=by, now=now, **changed)
    return activity


async def remove(db: AsyncSession, activity_id: uuid.UUID, *, by: Actor, now: datetime) -> Activity:
    """Take a step out of the blueprint, unless a journey has it already."""
    activity = await _mine(db, activity_id)
    await db.delete(activity)
    try:
        await db.flush()
    except IntegrityError:
        raise ActivityRefused(
            ActivityRefusal.IN_USE, "Journeys have this step already. Skip it there instead.", field="id"
        ) from None
    await history.record(db, activity, "removed", by=by, now=now, program_id=activity.program_id, title=activity.title)
    return activity


async def _mine(db: AsyncSession, activity_id: uuid.UUID) -> Activity:
    activity = await lock(db, Activity, activity_id)
    if activity is None:
        raise ActivityRefused(ActivityRefusal.NOT_FOUND, "There is no such activity.", field="id")
    return activity


async def _positioned(db: AsyncSession, program_id: uuid.UUID, facts: NewActivity) -> NewActivity:
    if facts.position is not None:
        return facts
    last = await db.scalar(select(func.max(Activity.position)).where(Activity.program_id == program_id))
    return replace(facts, position=(last or 0) + 1)


async def _refuse_conflicts(db: AsyncSession, activity: Activity, facts: NewActivity) -> None:
    if facts.instrument_id and await find(db, Instrument, facts.instrument_id) is None:
        raise ActivityRefused(ActivityRefusal.NOT_FOUND, "There is no such instrument.", field="instrumentId")
    if facts.community_id and await find(db, Community, facts.community_id) is None:
        raise ActivityRefused(ActivityRefusal.NOT_FOUND, "There is no such community.", field="communityId")
    others = select(Activity.id).where(Activity.program_id == activity.program_id, Activity.id != activity.id)
    if await db.scalar(others.where(Activity.position == facts.position)):
        raise ActivityRefused(
            ActivityRefusal.POSITION_TAKEN,
            f"Another activity has the position {facts.position}. Choose a free one.",
            field="position",
        )
