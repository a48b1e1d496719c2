"""What every record of the domain has in common."""

import uuid
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from tenants.records import UTC, TenantOwned, Word, belongs_to, choice, new_id, one_of, unique
from tenants.refusals import Refused
from tenants.revisions import CHANGED, stale

__all__ = [
    "CHANGED",
    "UTC",
    "Record",
    "Refused",
    "Revised",
    "Word",
    "belongs_to",
    "choice",
    "find",
    "lock",
    "new_id",
    "one_of",
    "stale",
    "unique",
]


class Record(TenantOwned):
    """A row with a meaning."""


class Revised(Record):
    """A record that is edited: `revision` counts how often. Whoever edits it advances it, as `take_on` does."""

    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


R = TypeVar("R", bound=TenantOwned)


async def find(db: AsyncSession, record: type[R], record_id: uuid.UUID) -> R | None:
    """The tenant's record with this id, without asking again for what this transaction holds already.

    Another tenant's is as if it did not exist.
    """
    return await db.get(record, (db.info["tenant_id"], record_id))


async def lock(db: AsyncSession, record: type[R], record_id: uuid.UUID) -> R | None:
    """The record as it is now; nobody else changes it until this transaction ends."""
    mine = select(record).where(record.id == record_id).with_for_update(key_share=True)
    return await db.scalar(mine.execution_options(populate_existing=True))
