"""Audit: what a program's blueprint leaves out."""

from __future__ import annotations

from typing import Any

import strawberry

from api.words import enum
from domain.journeys import audit
from domain.journeys.audit import ActivityFacts, ProgramFacts

BLUEPRINT = """(SELECT json_build_object('regulated', {t}.regulated, 'activities', coalesce(json_agg(json_build_object(
    'kind', a.kind, 'stage', a.stage, 'mode', a.mode, 'anchor', a.anchor, 'offset_minutes', a.offset_minutes,
    'session_number', a.session_number, 'proves_goal', a.proves_goal)), '[]'))
    FROM activity a WHERE a.tenant_id = {tenant} AND a.program_id = {t}.id)"""
"""The facts of a program that its audit decides on."""

enum(
    audit.GapCode,
    "GapCode",
    "What a program can leave out.",
    NO_PRE_WORK="Nothing prepares learners before a session.",
    NO_PEER_CHANNEL_BETWEEN_SESSIONS="Learners have nobody to talk to between two sessions, or after the only one.",
    NO_COMMUNITY_AFTER="No community carries the learning on after the last session.",
    NO_EVALUATION="Nothing measures whether the program worked.",
    NOTHING_IN_FIRST_24_HOURS="Nothing recalls what was learned within a day of a session.",
    REGULATED_GOAL_ON_SOCIAL_EVIDENCE="The goal is regulated, and only peers could confirm that it is reached.",
)


@strawberry.type(description="Something that a program leaves out.")
class Gap:
    code: audit.GapCode = strawberry.field(description="Which gap it is.")
    message: str = strawberry.field(description="What is missing, and what to add.")


def gaps(facts: dict[str, Any]) -> list[audit.Gap]:
    """What the audit finds in the facts of a blueprint."""
    activities = [ActivityFacts(**activity) for activity in facts["activities"]]
    return audit.audit(ProgramFacts(regulated=facts["regulated"]), activities)
