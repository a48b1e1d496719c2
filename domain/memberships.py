"""Memberships: who belongs to a community, and in which role.

Invariant: a person has one membership per community; leaving ends it, coming back begins it anew as a plain member.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class MembershipRole(Word):
    MEMBER = auto()
    MODERATOR = auto()


class MembershipRefusal(Word):
    NOT_FOUND = auto()
    PRIVATE = auto()


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
