"""Turns: who may be at work in a process, when more would be than it can serve well.

Invariant: tenants who are about share the places alike, and take turns for those that come free. So one that asks a
hundred times as much as another waits for itself, not the other for it. Whoever is alone has all places.
"""

import asyncio
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable

ABOUT = 5.0
"""Seconds for which a tenant that has asked is about, and places are left for it."""


class Turns:
    """The places of one process."""

    def __init__(self, places: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.places = places
        self.clock = clock
        self.taken = 0
        self._holding: dict[uuid.UUID, int] = {}
        self._waiting: OrderedDict[uuid.UUID, deque[asyncio.Future[None]]] = OrderedDict()
        self._seen: dict[uuid.UUID, float] = {}
        self._counted_at = clock()

    def take(self, tenant_id: uuid.UUID) -> bool:
        """Take a place, if there is one for this tenant now. Otherwise `wait` for it."""
        now = self.clock()
        self._seen[tenant_id] = now
        if now - self._counted_at > 1:
            self._seen = {one: at for one, at in self._seen.items() if now - at < ABOUT}
            self._counted_at = now
        if self.taken >= self.places or not self._may(tenant_id):
            return False
        self._sit(tenant_id)
        return True

    async def wait(self, tenant_id: uuid.UUID) -> None:
        """Wait for a place, and take it."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant_id, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(tenant_id)  # the place came in the moment in which it was given up
            raise

    def leave(self, tenant_id: uuid.UUID) -> None:
        """Give a place back. Each who waits for one of these had to `wait` for it."""
        self.taken -= 1
        self._holding[tenant_id] -= 1
        if not self._holding[tenant_id]:
            del self._holding[tenant_id]
        while self.taken < self.places and self._seat_next():
            pass

    def _may(self, tenant_id: uuid.UUID) -> bool:
        share = max(1, self.places // max(1, len(self._seen)))
        return self._holding.get(tenant_id, 0) < share

    def _sit(self, tenant_id: uuid.UUID) -> None:
        self.taken += 1
        self._holding[tenant_id] = self._holding.get(tenant_id, 0) + 1

    def _seat_next(self) -> bool:
        """Seat one of the tenant whose turn it is, and put that tenant at the end of the row."""
        for tenant_id in list(self._waiting):
            row = self._waiting[tenant_id]
            while row and row[0].done():
                row.popleft()  # gave up waiting
            if not row:
                del self._waiting[tenant_id]
                continue
            if self._may(tenant_id):
                row.popleft().set_result(None)
                self._sit(tenant_id)
                if row:
                    self._waiting.move_to_end(tenant_id)
                else:
                    del self._waiting[tenant_id]
                return True
        return False
