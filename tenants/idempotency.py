"""Idempotency: the answer to a mutation is kept for a day under a name that its sender gave it.

Invariant: the row is written first, in the transaction that carries the mutation out, and the answer is in it when that
transaction ends. So whoever comes second under the same key waits, and then finds an answer or nothing done at all.

Neither the key nor the answer is stored in the clear: the row is found by a digest of the key, and the answer is sealed
under the key itself, which only its sender knows.
"""

import hmac
import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Index, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from tenants.records import UTC, TenantOwned, new_id, unique

HOURS = 24
KEPT = timedelta(hours=HOURS)
NONCE = 12
AT_ONCE = 10_000


class KeptAnswer(TenantOwned, table=True):
    """`holder_id` is the person or app that asked; `kept_since` is the wall's time, not the tenant's."""

    __tablename__ = "kept_answer"
    __table_args__ = (
        unique("holder_id", "key_digest", name="kept_answer_key"),
        Index("kept_answer_kept_since_idx", "tenant_id", "kept_since", "id"),
    )

    holder_id: uuid.UUID
    key_digest: bytes
    request_digest: bytes
    sealed_answer: bytes | None = None
    kept_since: datetime = Field(sa_type=UTC)


@dataclass(frozen=True)
class Claim:
    """That this request, known by its digest, is the one that its holder calls `key`. `secret` is the tenant's."""

    holder_id: uuid.UUID
    key: str
    request_digest: bytes
    secret: bytes

    @property
    def key_digest(self) -> bytes:
        return self._derived(b"find")

    def sealed(self, answer: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._derived(b"seal")).encrypt(nonce, answer, self.request_digest)

    def opened(self, sealed: bytes) -> bytes:
        return AESGCM(self._derived(b"seal")).decrypt(sealed[:NONCE], sealed[NONCE:], self.request_digest)

    def _derived(self, use: bytes) -> bytes:
        return hmac.digest(self.secret, use + self.holder_id.bytes + self.key.encode(), "sha256")


class ReusedError(Exception):
    """The key was used for another request."""


async def take(db: AsyncSession, claim: Claim, *, wall: datetime) -> bytes | None:
    """None when the request is the first under its key; else the answer that was kept.

    PostgreSQL waits for a transaction that has written the same key, and then decides on what it left. An answer whose
    day is over is as if it were gone.
    """
    row = {"holder_id": claim.holder_id, "key_digest": claim.key_digest}
    fresh = {"request_digest": claim.request_digest, "sealed_answer": None, "kept_since": wall}
    mine: dict[str, Any] = {"tenant_id": db.info["tenant_id"], "id": new_id(), **row, **fresh}
    statement = insert(KeptAnswer).values(mine)
    statement = statement.on_conflict_do_update(
        constraint="kept_answer_key", set_=fresh, where=col(KeptAnswer.kept_since) <= wall - KEPT
    )
    if await db.scalar(statement.returning(col(KeptAnswer.id))) is not None:
        return None
    kept = (await db.scalars(select(KeptAnswer).filter_by(**row))).one()
    if kept.request_digest != claim.request_digest or kept.sealed_answer is None:
        raise ReusedError
    return claim.opened(kept.sealed_answer)


async def keep(db: AsyncSession, claim: Claim, answer: bytes) -> None:
    """Put the answer into the row that was taken."""
    mine = update(KeptAnswer).where(
        col(KeptAnswer.holder_id) == claim.holder_id, col(KeptAnswer.key_digest) == claim.key_digest
    )
    await db.execute(mine.values(sealed_answer=claim.sealed(answer)).execution_options(synchronize_session=False))


async def forget(db: AsyncSession, *, wall: datetime) -> int:
    """Remove the answers whose day is over, so many at once; how many."""
    over = select(KeptAnswer.id).where(col(KeptAnswer.kept_since) <= wall - KEPT).limit(AT_ONCE)
    gone = delete(KeptAnswer).where(col(KeptAnswer.id).in_(over)).returning(col(KeptAnswer.id))
    return len((await db.scalars(gone.execution_options(synchronize_session=False))).all())
