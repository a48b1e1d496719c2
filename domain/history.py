"""History: every command leaves who, what and when, in the same transaction.

Invariant: the events of one aggregate are numbered 1, 2, 3 … without a gap, and are never changed. Of two commands that
would take the same number one is rolled back and tried again.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, func, select

from tenants.records import UTC, TenantOwned, unique
from tenants.viewer import Actor

SEQUENCE = "event_sequence"


class Event(TenantOwned, table=True):
    """What happened. `occurred_at` is the tenant's time; `facts` holds what a reader needs to understand it."""

    __table_args__ = (
        unique("aggregate_id", "sequence", name=SEQUENCE),
        Index("event_occurred_idx", "tenant_id", "occurred_at", "id"),
    )

    aggregate: str
    aggregate_id: uuid.UUID
    sequence: int = Field(sa_type=BigInteger)
    verb: str
    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None
    occurred_at: datetime = Field(sa_type=UTC)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


async def record(  # noqa: PLR0913 -- what happened to what, by whom, when, and the facts
    db: AsyncSession, aggregate: TenantOwned, verb: str, *, by: Actor, now: datetime, **facts: object
) -> Event:
    """Append to the history of an aggregate: `await record(db, session, "rescheduled", by=by, now=now, starts_at=…)`."""
    last = await db.scalar(select(func.max(Event.sequence)).where(Event.aggregate_id == aggregate.id))
    event = Event(
        aggregate=type(aggregate).__name__,
        aggregate_id=aggregate.id,
        sequence=(last or 0) + 1,
        verb=verb,
        person_id=by.person_id,
        app_id=by.app_id,
        occurred_at=now,
        facts={name: _plain(fact) for name, fact in facts.items()},
    )
    db.add(event)
    await db.flush()
    return event


def _plain(fact: object) -> object:
    if isinstance(fact, datetime):
        return fact.isoformat()
    return str(fact) if isinstance(fact, uuid.UUID) else fact
