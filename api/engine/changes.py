"""The fields of the subscription type: what is told of an event, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import GraphQLError, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails, collect_fields

from api.engine.emission import NULL, Join, concat, joined
from api.engine.parameters import refuse
from api.engine.roots import denied
from api.engine.types import CHANGES, ENTITIES, Change

if TYPE_CHECKING:
    from api.engine.planner import Planner

BETWEEN = r"E'\x1e'"
"""Stands between documents: JSON writes this character in another way."""


def changes(planner: Planner) -> str:
    """What a subscription tells of an event: JSON for each of the request's `viewers`, in their order.

    A viewer who may not see what the event is about is told null. Where nothing depends on who is told, the text
    does not name `seen.viewer`.
    """
    _, change, group = subscribed(planner)
    no = denied(planner, change, group)
    if no is not None:
        raise no
    planner.told = {"viewer": "seen.viewer"}
    entity, target = ENTITIES[change.entity], ENTITIES[change.target]
    kind: GraphQLObjectType = planner.schema.type_map[entity.name]  # type: ignore[assignment]
    event, about = planner.alias(), planner.alias()
    joins: list[Join] = []
    row = concat(planner.object(kind, group, entity, event, joins))
    mine = [planner.belongs(target, about), f"{about}.id = {event}.aggregate_id", *planner.visible(target, about)]
    told = (
        f"coalesce((SELECT {row} FROM {planner.table(entity)} {event}"
        f" JOIN {planner.table(target)} {about} ON {' AND '.join(mine)} {joined(joins, alone=False)}"
        f" WHERE {planner.belongs(entity, event)} AND {event}.id = {planner.format('{row}')}), {NULL})"
    )
    viewers = planner.format("unnest({viewers}) WITH ORDINALITY seen(viewer, at)")
    return f"(SELECT string_agg({told}, {BETWEEN} ORDER BY seen.at) FROM {viewers})"


def subject(planner: Planner) -> str:
    """Whether the viewer may see the row that a subscription is about: the request's `row`."""
    _, change, _ = subscribed(planner)
    entity = change.subject
    alias = planner.alias()
    mine = [planner.belongs(entity, alias), planner.format("{t}.id = {row}", t=alias), *planner.visible(entity, alias)]
    return f"SELECT count(*) FROM {planner.table(entity)} {alias} WHERE {' AND '.join(mine)}"


def subscribed(planner: Planner) -> tuple[str, Change, list[FieldDetails]]:
    """The one field of a subscription, by its response key."""
    kind = planner.schema.subscription_type
    assert kind is not None  # noqa: S101 -- a schema has a subscription type
    fields = collect_fields(
        planner.schema, planner.fragments, planner.variables, kind, planner.operation
    ).grouped_field_set
    if len(fields) != 1:
        message = "A subscription asks for one field: this one leaves it out."
        raise GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})
    ((key, group),) = fields.items()
    if group[0].node.name.value not in CHANGES:
        raise refuse("A subscription asks for one of the subscription type's own fields.", group[0].node)
    return key, CHANGES[group[0].node.name.value], group
