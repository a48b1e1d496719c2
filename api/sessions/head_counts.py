"""Head counts: how many there were, where only numbers are known."""

from __future__ import annotations

import strawberry

from api.engine.fields import column, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.permissions import TEACHING, Access
from api.sessions.sessions import Session
from api.words import enum
from domain.sessions import head_counts

enum(
    head_counts.HeadCountKind,
    "HeadCountKind",
    "What was counted.",
    REGISTERED="People with a seat.",
    ATTENDED="People who came.",
    CERTIFIED="People who were certified.",
)
enum(
    head_counts.HeadCountRefusal,
    "HeadCountRefusal",
    "Why a number could not be put down.",
    NOT_FOUND="There is no such session.",
    INVALID="A value is not acceptable; `field` says which.",
)
HeadCountRefused = refusal(
    "HeadCountRefused",
    head_counts.HeadCountRefused,
    head_counts.HeadCountRefusal,
    "Why the number was not put down.",
)
READ = Access(TEACHING, "attendance:read")


@planned(head_counts.HeadCount, prefix="hdc", visible=READ, filters=("session", "kind", "day", "people"))
class HeadCount(Node):
    """How many people there were, where nobody took names."""

    session: Session = to_one("session_id", "The session.")
    kind: head_counts.HeadCountKind = column("What was counted.")
    day: int = column("The session's day, counted from 1; 0 for the session as a whole.")
    people: int = column("How many there were.")


one("headCount", "HeadCount", "One head count.", allow=READ)
many("headCounts", "HeadCount", "The head counts of all sessions.", allow=READ, order="id")


@strawberry.input(description="How many people there were.")
class CountHeadsInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")
    kind: head_counts.HeadCountKind = strawberry.field(description="What was counted.")
    day: int = strawberry.field(
        default=0, description="The session's day, counted from 1; 0 for the session as a whole."
    )
    people: int = strawberry.field(description="How many there were.")


@mutation(
    "Put down how many people there were, or correct the number. One number is kept per session, kind and day.",
    answers=HeadCount,
    refuses=[HeadCountRefused],
    allow=Access(TEACHING, "attendance:write"),
    bulk="recordHeadCounts",
)
async def count_heads(command: Command, input: CountHeadsInput) -> head_counts.HeadCount:  # noqa: A002 -- the schema's word
    return await head_counts.count(
        command.db,
        command.row(Session, input.session_id),
        kind=input.kind,
        day=input.day,
        people=input.people,
        by=command.by,
        now=command.now,
    )
