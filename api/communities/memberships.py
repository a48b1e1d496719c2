"""Memberships: who belongs to a community, and who looks after it."""

from __future__ import annotations

import uuid
from datetime import datetime

import strawberry

from api.communities import voices
from api.communities.communities import Community
from api.engine.fields import column, to_one
from api.engine.types import Node, planned
from api.mutations import Command, forbidden, mutation, refusal
from api.people.people import Person
from api.permissions import MODERATING, Access, signed_in
from api.words import enum
from domain.communities import memberships
from domain.communities.memberships import MembershipRole

enum(
    MembershipRole,
    "MembershipRole",
    "What someone is in a community.",
    MEMBER="Belongs to it: reads, writes, asks and answers.",
    MODERATOR="Looks after it besides: brings people in, appoints moderators, accepts answers.",
)
enum(
    memberships.MembershipRefusal,
    "MembershipRefusal",
    "Why a membership could not be changed.",
    NOT_FOUND="There is no such community or person; `field` says which.",
    PRIVATE="The community is private: one of its moderators has to bring people in.",
    NOT_A_MEMBER="The person does not belong to the community.",
)
MembershipRefused = refusal(
    "MembershipRefused",
    memberships.MembershipRefused,
    memberships.MembershipRefusal,
    "Why the membership stays as it is.",
)
WRITE = signed_in("communities:write")
LOOKS_AFTER_ALL = Access(MODERATING, "communities:write")
THEIRS = (
    f"{{t}}.person_id = {{viewer}} OR {voices.moderator('{t}.community_id')} OR "
    "{t}.left_at IS NULL AND EXISTS (SELECT FROM community c WHERE c.tenant_id = {tenant} AND c.id = {t}.community_id"
    f" AND {voices.community('c')})"
)


@planned(
    memberships.Membership,
    prefix="mem",
    visible=Access(MODERATING, "communities:read", own=THEIRS),
    filters=("person", "community", "role", "joined_at", "left_at"),
    orders=("joined_at",),
)
class Membership(Node):
    """A person in a community. Whoever has left is remembered by themselves and by those who look after it."""

    community: Community | None = to_one(
        "community_id", "The community; null for those who may not see it, such as former members of a private one."
    )
    person: Person = to_one("person_id", "Who belongs to it.")
    role: MembershipRole = column("What they are in it.")
    joined_at: datetime = column("When they joined, or came back.")
    left_at: datetime | None = column("When they left; null while they belong to it.")


@strawberry.input(description="Who joins which community.")
class JoinCommunityInput:
    community_id: strawberry.ID = strawberry.field(description="Which community.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom you bring in; left out: yourself. Its moderators may bring in others."
    )


@strawberry.input(description="Who leaves which community.")
class LeaveCommunityInput:
    community_id: strawberry.ID = strawberry.field(description="Which community.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who leaves; left out: yourself. Its moderators may take others out."
    )


@strawberry.input(description="Who shall be what in a community.")
class AppointModeratorInput:
    community_id: strawberry.ID = strawberry.field(description="Which community.")
    person_id: strawberry.ID = strawberry.field(description="Which of its members.")
    role: MembershipRole = strawberry.field(
        default=MembershipRole.MODERATOR, description="What they shall be; MEMBER ends a moderator's office."
    )


@mutation(
    "Join a community, or bring someone in. Joining twice changes nothing.",
    answers=Membership,
    refuses=[MembershipRefused],
    allow=WRITE,
)
async def join_community(command: Command, input: JoinCommunityInput) -> memberships.Membership:  # noqa: A002 -- the schema's word
    community_id = command.row(Community, input.community_id)
    looks_after = await _looks_after(command, community_id)
    person_id = _person(command, input.person_id, looks_after=looks_after)
    return await memberships.join(
        command.db, community_id, person_id, staff=looks_after, by=command.by, now=command.now
    )


@mutation(
    "Leave a community, or take someone out. Leaving twice changes nothing.",
    answers=Membership,
    refuses=[MembershipRefused],
    allow=WRITE,
)
async def leave_community(command: Command, input: LeaveCommunityInput) -> memberships.Membership:  # noqa: A002 -- the schema's word
    community_id = command.row(Community, input.community_id)
    looks_after = await _looks_after(command, community_id)
    person_id = _person(command, input.person_id, looks_after=looks_after)
    return await memberships.leave(command.db, community_id, person_id, by=command.by, now=command.now)


@mutation(
    "Make a member of a community one of its moderators, or a plain member again. Its moderators may do that too.",
    answers=Membership,
    refuses=[MembershipRefused],
    allow=WRITE,
)
async def appoint_moderator(command: Command, input: AppointModeratorInput) -> memberships.Membership:  # noqa: A002 -- the schema's word
    community_id = command.row(Community, input.community_id)
    if not await _looks_after(command, community_id):
        raise forbidden(f"Only moderators of the community appoint moderators. Otherwise: {LOOKS_AFTER_ALL.words}")
    return await memberships.appoint(
        command.db,
        community_id,
        command.row(Person, input.person_id),
        input.role,
        by=command.by,
        now=command.now,
    )


def _person(command: Command, text: str | None, *, looks_after: bool) -> uuid.UUID:
    """Oneself, or another where one looks after the community."""
    if text is not None and looks_after:
        return command.row(Person, text)
    return command.person(Person, text, others=LOOKS_AFTER_ALL)


async def _looks_after(command: Command, community_id: uuid.UUID) -> bool:
    """Whether the viewer looks after this community: after all of them, or as one of its own moderators."""
    if command.may(LOOKS_AFTER_ALL):
        return True
    if command.viewer.person_id is None:
        return False
    mine = await memberships.of(command.db, community_id, command.viewer.person_id)
    return mine is not None and mine.role == MembershipRole.MODERATOR and mine.left_at is None
