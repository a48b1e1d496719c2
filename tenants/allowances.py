"""Allowances: how much a tenant, and each who asks in it, may cost in a span of time. A token bucket for each.

Invariant: whatever the number of processes, what is spent of a bucket since it was made is never more than its burst
and what has flowed in since; and nobody is refused while the bucket holds enough, apart from what other processes have
borrowed for a moment.

The bucket is a row. A process borrows a portion in one statement that locks the row, spends it in memory, and gives
back what it has not spent within moments. The portion is a share of what is left, so that it shrinks to the single
request as the bucket empties. Its time is the database's: the wall's, not the tenant's, and one clock for all.
"""

import asyncio
import math
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import CheckConstraint, Float, Integer, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from tenants.database import Database
from tenants.pool import LOST
from tenants.records import UTC, TenantOwned
from tenants.strokes import Stroke
from tenants.viewer import Viewer

log = structlog.get_logger(__name__)
WINDOW = 60
"""Seconds in which an empty bucket is full again."""
STANDARD = 10_000
"""What a tenant may cost in a second, unless its operator says otherwise."""
HOLDER, VISITORS = 2, 10
"""A person or an app may cost the tenant's second part, all who have not signed in together its tenth."""
SLIGHT = 1e-6
"""What floating point may lose."""
NOBODY = uuid.UUID(int=0)
SHARE = 8
AHEAD = 1.0
IDLE = 2.0
CLOSED = 0.25
"""A process borrows at most an eighth of what is left and a second's flow, gives back what lay idle for two
seconds, and asks an empty bucket again after a quarter of one."""

BORROW = """
    held AS MATERIALIZED (
        SELECT a.tokens, a.filled_at, coalesce(a.per_second, $3::int) AS per_second FROM allowance a
        WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid FOR UPDATE
    ), moment AS MATERIALIZED (
        SELECT h.*, greatest(clock_timestamp(), h.filled_at) AS now FROM held h
    ), filled AS MATERIALIZED (
        SELECT m.per_second, m.now, least(m.per_second * $4::float, greatest(m.tokens, 0)
            + m.per_second * extract(epoch FROM m.now - m.filled_at))::float AS level FROM moment m
    ), granted AS MATERIALIZED (
        SELECT f.*, CASE WHEN f.level < $7::float THEN 0
            ELSE greatest($7, least(f.per_second * $5::float, f.level / $6::float)) END AS amount
        FROM filled f
    ), borrowed AS (
        UPDATE allowance a SET tokens = g.level - g.amount, filled_at = g.now FROM granted g
        WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid
        RETURNING ARRAY[g.amount, g.level - g.amount, g.per_second] AS found
    )
"""
GIVE_BACK = """
    returned AS (
        UPDATE allowance a SET tokens = least(coalesce(a.per_second, $3::int) * $4::float, a.tokens + $5::float)
        WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid RETURNING true AS done
    )
"""
OPEN = text("""
    INSERT INTO allowance (tenant_id, id, per_second, tokens, filled_at)
    VALUES (:tenant_id, :id, NULL, :full, clock_timestamp()) ON CONFLICT (tenant_id, id) DO NOTHING
""")
LIMIT = text("""
    INSERT INTO allowance AS a (tenant_id, id, per_second, tokens, filled_at)
    VALUES (:tenant_id, :id, CAST(:per_second AS integer), :full, clock_timestamp())
    ON CONFLICT (tenant_id, id) DO UPDATE SET per_second = excluded.per_second, tokens = excluded.tokens,
        filled_at = excluded.filled_at
""")


class Allowance(TenantOwned, table=True):
    """A bucket: of the tenant itself, of an app or person, or of all visitors. `per_second` null: as is standard."""

    __table_args__ = (CheckConstraint("per_second > 0", name="per_second"),)

    per_second: int | None = Field(default=None, sa_type=Integer)
    tokens: float = Field(sa_type=Float)
    filled_at: datetime = Field(sa_type=UTC)


class Standing(NamedTuple):
    """What a request cost, and what whoever asks has left, as far as this process knows."""

    requested: int
    available: int
    burst: int
    per_second: int

    @property
    def full_in(self) -> int:
        """Seconds until there is as much as can be."""
        return math.ceil((self.burst - self.available) / self.per_second)


class SpentError(Exception):
    """The bucket does not hold that much. `never`: not even when it is full."""

    def __init__(self, standing: Standing, retry_after: int, *, never: bool) -> None:
        super().__init__("the allowance is spent")
        self.standing = standing
        self.retry_after = retry_after
        self.never = never


@dataclass
class Bucket:
    """What this process has borrowed of a bucket, and what it knows of the rest."""

    tenant_id: uuid.UUID
    id: uuid.UUID
    per_second: int = 0
    held: float = 0
    left: float = 0
    seen_at: float = 0
    used_at: float = 0
    closed_until: float = 0
    closed_for: float = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def known(self, now: float) -> float:
        """How much there is, if nobody else has taken any meanwhile."""
        flowed = self.left + self.per_second * max(0, now - self.seen_at)
        return self.held + min(self.per_second * WINDOW, flowed)

    def standing(self, cost: int, now: float) -> Standing:
        burst = self.per_second * WINDOW
        return Standing(cost, max(0, min(burst, int(self.known(now) + SLIGHT))), burst, self.per_second)


class Allowances:
    """One process's part of all buckets."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self.clock = clock
        self._buckets: OrderedDict[tuple[uuid.UUID, uuid.UUID], Bucket] = OrderedDict()

    async def spend(self, viewer: Viewer, cost: int) -> Standing:
        """Take what a request costs, or a SpentError and nothing is taken. Rarely a round trip."""
        tenant_id = viewer.tenant.id
        whole = self._bucket(tenant_id, tenant_id)
        own = self._bucket(tenant_id, viewer.person_id or viewer.app_id or NOBODY)
        now = self.clock()
        if whole.held < cost:
            await self._borrow(whole, cost, STANDARD)
        whole.held -= cost
        whole.used_at = own.used_at = now
        if own.held < cost:
            try:
                await self._borrow(own, cost, max(1, whole.per_second // (HOLDER if viewer.signed_in else VISITORS)))
            except BaseException:
                whole.held += cost
                raise
        own.held -= cost
        tighter = own if own.known(now) <= whole.known(now) else whole
        return tighter.standing(cost, now)

    async def tidy(self, *, idle: float = IDLE) -> None:
        """Give back what has not been used lately."""
        now = self.clock()
        for key, bucket in list(self._buckets.items()):
            if now - bucket.used_at < idle or bucket.turn.locked():
                continue
            held, bucket.held = bucket.held, 0
            if held > 0:
                await self._give_back(bucket, held)
            if bucket.held == 0:
                self._buckets.pop(key, None)

    async def keep_tidy(self) -> None:
        """Give back from time to time, until cancelled."""
        while True:
            await asyncio.sleep(IDLE / 2)
            try:
                await self.tidy()
            except Exception:
                log.warning("allowances.not_given_back", exc_info=True)

    def _bucket(self, tenant_id: uuid.UUID, bucket_id: uuid.UUID) -> Bucket:
        key = (tenant_id, bucket_id)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(tenant_id, bucket_id, used_at=self.clock())
        return bucket

    async def _borrow(self, bucket: Bucket, cost: int, standard: int) -> None:
        """Hold at least what it costs. One at a time: whoever waits may find that enough was borrowed meanwhile."""
        async with bucket.turn:
            while bucket.held < cost:
                if self.clock() < bucket.closed_until and cost >= bucket.closed_for:
                    raise self._spent(bucket, cost)
                need = cost - bucket.held
                amount, bucket.left, bucket.per_second = await self._ask(bucket, need, standard)
                bucket.seen_at = self.clock()
                bucket.held += amount
                if amount == 0:
                    bucket.closed_for, bucket.closed_until = cost, bucket.seen_at + CLOSED
                    raise self._spent(bucket, cost)

    def _spent(self, bucket: Bucket, cost: int) -> SpentError:
        now = self.clock()
        missing = cost - bucket.known(now)
        retry_after = max(1, math.ceil(missing / bucket.per_second))
        return SpentError(bucket.standing(cost, now), retry_after, never=cost > bucket.per_second * WINDOW)

    async def _ask(self, bucket: Bucket, need: float, standard: int) -> tuple[float, float, int]:
        terms = (bucket.id, standard, WINDOW, AHEAD, SHARE, need)
        stroke = Stroke(BORROW, "SELECT found FROM borrowed", terms, news=False)
        try:
            found = await self.database.write(bucket.tenant_id, stroke)
        except LOST:  # at worst a portion was borrowed that nobody spends
            found = await self.database.write(bucket.tenant_id, stroke)
        if found is None:
            async with self.database.transaction(bucket.tenant_id) as db:
                await db.execute(OPEN, {"tenant_id": bucket.tenant_id, "id": bucket.id, "full": standard * WINDOW})
            found = await self.database.write(bucket.tenant_id, stroke)
        amount, left, per_second = found
        return amount, left, int(per_second)

    async def _give_back(self, bucket: Bucket, amount: float) -> None:
        terms = (bucket.id, bucket.per_second, WINDOW, amount)
        stroke = Stroke(GIVE_BACK, "SELECT done FROM returned", terms, news=False)
        await self.database.write(bucket.tenant_id, stroke)


async def limit(db: AsyncSession, bucket_id: uuid.UUID, per_second: int | None) -> None:
    """Set what a tenant (by its own id), an app or a person may cost in a second; None: as is standard. Fills it."""
    full = (per_second or STANDARD) * WINDOW
    terms = {"tenant_id": db.info["tenant_id"], "id": bucket_id, "per_second": per_second, "full": full}
    await db.execute(LIMIT, terms)


async def limit_of(db: AsyncSession, bucket_id: uuid.UUID) -> int | None:
    """What was set; None: as is standard."""
    return await db.scalar(select(Allowance.per_second).where(Allowance.id == bucket_id))
