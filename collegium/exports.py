"""Exports, worked on beside the sweep: by turns, tenant after tenant, so that none waits for another's long list."""

import asyncio
import time

import structlog

from api.engine.execution import Engine
from api.exports.turns import Turns
from collegium.troubles import Troubles
from domain.exports import exports
from tenants import registry
from tenants.registry import Tenant, TenantStatus, wall

PAUSE = 1.0  # seconds between two looks for new exports
PATIENCE = 60.0  # seconds for one turn
WAITING = """
    (SELECT 'yes' WHERE EXISTS (SELECT FROM export e WHERE e.tenant_id = $1 AND (
        e.status IN ('QUEUED', 'RUNNING') OR e.status = 'DONE' AND e.expires_at <= $2::timestamptz)))
"""
log = structlog.get_logger(__name__)


class Exports:
    """One process's work."""

    def __init__(self, engine: Engine, *, patience: float = PATIENCE) -> None:
        self.database = engine.database
        self.turns = Turns(engine)
        self.patience = patience
        self.troubles = Troubles("exports")

    async def until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if await self.pass_by(stop):
                continue
            try:
                await asyncio.wait_for(stop.wait(), PAUSE)
            except TimeoutError:
                continue

    async def pass_by(self, stop: asyncio.Event | None = None) -> bool:
        """Give every tenant that waits its turns, for about as long as a pause; whether there is more to do."""
        began = time.monotonic()
        tenants = [tenant for tenant in await self._tenants() if await self._tidied(tenant)]
        while tenants and time.monotonic() - began < PAUSE and not (stop and stop.is_set()):
            tenants = [tenant for tenant in tenants if await self._turn(tenant)]
        return bool(tenants)

    async def _tenants(self) -> list[Tenant]:
        try:
            async with asyncio.timeout(self.patience), self.database.platform() as db:
                tenants = await registry.every(db)
        except Exception as error:  # noqa: BLE001 -- a database that is away comes back
            self.troubles.failed(None, "every", error)
            return []
        self.troubles.over(None, "every")
        return [tenant for tenant in tenants if tenant.status is TenantStatus.ACTIVE]

    async def _tidied(self, tenant: Tenant) -> bool:
        """Remove the tenant's files that are kept too long; whether anything else may wait there."""
        now = tenant.now(wall())
        try:
            async with asyncio.timeout(self.patience):
                if not await self.database.read(tenant.id, WAITING, [now]):
                    return False
                async with self.database.transaction(tenant.id) as db:
                    expired = await exports.expire(db, now=now)
        except Exception as error:  # noqa: BLE001 -- one tenant's trouble is not another's
            self.troubles.failed(tenant.id, tenant.slug, error)
            return False
        if expired:
            log.info("exports.expired", tenant=tenant.slug, files=expired)
        return True

    async def _turn(self, tenant: Tenant) -> bool:
        """Whether there may be more to do."""
        try:
            async with asyncio.timeout(self.patience):
                more = await self.turns.take(tenant, wall())
        except Exception as error:  # noqa: BLE001 -- one tenant's trouble is not another's
            self.troubles.failed(tenant.id, tenant.slug, error)
            return False
        self.troubles.over(tenant.id, tenant.slug)
        return more
