"""The fields of the query type: rows by id or reference, pages of rows, and the one row there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from api import ids
from api.engine.custom import REFUSED
from api.engine.emission import NULL, Part, Sql
from api.engine.orders import Order
from api.engine.pages import connection
from api.engine.parameters import refuse
from api.engine.types import ENTITIES, MAX_PAGE, ROOTS, Change, Entity, Root

if TYPE_CHECKING:
    from api.engine.planner import Planner


def root(planner: Planner, definition: GraphQLField, name: str, group: list[FieldDetails]) -> list[Part]:
    """The JSON of one field of the query type."""
    source = planner.parameters.source(definition, group[0].node)
    arguments = planner.parameters.sources[source].values(planner.variables)
    if name == "node":
        return [Sql(_by_global_id(planner, group, arguments["id"], source, ("id",)))]
    if name == "nodes":
        return _nodes(planner, group, arguments["ids"], source)
    if name == "nodeByExternalRef":
        return [Sql(_by_reference(planner, group, arguments["type"].value, source))]
    asked = ROOTS[name]
    no = denied(planner, asked, group)
    if no is not None:
        planner.denied.append(no)
        return [json.dumps({REFUSED: no.message, **(no.extensions or {})})]
    entity = ENTITIES[asked.entity]
    if asked.kind == "many":
        order = Order(asked.order, asked.descending)
        return connection(planner, definition, group, entity, lambda alias: [], order)
    kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
    where = [] if asked.kind == "only" else [_named(planner, entity, group, arguments, source)]
    return [Sql(planner.row(entity, kind, group, where))]


def _named(planner: Planner, entity: Entity, group: list[FieldDetails], arguments: dict[str, Any], source: int) -> str:
    given = [name for name in ("id", "externalRef") if arguments.get(name) is not None]
    if len(given) != 1:
        raise refuse("Give either `id` or `externalRef`.", group[0].node)
    if given == ["id"]:
        decode = lambda text: ids.decode(str(entity.prefix), text)  # noqa: E731 -- one line says it
        return "{t}.id = " + planner.parameters.argument(source, ("id",), "uuid", decode)
    return "{t}.external_ref = " + planner.parameters.argument(source, ("externalRef",), "text", str)


def _nodes(planner: Planner, group: list[FieldDetails], wanted: list[str], source: int) -> list[Part]:
    if len(wanted) > MAX_PAGE:
        raise refuse(f"Ask for at most {MAX_PAGE} ids at once.", group[0].node)
    parts: list[Part] = ["["]
    for number, text in enumerate(wanted):
        parts += ["," if number else "", Sql(_by_global_id(planner, group, text, source, ("ids", number)))]
    return [*parts, "]"]


def _by_global_id(
    planner: Planner, group: list[FieldDetails], text: str, source: int, path: tuple[str | int, ...]
) -> str:
    prefix = text.partition("_")[0]
    entity = next((entity for entity in ENTITIES.values() if entity.prefix == prefix), None)
    if entity is None or not planner.viewer.signed_in:
        return NULL
    kind: GraphQLObjectType = planner.schema.type_map[entity.name]  # type: ignore[assignment]
    row_id = planner.parameters.argument(source, path, "uuid", lambda value: ids.decode(prefix, value))
    return planner.row(entity, kind, group, [f"{{t}}.id = {row_id}"], tagged=True)


def _by_reference(planner: Planner, group: list[FieldDetails], name: str, source: int) -> str:
    if not planner.viewer.signed_in:
        return NULL
    kind: GraphQLObjectType = planner.schema.type_map[name]  # type: ignore[assignment]
    reference = planner.parameters.argument(source, ("externalRef",), "text", str)
    return planner.row(ENTITIES[name], kind, group, [f"{{t}}.external_ref = {reference}"], tagged=True)


def denied(planner: Planner, root: Root | Change, group: list[FieldDetails]) -> GraphQLError | None:
    """What keeps the viewer from asking for it, if anything does."""
    if root.allow.allows(planner.viewer):
        return None
    node = group[0].node
    if not planner.viewer.signed_in:
        message = f"Sign in to ask for `{root.name}`: send a key as `Authorization: Bearer …`."
        return refuse(message, node, "UNAUTHENTICATED")
    return refuse(f"You may not ask for `{root.name}`. {root.allow.words}", node, "FORBIDDEN")
