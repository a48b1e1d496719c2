"""Memberships: who belongs to a community, and in which role.

Invariant: a person has one membership per community; leaving ends it, coming back begins it anew as a plain member.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain.communities.communities import Community, Visibility
from domain.history import record
from domain.people.people import Person
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, find, lock, unique
from tenants.viewer import Actor


class MembershipRole(Word):
    MEMBER = auto()
    MODERATOR = auto()


class MembershipRefusal(Word):
    NOT_FOUND = auto()
    PRIVATE = auto()
    NOT_A_MEMBER = auto()


class MembershipRefused(Refused[MembershipRefusal]):
    pass


class Membership(Record, table=True):
    __table_args__ = (
        belongs_to("community"),
        belongs_to("person"),
        unique("community_id", "person_id"),
        Index("membership_joined_at_idx", "tenant_id", "joined_at", "id"),
        Index("membership_community_id_joined_at_idx", "tenant_id", "community_id", "joined_at", "id"),
        Index("membership_person_id_joined_at_idx", "tenant_id", "person_id", "joined_at", "id"),
    )

    community_id: uuid.UUID
    person_id: uuid.UUID
    role: MembershipRole = Field(default=MembershipRole.MEMBER, sa_type=choice(MembershipRole, "role"))
    joined_at: datetime = Field(sa_type=UTC)
    left_at: datetime | None = Field(default=None, sa_type=UTC)


def admitted(community: Community, *, staff: bool) -> None:
    """Whether one may join, or why not."""
    if community.visibility == Visibility.PRIVATE and not staff:
        raise MembershipRefused(
            MembershipRefusal.PRIVATE,
            "This community is private. Ask one of its moderators to bring you in.",
            field="communityId",
        )


async def join(
    db: AsyncSession, community_id: uuid.UUID, person_id: uuid.UUID, *, staff: bool, by: Actor, now: datetime
) -> Membership:
    """Joining twice changes nothing. `staff`: a coordinator or a moderator of the community brings the person in."""
    community = await _locked(db, community_id)
    if not await find(db, Person, person_id):
        raise MembershipRefused(MembershipRefusal.NOT_FOUND, "There is no such person.", field="personId")
    membership = await of(db, community_id, person_id)
    if membership is not None and membership.left_at is None:
        return membership
    admitted(community, staff=staff)
    if membership is None:
        membership = Membership(community_id=community_id, person_id=person_id, joined_at=now)
        db.add(membership)
    membership.role = MembershipRole.MEMBER
    membership.joined_at = now
    membership.left_at = None
    await record(db, membership, "joined", by=by, now=now, community_id=community_id, person_id=person_id)
    return membership


async def leave(
    db: AsyncSession, community_id: uuid.UUID, person_id: uuid.UUID, *, by: Actor, now: datetime
) -> Membership:
    """Leaving twice changes nothing."""
    membership = await _member(db, community_id, person_id)
    if membership.left_at is not None:
        return membership
    membership.left_at = now
    await record(db, membership, "left", by=by, now=now, community_id=community_id, person_id=person_id)
    return membership


async def appoint(
    db: AsyncSession,
    community_id: uuid.UUID,
    person_id: uuid.UUID,
    role: MembershipRole,
    *,
    by: Actor,
    now: datetime,
) -> Membership:
    """Give a member another role. Appointing twice changes nothing."""
    membership = await _member(db, community_id, person_id)
    if membership.left_at is not None:
        raise _not_a_member()
    if membership.role == role:
        return membership
    membership.role = role
    await record(db, membership, "appointed", by=by, now=now, person_id=person_id, role=role)
    return membership


async def of(db: AsyncSession, community_id: uuid.UUID, person_id: uuid.UUID) -> Membership | None:
    """The person's membership, also when they have left."""
    mine = select(Membership).where(Membership.community_id == community_id, Membership.person_id == person_id)
    return await db.scalar(mine)


async def _member(db: AsyncSession, community_id: uuid.UUID, person_id: uuid.UUID) -> Membership:
    """Held by the community's row, as every change of its memberships is."""
    await _locked(db, community_id)
    membership = await of(db, community_id, person_id)
    if membership is None:
        raise _not_a_member()
    return membership


async def _locked(db: AsyncSession, community_id: uuid.UUID) -> Community:
    community = await lock(db, Community, community_id)
    if community is None:
        raise MembershipRefused(MembershipRefusal.NOT_FOUND, "There is no such community.", field="communityId")
    return community


def _not_a_member() -> MembershipRefused:
    return MembershipRefused(
        MembershipRefusal.NOT_A_MEMBER, "This person is no member of the community. They join first.", field="personId"
    )
