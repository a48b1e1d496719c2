"""Telling every process that a tenant has news, once the news is committed.

PostgreSQL lets one transaction at a time commit that notifies. So the transactions themselves do not: after them, one
statement tells for all that committed within a moment. Should this process end in between, nobody is told; whoever
waits for news also looks for them from time to time.
"""

import asyncio
import uuid
from collections.abc import Iterable

import structlog

from tenants.pool import Pool

CHANNEL = "collegium_history"
MOMENT = 0.005  # seconds in which commits are told together
NOTIFY = f"SELECT count(pg_notify('{CHANNEL}', told))::text::varchar FROM unnest($1::text[]) AS told"  # noqa: S608
log = structlog.get_logger(__name__)


class Notifier:
    """Tells by one of the pool's connections, at most once per moment."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._news: set[uuid.UUID] = set()
        self._telling: asyncio.Task[None] | None = None

    def tell(self, tenant_id: uuid.UUID) -> None:
        """That the tenant has news. Returns at once."""
        self._news.add(tenant_id)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def close(self) -> None:
        """When everything is told."""
        if self._telling is not None:
            await self._telling

    async def _tell(self) -> None:
        await asyncio.sleep(MOMENT)
        while self._news:
            news, self._news = self._news, set()
            await self._notify(news)

    async def _notify(self, news: Iterable[uuid.UUID]) -> None:
        try:
            await self.pool.read(NOTIFY, [[str(tenant_id) for tenant_id in news]])
        except Exception:  # what was done is done; who waits looks again
            log.warning("notifier.not_told", exc_info=True)
