"""The sweep: every second, in every active tenant, what is due by its own clock happens. Several may run at once."""

import asyncio
import uuid

import structlog
from sqlalchemy.exc import DBAPIError

from api.mutations import LOST_A_RACE
from domain.journeys import sweeps
from tenants import registry
from tenants.database import Database
from tenants.registry import Tenant, TenantStatus, wall

PAUSE = 1.0  # seconds between two passes
PATIENCE = 30.0  # seconds for one tenant, before it is left for the next pass
log = structlog.get_logger(__name__)


class Sweep:
    """Remembers which tenants fail, so that a failure is told when it begins and when it is over, not every second."""

    def __init__(self, database: Database, *, patience: float = PATIENCE) -> None:
        self.database = database
        self.patience = patience
        self.failing: set[uuid.UUID | None] = set()

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
            self._failed(None, "every", error)
            return 0
        self._went_well(None, "every")
        return sum([await self._visit(tenant) for tenant in tenants if tenant.status is TenantStatus.ACTIVE])

    async def _visit(self, tenant: Tenant) -> int:
        try:
            async with asyncio.timeout(self.patience), self.database.transaction(tenant.id) as db:
                changed = await sweeps.open_due(db, now=tenant.now(wall()))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in LOST_A_RACE:  # otherwise the next pass finds the rest
                self._failed(tenant.id, tenant.slug, error)
            return 0
        except Exception as error:  # noqa: BLE001 -- one tenant's trouble is not another's
            self._failed(tenant.id, tenant.slug, error)
            return 0
        self._went_well(tenant.id, tenant.slug)
        if changed:
            log.info("sweep.opened", tenant=tenant.slug, steps=changed)
        return changed

    def _failed(self, tenant_id: uuid.UUID | None, slug: str, error: Exception) -> None:
        if tenant_id not in self.failing:
            self.failing.add(tenant_id)
            log.error("sweep.failed", tenant=slug, exc_info=error)

    def _went_well(self, tenant_id: uuid.UUID | None, slug: str) -> None:
        if tenant_id in self.failing:
            self.failing.remove(tenant_id)
            log.info("sweep.recovered", tenant=slug)
