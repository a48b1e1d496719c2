"""Audit: what a program's blueprint leaves out, by the three gaps every blended program is asked about and more.

The ends of a journey are where learning stops: nothing before the first session, nobody to talk to between sessions,
no community after the last, nothing within a day, nothing that is measured, no proof of a regulated goal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import auto

from domain.journeys.activities import OPENS_AN_EVALUATION, ActivityKind, Anchor, Mode, Stage
from domain.records import Word

A_DAY = 24 * 60
WITH_PEERS = frozenset(
    {
        ActivityKind.PEER_CHECK_IN,
        ActivityKind.COHORT_CHECK_IN,
        ActivityKind.QUESTION_WINDOW,
        ActivityKind.PROMPT,
        ActivityKind.CONSULTATION,
    }
)


class GapCode(Word):
    NO_PRE_WORK = auto()
    NO_PEER_CHANNEL_BETWEEN_SESSIONS = auto()
    NO_COMMUNITY_AFTER = auto()
    NO_EVALUATION = auto()
    NOTHING_IN_FIRST_24_HOURS = auto()
    REGULATED_GOAL_ON_SOCIAL_EVIDENCE = auto()


@dataclass(frozen=True)
class Gap:
    """What is missing, and what to add."""

    code: GapCode
    message: str


@dataclass(frozen=True)
class ProgramFacts:
    regulated: bool


@dataclass(frozen=True)
class ActivityFacts:
    """What the audit needs of an activity. The words may come as plain text."""

    kind: str
    stage: str
    mode: str
    anchor: str
    offset_minutes: int
    session_number: int
    proves_goal: bool


def audit(program: ProgramFacts, activities: Sequence[ActivityFacts]) -> list[Gap]:
    """The gaps in the order of the journey. A blueprint without activities has them all, as far as they apply."""
    sessions = max((activity.session_number for activity in activities), default=1)
    found = (
        _pre_work(activities),
        _peers(activities, sessions),
        _first_day(activities, sessions),
        _community(activities),
        _evaluation(activities),
        _evidence(program, activities),
    )
    return [gap for gap in found if gap]


def _pre_work(activities: Iterable[ActivityFacts]) -> Gap | None:
    if any(a.kind == ActivityKind.PRE_WORK and a.stage == Stage.BEFORE for a in activities):
        return None
    return Gap(
        GapCode.NO_PRE_WORK,
        "Learners arrive unprepared: no pre-work lies before a session. Add a PRE_WORK activity BEFORE session 1.",
    )


def _peers(activities: Iterable[ActivityFacts], sessions: int) -> Gap | None:
    social = [a for a in activities if a.mode == Mode.SOCIAL]
    if sessions == 1:
        if any(a.stage == Stage.AFTER and a.kind in WITH_PEERS for a in social):
            return None
        return Gap(
            GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS,
            "Learners lose each other after the session. Add a SOCIAL activity AFTER it that brings them together, "
            "such as a PEER_CHECK_IN, a COHORT_CHECK_IN or a QUESTION_WINDOW.",
        )
    connected = {a.session_number for a in social if a.stage == Stage.AFTER}
    connected |= {a.session_number - 1 for a in social if a.stage == Stage.BEFORE}
    silent = [number for number in range(1, sessions) if number not in connected]
    if not silent:
        return None
    between = ", ".join(f"{number} and {number + 1}" for number in silent)
    return Gap(
        GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS,
        f"Learners have nobody to talk to between sessions {between}. Add a SOCIAL activity AFTER the one or BEFORE "
        "the other, such as a PROMPT in the cohort's channel.",
    )


def _first_day(activities: Iterable[ActivityFacts], sessions: int) -> Gap | None:
    followed = {
        a.session_number
        for a in activities
        if a.stage == Stage.AFTER and a.anchor == Anchor.END and a.offset_minutes <= A_DAY
    }
    dropped = [str(number) for number in range(1, sessions + 1) if number not in followed]
    if not dropped:
        return None
    return Gap(
        GapCode.NOTHING_IN_FIRST_24_HOURS,
        f"Nothing recalls what was learned within 24 hours after session {', '.join(dropped)}. Add a REINFORCEMENT "
        f"activity AFTER it, at most {A_DAY:,} minutes from its end.",
    )


def _community(activities: Iterable[ActivityFacts]) -> Gap | None:
    if any(a.kind == ActivityKind.COMMUNITY and a.stage == Stage.AFTER for a in activities):
        return None
    return Gap(
        GapCode.NO_COMMUNITY_AFTER,
        "The program ends and the learning stops. Add a COMMUNITY activity AFTER the last session.",
    )


def _evaluation(activities: Iterable[ActivityFacts]) -> Gap | None:
    if any(a.kind in OPENS_AN_EVALUATION for a in activities):
        return None
    return Gap(
        GapCode.NO_EVALUATION,
        "Nobody will know whether it worked. Add an EVALUATION, or a PULSE two to four weeks after a session.",
    )


def _evidence(program: ProgramFacts, activities: Iterable[ActivityFacts]) -> Gap | None:
    if not program.regulated or any(a.proves_goal and a.mode != Mode.SOCIAL for a in activities):
        return None
    return Gap(
        GapCode.REGULATED_GOAL_ON_SOCIAL_EVIDENCE,
        "The goal is regulated, and only peers could confirm that it is reached. Let a FORMAL or EXPERIENCE activity "
        "prove the goal.",
    )
