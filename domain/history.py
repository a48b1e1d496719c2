"""History: every command leaves who, what and when, in the same transaction.

Invariant: the events of one aggregate are numbered 1, 2, 3 … without a gap, and are never changed. Of two commands that
would take the same number one is rolled back and tried again. Once it is committed, those who wait for news are told.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, inspect, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, func, select

from tenants.records import NEWS, UTC, TenantOwned, unique
from tenants.registry import Tenant
from tenants.viewer import Actor

SEQUENCE = "event_sequence"
FIRST = """INSERT INTO event
        (tenant_id, id, aggregate, aggregate_id, sequence, verb, person_id, app_id, occurred_at, facts)
    SELECT $1::uuid, {id}, {aggregate}, {aggregate_id}, 1, {verb}, {person_id}, {app_id}, {now}, {facts}"""
"""The first event of an aggregate, within a statement that writes both."""


class Event(TenantOwned, table=True):
    """What happened. `occurred_at` is the tenant's time; `facts` holds what a reader needs to understand it.

    `transaction_id` is PostgreSQL's own number of the transaction that wrote it: by it and a snapshot one can tell
    exactly which events are new since the snapshot was taken, in whatever order they were committed.
    """

    __table_args__ = (
        unique("aggregate_id", "sequence", name=SEQUENCE),
        Index("event_occurred_idx", "tenant_id", "occurred_at", "id"),
        Index("event_transaction_idx", "tenant_id", "transaction_id", "id"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 -- SQLAlchemy's own form

    aggregate: str
    aggregate_id: uuid.UUID
    sequence: int = Field(sa_type=BigInteger)
    verb: str
    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None
    occurred_at: datetime = Field(sa_type=UTC)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    transaction_id: int | None = Field(
        default=None,
        sa_type=BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": text("pg_current_xact_id()::text::bigint")},
    )


async def record(
    db: AsyncSession, aggregate: TenantOwned | Tenant, verb: str, *, by: Actor, now: datetime, **facts: object
) -> Event:
    """Append to the history of an aggregate what was done to it, and the facts that a reader needs.

    An aggregate that is not in the database yet has no history: its first event is number 1, without asking.
    """
    last = None
    if not inspect(aggregate).pending:
        last = await db.scalar(select(func.max(Event.sequence)).where(Event.aggregate_id == aggregate.id))
    event = _event(aggregate, verb, facts, sequence=(last or 0) + 1, by=by, now=now)
    db.add(event)
    await db.flush()
    db.info[NEWS] = True
    return event


async def record_each(
    db: AsyncSession,
    happened: Sequence[tuple[TenantOwned, Mapping[str, object]]],
    verb: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """The same happened to many aggregates, to each with its own facts: written at once, however many they are."""
    ids = [aggregate.id for aggregate, _ in happened if not inspect(aggregate).pending]
    numbers = select(Event.aggregate_id, func.max(Event.sequence)).where(col(Event.aggregate_id).in_(ids))
    last = {row[0]: row[1] for row in await db.execute(numbers.group_by(col(Event.aggregate_id)))} if ids else {}
    db.add_all(
        _event(aggregate, verb, facts, sequence=last.get(aggregate.id, 0) + 1, by=by, now=now)
        for aggregate, facts in happened
    )
    await db.flush()
    db.info[NEWS] = True


def _event(
    aggregate: TenantOwned | Tenant, verb: str, facts: Mapping[str, object], *, sequence: int, by: Actor, now: datetime
) -> Event:
    return Event(
        aggregate=type(aggregate).__name__,
        aggregate_id=aggregate.id,
        sequence=sequence,
        verb=verb,
        person_id=by.person_id,
        app_id=by.app_id,
        occurred_at=now,
        facts={name: _plain(fact) for name, fact in facts.items()},
    )


def _plain(fact: object) -> object:
    if isinstance(fact, datetime):
        return fact.isoformat()
    return str(fact) if isinstance(fact, uuid.UUID) else fact
