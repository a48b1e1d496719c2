"""Subscriptions: what happens, told to those who wait for it and may know.

`asking` reads a subscription, `feeds` read each tenant's news once, `telling` makes answers of them, `streams` hold
what one subscriber is still to be told, `positions` say exactly how far that is. `connections` know who is here and for
how long they may be; `websocket` and `sse` are the ways they come, `operations` what they ask.
"""

from api.http.endpoint import Endpoint
from api.subscriptions.connections import Bounds, Connections
from api.subscriptions.feeds import Feeds
from api.subscriptions.operations import Operations
from api.subscriptions.sse import EventStreams
from api.subscriptions.telling import Teller
from api.subscriptions.websocket import Sockets
from tenants.listener import Listener


class Subscriptions:
    """The subscriptions of one process. Made before its listener listens."""

    def __init__(self, endpoint: Endpoint, listener: Listener, bounds: Bounds | None = None) -> None:
        self.connections = Connections(endpoint.viewers, bounds or Bounds())
        self.feeds = Feeds(endpoint.engine.database, listener, Teller(endpoint.engine))
        operations = Operations(endpoint, self.feeds, self.connections)
        self.sockets = Sockets(operations)
        endpoint.streams = EventStreams(operations)

    def stop(self) -> None:
        """Whoever is connected is sent away, to come back to another process. Nobody is let in any more."""
        self.connections.stop()

    async def close(self) -> None:
        await self.connections.close()
        await self.feeds.stop()
