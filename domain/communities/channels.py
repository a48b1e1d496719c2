"""Channels: where the people of a cohort, a session or a community talk and ask.

Invariant: a channel belongs to exactly one of the three, and each of them has at most one.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain.history import record
from domain.records import UTC, Record, Refused, Word, belongs_to, find, lock, one_of, unique
from domain.sessions.sessions import Session
from tenants.viewer import Actor


class ChannelRefusal(Word):
    NOT_FOUND = auto()


class ChannelRefused(Refused[ChannelRefusal]):
    pass


class Channel(Record, table=True):
    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("session"),
        belongs_to("community"),
        one_of("cohort_id", "session_id", "community_id", name="owner"),
        unique("cohort_id"),
        unique("session_id"),
        unique("community_id"),
        Index("channel_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None
    created_at: datetime = Field(sa_type=UTC)


async def open_for(db: AsyncSession, owner: Record, *, name: str, by: Actor, now: datetime) -> Channel:
    """The channel of a cohort, a session or a community, opened where there is none yet.

    The owner's row is held, so that two who ask at once get the same channel.
    """
    column = f"{owner.__tablename__}_id"
    await lock(db, type(owner), owner.id)
    channel = await db.scalar(select(Channel).where(getattr(Channel, column) == owner.id))
    if channel is not None:
        return channel
    channel = Channel(name=name, created_at=now, **{column: owner.id})
    db.add(channel)
    await record(db, channel, "opened", by=by, now=now, name=name, **{column: owner.id})
    return channel


async def open_for_session(db: AsyncSession, session_id: uuid.UUID, *, by: Actor, now: datetime) -> Channel:
    session = await find(db, Session, session_id)
    if session is None:
        raise ChannelRefused(ChannelRefusal.NOT_FOUND, "There is no such session.", field="sessionId")
    return await open_for(db, session, name=session.title, by=by, now=now)
