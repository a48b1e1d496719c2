"""Viewers who have signed in lately: while the process hears of every change of access, they need not be looked up.

Invariant: a viewer is remembered only if no change of access was heard of since the look-up began, and only while the
listener hears; a change made by this process is known before its answer leaves. Expiry is checked at each request.
"""

import uuid
from collections import OrderedDict
from datetime import datetime

from api.signin import viewer_of
from tenants.database import ACCESS, Database
from tenants.listener import Listener
from tenants.viewer import Viewer

MOST = 10_000


class KnownViewers:
    """Signs in for one process, and remembers whom by what they showed: host name and credentials."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self.database = database
        self.listener = listener
        self._known: OrderedDict[tuple[str | None, str | None], Viewer] = OrderedDict()
        self._changes = 0
        listener.on(ACCESS, self._changed, back=self.forget_all)
        database.access_changed.append(self.forget)

    async def of(self, *, host: str | None, authorization: str | None, wall: datetime) -> Viewer:
        """Who asks, or a SignInError."""
        shown = (host, authorization)
        known = self._known.get(shown)
        if known is not None and self.listener.connected:
            expires = known.expires_at
            if expires is None or known.tenant.now(wall) < expires:
                return known
        changes = self._changes
        viewer = await viewer_of(self.database, host=host, authorization=authorization, wall=wall)
        if changes == self._changes and self.listener.connected:
            self._known[shown] = viewer
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return viewer

    def forget(self, tenant_id: uuid.UUID | None) -> None:
        """Access to this tenant has changed; None: to any."""
        self._changes += 1
        for shown in [shown for shown, viewer in self._known.items() if tenant_id in (None, viewer.tenant.id)]:
            del self._known[shown]

    def forget_all(self) -> None:
        self.forget(None)

    def _changed(self, tenant: str) -> None:
        self.forget(uuid.UUID(tenant) if tenant else None)
