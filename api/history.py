"""History: what happened, by whom, when."""

from __future__ import annotations

from datetime import datetime

from api.engine.fields import column, sql, to_one
from api.engine.types import Node, many, planned
from api.people.people import Person
from api.permissions import STAFF, Access
from api.scalars import JSON
from api.tenants.keys import App
from domain import history


@planned(
    history.Event,
    prefix="evt",
    visible=Access(STAFF, "history:read"),
    filters=("aggregate", "verb", "person", "occurred_at"),
    orders=("occurred_at",),
)
class Event(Node):
    """Something that happened. Events are never changed; those of one aggregate are numbered without a gap."""

    aggregate: str = column("What kind of thing it happened to.")
    aggregate_uuid: str = sql(
        "{t}.aggregate_id::text", "The thing it happened to, as the bare UUID within its global id."
    )
    sequence: int = column("Its number among the events of this thing.")
    verb: str = column("What happened.")
    person: Person | None = to_one("person_id", "Who did it, where a person did.")
    app: App | None = to_one("app_id", "Which app did it, where one did.")
    occurred_at: datetime = column("When, in the tenant's time.")
    facts: JSON = sql("{t}.facts", "What a reader needs to understand it.")


many(
    "events",
    "Event",
    "What happened in this tenant, the latest first.",
    allow=Access(STAFF, "history:read"),
    order="occurred_at",
    descending=True,
)
