"""Troubles: a failure is told when it begins and when it is over, not every second."""

import uuid

import structlog

log = structlog.get_logger(__name__)


class Troubles:
    """Remembers for whom some `work` fails. None stands for all tenants together."""

    def __init__(self, work: str) -> None:
        self.began, self.ended = f"{work}.failed", f"{work}.recovered"
        self.failing: set[uuid.UUID | None] = set()

    def failed(self, tenant_id: uuid.UUID | None, slug: str, error: Exception) -> None:
        if tenant_id not in self.failing:
            self.failing.add(tenant_id)
            log.error(self.began, tenant=slug, exc_info=error)

    def over(self, tenant_id: uuid.UUID | None, slug: str) -> None:
        if tenant_id in self.failing:
            self.failing.remove(tenant_id)
            log.info(self.ended, tenant=slug)
