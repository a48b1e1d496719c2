"""The sweep: every second, in every active tenant, what is due by its own clock happens. Several may run at once."""

import asyncio

import structlog
from sqlalchemy.exc import DBAPIError

from api.mutations import LOST_A_RACE
from collegium.troubles import Troubles
from domain.journeys import sweeps
from tenants import idempotency, registry
from tenants.database import Database
from tenants.registry import Tenant, TenantStatus, wall

PAUSE = 1.0  # seconds between two passes
PATIENCE = 30.0  # seconds for one tenant, before it is left for the next pass
log = structlog.get_logger(__name__)


class Sweep:
    """One process's sweep."""

    def __init__(self, database: Database, *, patience: float = PATIENCE) -> None:
        self.database = database
        self.patience = patience
        self.troubles = Troubles("sweep")

    async def until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.pass_by()
            try:
                await asyncio.wait_for(stop.wait(), PAUSE)
            except TimeoutError:
                continue

    async def pass_by(self) -> int:
        """Visit every active tenant once; how many steps have changed."""
        try:
            async with asyncio.timeout(self.patience), self.database.platform() as db:
                tenants = await registry.every(db)
        except Exception as error:  # noqa: BLE001 -- a database that is away comes back
            self.troubles.failed(None, "every", error)
            return 0
        self.troubles.over(None, "every")
        return sum([await self._visit(tenant) for tenant in tenants if tenant.status is TenantStatus.ACTIVE])

    async def _visit(self, tenant: Tenant) -> int:
        try:
            async with asyncio.timeout(self.patience), self.database.transaction(tenant.id) as db:
                changed = await sweeps.open_due(db, now=tenant.now(wall()))
                await idempotency.forget(db, wall=wall())
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in LOST_A_RACE:  # otherwise the next pass finds the rest
                self.troubles.failed(tenant.id, tenant.slug, error)
            return 0
        except Exception as error:  # noqa: BLE001 -- one tenant's trouble is not another's
            self.troubles.failed(tenant.id, tenant.slug, error)
            return 0
        self.troubles.over(tenant.id, tenant.slug)
        if changed:
            log.info("sweep.opened", tenant=tenant.slug, steps=changed)
        return changed
