"""What a subscription asks: its field, the row it is about, and where to begin."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql.execution.values import get_argument_values

from api import ids
from api.engine.documents import Document
from api.engine.filters import camel
from api.engine.parameters import Request, refuse
from api.engine.types import Change
from api.subscriptions.positions import Position, PositionError, opened
from tenants.database import Database
from tenants.viewer import Viewer

NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class Subscription:
    """A subscription of a viewer. `key` is its field's response key, `chosen` the row it is about; None for any."""

    document: Document
    variables: dict[str, Any]
    request: Request
    key: str
    change: Change
    chosen: uuid.UUID | None
    begin: Position | None


async def subscribed(
    database: Database, document: Document, variables: dict[str, Any], viewer: Viewer, *, now: datetime, wall: datetime
) -> Subscription:
    """What is asked, or a GraphQLError or RequestError: the viewer may not, or there is no such row for them."""
    request = Request(viewer, now, document.coerce(variables))
    document.changes(request, core=False).parameters.bind(request)
    key, change, node = document.subscribed(request)
    kind = document.schema.subscription_type
    assert kind is not None  # noqa: S101 -- it has this field
    arguments = get_argument_values(kind.fields[node.name.value], node, request.variables)
    argument = camel(change.fact)
    text, after = arguments.get(argument), arguments.get("after")
    try:
        begin = None if after is None else opened(after, viewer.tenant.secret, wall)
    except PositionError as error:
        raise refuse(str(error), node, "POSITION_NOT_VALID") from None
    chosen = None
    if text is not None:
        chosen = ids.decode(str(change.subject.prefix), text) or NOBODY
        named = Request(viewer, now, request.variables, rows=((chosen, False),))
        plan = document.subject(named)
        if await database.read(viewer.tenant.id, plan.sql, plan.parameters.bind(named)) == b"0":
            raise refuse(f"There is no such {change.subject.name.lower()}: look at `{argument}`.", node, "NOT_FOUND")
    return Subscription(document, variables, request, key, change, chosen, begin)
