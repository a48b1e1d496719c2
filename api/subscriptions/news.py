"""News: the events that a position has not seen, read in pages of one batch."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.subscriptions.positions import NOW, Position
from tenants.database import Database

PAGE = 500
MOMENT = f"(SELECT json_build_object('at', {NOW}, 'now', pg_current_snapshot()::text))"
NEWS = f"""
    (SELECT json_build_object('at', {NOW}, 'until', batch.until::text, 'events', coalesce((
        SELECT json_agg(json_build_array(n.id, n.aggregate, n.aggregate_id, n.verb, n.facts) ORDER BY n.id) FROM (
            SELECT e.id, e.aggregate, e.aggregate_id, e.verb, e.facts FROM event e
            WHERE e.tenant_id = $1
                AND e.transaction_id >= pg_snapshot_xmin($2::text::pg_snapshot)::text::bigint
                AND e.transaction_id < pg_snapshot_xmax(batch.until)::text::bigint
                AND NOT pg_visible_in_snapshot(e.transaction_id::text::xid8, $2::text::pg_snapshot)
                AND pg_visible_in_snapshot(e.transaction_id::text::xid8, batch.until)
                AND e.id > $4::uuid
                AND e.aggregate = ANY ($5::text[])
            ORDER BY e.id LIMIT {PAGE}) n), '[]'))
    FROM (SELECT coalesce($3::text::pg_snapshot, pg_current_snapshot()) AS until) batch)
"""


@dataclass(frozen=True)
class News:
    """An event, as far as it decides whom it is told."""

    id: uuid.UUID
    aggregate: str
    aggregate_id: uuid.UUID
    verb: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Events in the order in which they are told, each with the position after it; and that after all of them."""

    events: list[tuple[News, Position]]
    after: Position
    ended: bool


async def moment(database: Database, tenant_id: uuid.UUID) -> Position:
    """The position at which everything that is committed now was told."""
    found = orjson.loads(await database.read(tenant_id, MOMENT, []) or b"")
    return Position(found["at"], found["now"])


async def page(database: Database, tenant_id: uuid.UUID, position: Position, aggregates: Sequence[str]) -> Page:
    """The next events after the position, of its own batch or of the one that begins there and ends now."""
    arguments = [position.since, position.until, position.floor, list(aggregates)]
    found = orjson.loads(await database.read(tenant_id, NEWS, arguments) or b"")
    until = found["until"]
    events = [_news(*row) for row in found["events"]]
    ended = len(events) < PAGE
    told = [(event, Position(position.at, position.since, until, event.id)) for event in events]
    taken = found["at"] if position.until is None else position.at
    after = Position(taken, until) if ended else told[-1][1]
    if ended and told:
        told[-1] = (told[-1][0], after)
    return Page(told, after, ended)


def _news(id_: str, aggregate: str, aggregate_id: str, verb: str, facts: dict[str, Any]) -> News:
    return News(uuid.UUID(id_), aggregate, uuid.UUID(aggregate_id), verb, facts)
