"""Turns: who may be at work in a process, when more would be than it can serve well.

Invariant: while other tenants are about, a tenant has few requests at work at a time, and who comes next is settled by
turns among the tenants that wait. So one that asks a hundred times as much as another waits for itself, and the other
hardly notices. A request that takes long is waiting for something else than this process: it stops to count, up to half
of the places, so that a slow one does not hold up its tenant's others.
"""

import asyncio
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

PLACES = 10
"""How many requests are at work at once: as many as there are connections for planned reads."""
ALONE = 8
"""How many of one tenant, whom nobody else disturbs: what is left lets others in at once."""
TOGETHER = 3
"""How many fresh ones of all tenants that are about; each has one at least."""
FRESH = 0.01
"""Seconds for which a request counts as fresh: it is likely to need this process all the time."""
ABOUT = 5.0
"""Seconds for which a tenant that has asked is about."""


@dataclass(eq=False)
class Turn:
    """A place that a tenant has, and since when."""

    tenant_id: uuid.UUID
    since: float


class Turns:
    """The places of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.taken = 0
        self._holding: dict[uuid.UUID, set[Turn]] = {}
        self._waiting: OrderedDict[uuid.UUID, deque[asyncio.Future[Turn]]] = OrderedDict()
        self._seen: dict[uuid.UUID, float] = {}
        self._counted_at = clock()
        self._look: asyncio.TimerHandle | None = None

    def take(self, tenant_id: uuid.UUID) -> Turn | None:
        """A place, if there is one for this tenant now. Otherwise `wait` for it."""
        now = self.clock()
        self._seen[tenant_id] = now
        if now - self._counted_at > 1:
            self._seen = {one: at for one, at in self._seen.items() if now - at < ABOUT}
            self._counted_at = now
        return self._sit(tenant_id, now) if self._may(tenant_id, now) else None

    async def wait(self, tenant_id: uuid.UUID) -> Turn:
        """Wait for a place."""
        seat: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant_id, deque()).append(seat)
        self._look_again()
        try:
            return await seat
        except asyncio.CancelledError:
            if seat.done() and not seat.cancelled():
                self.leave(seat.result())  # the place came in the moment in which it was given up
            raise

    def leave(self, turn: Turn) -> None:
        """Give the place back to those who wait."""
        self.taken -= 1
        holding = self._holding[turn.tenant_id]
        holding.discard(turn)
        if not holding:
            del self._holding[turn.tenant_id]
        if self._waiting:
            self._seat()

    def _may(self, tenant_id: uuid.UUID, now: float) -> bool:
        if self.taken >= PLACES:
            return False
        holding = self._holding.get(tenant_id)
        if holding is None:
            return True
        about = len(self._seen)
        if about <= 1:
            return len(holding) < ALONE
        if len(holding) >= PLACES // 2:
            return False
        fresh = sum(now - turn.since < FRESH for turn in holding)
        return fresh < max(1, TOGETHER // about)

    def _sit(self, tenant_id: uuid.UUID, now: float) -> Turn:
        turn = Turn(tenant_id, now)
        self.taken += 1
        self._holding.setdefault(tenant_id, set()).add(turn)
        return turn

    def _seat(self) -> None:
        """Seat those who may, one of a tenant after one of another."""
        now, seated = self.clock(), True
        while seated:
            seated = False
            for tenant_id in list(self._waiting):
                row = self._waiting[tenant_id]
                while row and row[0].done():
                    row.popleft()  # gave up waiting
                if row and self._may(tenant_id, now):
                    row.popleft().set_result(self._sit(tenant_id, now))
                    self._waiting.move_to_end(tenant_id)
                    seated = True
                if not row:
                    del self._waiting[tenant_id]

    def _look_again(self) -> None:
        """While someone waits, look from time to time which places have stopped to count."""
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(FRESH, self._looked)

    def _looked(self) -> None:
        self._look = None
        self._seat()
        if self._waiting:
            self._look_again()
