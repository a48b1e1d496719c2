"""Operations over a connection that stays: a query or mutation is answered once, a subscription goes on.

They go the same way as those over HTTP: the document with its limits, its cost, the tenant's turn.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from api.engine.documents import Document, RequestError
from api.engine.execution import fault, refused
from api.http.asking import Asked
from api.http.endpoint import Endpoint
from api.http.spending import REFUSED, spend, told, wait_body
from api.subscriptions.asking import subscribed
from api.subscriptions.connections import Connection, Connections
from api.subscriptions.ends import EndedError, body_of
from api.subscriptions.feeds import Feeds
from api.subscriptions.streams import Stream
from tenants.allowances import SpentError
from tenants.registry import wall


@dataclass(frozen=True)
class Result:
    """An answer's body. `over`: nothing was run, or nothing more will be: the body holds errors alone."""

    body: bytes
    over: bool = False


class Operations:
    """What every transport that keeps its connection needs."""

    def __init__(self, endpoint: Endpoint, feeds: Feeds, connections: Connections) -> None:
        self.engine = endpoint.engine
        self.texts = endpoint.texts
        self.allowances = endpoint.allowances
        self.turns = endpoint.turns
        self.feeds = feeds
        self.connections = connections

    async def results(self, asked: Asked, connection: Connection, *, reading: bool = False) -> AsyncGenerator[Result]:
        """What the operation comes to: one result, or as many as happen. `reading`: it may change nothing."""
        tenant_id = connection.viewer.tenant.id
        turn = self.turns.take(tenant_id) or await self.turns.wait(tenant_id)
        try:
            begun = await self._begin(asked, connection, reading=reading)
        except RequestError as error:
            standing = await self.allowances.spend(connection.viewer, REFUSED)
            begun = Result(refused(error).saying(told(standing)), over=True)
        except GraphQLError as error:
            begun = Result(body_of(error.formatted), over=True)
        except SpentError as spent:
            begun = Result(wait_body(spent), over=True)
        except EndedError as why:
            begun = Result(body_of(why.formatted()), over=True)
        except Exception as error:  # noqa: BLE001 -- nothing of ours reaches the client but a trace id
            begun = Result(body_of(fault(error, operation=asked.name)), over=True)
        finally:
            self.turns.leave(turn)
        if isinstance(begun, Result):
            yield begun
            return
        async with aclosing(self._followed(begun, connection)) as results:
            async for result in results:
                yield result

    async def _begin(self, asked: Asked, connection: Connection, *, reading: bool) -> Result | Stream:
        viewer, now = connection.viewer, wall()
        document = await self.texts.document(asked.document, asked.name, viewer)
        if reading and document.is_mutation:
            raise GraphQLError("Send mutations by POST.", extensions={"code": "METHOD_NOT_ALLOWED"})
        standing = await spend(self.allowances, document, asked.variables, viewer)
        if document.is_subscription:
            return await self._subscribe(document, asked.variables, connection)
        here = viewer.tenant.now(now)
        answer = await self.engine.answer(document, asked.variables, viewer=viewer, now=here, wall=now)
        return Result(answer.saying(told(standing)), over=not answer.executed)

    async def _subscribe(self, document: Document, variables: dict[str, Any], connection: Connection) -> Stream:
        viewer, now = connection.viewer, wall()
        here = viewer.tenant.now(now)
        asked = await subscribed(self.engine.database, document, variables, viewer, now=here, wall=now)
        stream = Stream(asked, most_waiting=self.connections.bounds.waiting_of_stream)
        self.connections.start(connection, stream)
        return stream

    async def _followed(self, stream: Stream, connection: Connection) -> AsyncGenerator[Result]:
        try:
            async with aclosing(self.feeds.follow(stream)) as payloads:
                async for payload in payloads:
                    yield Result(payload)
        except EndedError as why:
            yield Result(body_of(why.formatted(stream.position)), over=True)
        except Exception as error:  # noqa: BLE001 -- nothing of ours reaches the client but a trace id
            yield Result(body_of(fault(error)), over=True)
        finally:
            self.connections.finish(connection, stream)
