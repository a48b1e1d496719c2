"""Communities of practice: a domain, the people who care about it, and what they do about it.

Invariant: a community has a channel from the day it is founded. It belongs to no cohort and has no end.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain.communities import channels
from domain.facts import take_on, with_changes
from domain.history import record
from domain.programs.programs import Program
from domain.records import CHANGED, UTC, Refused, Revised, Word, belongs_to, choice, find, lock, stale, unique
from domain.texts import prose_of, reference_of, text_of
from tenants.viewer import Actor


class Visibility(Word):
    """A PUBLIC community may be joined by anyone; into a PRIVATE one people are brought by staff or its moderators."""

    PUBLIC = auto()
    PRIVATE = auto()


class CommunityRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    REVISION_CHANGED = auto()


class CommunityRefused(Refused[CommunityRefusal]):
    pass


class Community(Revised, table=True):
    """`domain` is what the community is about; `program_id` is the formal program it is connected to, if any."""

    __table_args__ = (
        belongs_to("program"),
        unique("external_ref"),
        Index("community_created_at_idx", "tenant_id", "created_at", "id"),
        Index("community_name_idx", "tenant_id", "name", "id"),
        Index("community_program_id_created_at_idx", "tenant_id", "program_id", "created_at", "id"),
    )

    name: str
    domain: str
    charter: str = ""
    program_id: uuid.UUID | None = None
    visibility: Visibility = Field(default=Visibility.PUBLIC, sa_type=choice(Visibility))
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewCommunity:
    name: str
    domain: str
    charter: str = ""
    program_id: uuid.UUID | None = None
    visibility: Visibility = Visibility.PUBLIC
    external_ref: str | None = None


class CommunityChanges(TypedDict, total=False):
    name: str
    domain: str
    charter: str
    program_id: uuid.UUID | None
    visibility: Visibility
    external_ref: str | None


def checked(new: NewCommunity) -> NewCommunity:
    """The community as it can be founded, or what is wrong with it."""
    return replace(
        new,
        name=text_of(new.name, "name", invalid=_invalid),
        domain=text_of(new.domain, "domain", invalid=_invalid),
        charter=prose_of(new.charter, "charter", invalid=_invalid),
        external_ref=reference_of(new.external_ref, invalid=_invalid),
    )


def _invalid(field: str, message: str) -> CommunityRefused:
    return CommunityRefused(CommunityRefusal.INVALID, message, field=field)


async def found(db: AsyncSession, new: NewCommunity, *, by: Actor, now: datetime) -> Community:
    """A new community, with its channel."""
    facts = checked(new)
    community = Community(**asdict(facts), created_at=now)
    await _refuse_conflicts(db, community.id, facts)
    db.add(community)
    await record(db, community, "founded", by=by, now=now, **asdict(facts))
    await channels.open_for(db, community, name=community.name, by=by, now=now)
    return community


async def update(
    db: AsyncSession,
    community_id: uuid.UUID,
    changes: CommunityChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Community:
    """Its channel keeps the name under which it was opened; who is a member of it stays one."""
    community = await lock(db, Community, community_id)
    if community is None:
        raise CommunityRefused(CommunityRefusal.NOT_FOUND, "There is no such community.", field="id")
    if stale(community.revision, revision):
        raise CommunityRefused(CommunityRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(community, NewCommunity, changes, invalid=_invalid))
    await _refuse_conflicts(db, community.id, facts)
    if changed := take_on(community, facts):
        await record(db, community, "updated", by=by, now=now, **changed)
    return community


async def _refuse_conflicts(db: AsyncSession, community_id: uuid.UUID, facts: NewCommunity) -> None:
    if facts.program_id and not await find(db, Program, facts.program_id):
        raise CommunityRefused(CommunityRefusal.NOT_FOUND, "There is no such program.", field="programId")
    others = select(Community.id).where(Community.id != community_id)
    if facts.external_ref and await db.scalar(others.where(Community.external_ref == facts.external_ref)):
        message = f"There is a community '{facts.external_ref}' already."
        raise CommunityRefused(CommunityRefusal.REFERENCE_TAKEN, message, field="externalRef")
