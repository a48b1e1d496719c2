"""The planner: one walk over a selection set, one SQL expression that writes its JSON.

Every table it names carries the tenant's predicate and the visibility condition of its type for the viewer.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from api import ids
from api.engine import custom
from api.engine.emission import NULL, POISON, Part, Sql, concat, leaf, members
from api.engine.fields import (
    Column,
    CustomFields,
    Decided,
    Embedded,
    Expression,
    Field,
    Identifier,
    ToAny,
    ToMany,
    ToOne,
)
from api.engine.orders import Order
from api.engine.pages import connection
from api.engine.parameters import TENANT, Parameters, refuse
from api.engine.types import CHANGES, ENTITIES, MAX_PAGE, ROOTS, TOLD, Change, Entity, Root
from api.permissions import Access
from tenants.viewer import Viewer

TYPENAME = "$typename"
BETWEEN = r"E'\x1e'"
"""Stands between documents: JSON writes this character in another way."""
LIST_LIMIT = 250
MOST_FIELDS = 10_000
META = ("__schema", "__type")


class Planner:
    """Plans one operation, or one mutation's payload, for one permission set.

    `core`: for graphql-core to complete. Then nothing is poisoned, objects behind interfaces name their type, and
    decided fields hold their facts. `decided` and `meta` tell that only graphql-core can complete this operation.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
        variables: VariableValues,
        viewer: Viewer,
        *,
        core: bool,
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.operation = operation
        self.variables = variables
        self.viewer = viewer
        self.core = core
        self.parameters = Parameters()
        self.decided = False
        self.meta = False
        self._told: dict[str, str] = {}
        self._aliases = 0
        self._fields = 0

    # What every part of the walk asks for.

    def alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def selected(self, kind: GraphQLObjectType, group: list[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        """The fields that are selected of an object, by response key."""
        selected = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, kind, group
        ).grouped_field_set
        self._fields += len(selected)
        if self._fields > MOST_FIELDS:
            raise refuse(f"This asks for more than {MOST_FIELDS:,} fields, fragments spelled out.", group[0].node)
        return selected

    def format(self, expression: str, **aliases: str) -> str:
        """Fill an expression's aliases and facts in."""
        return expression.format_map(_Names(self.parameters, {**self._told, **aliases}))

    def table(self, entity: Entity) -> str:
        return self.format(entity.table)

    def belongs(self, entity: Entity, alias: str) -> str:
        return f"{alias}.{entity.tenant_column} = {TENANT}"

    def visible(self, entity: Entity, alias: str) -> list[str]:
        condition = entity.visible.condition(self.viewer)
        return [] if condition is None else [f"({self.format(condition, t=alias)})"]

    # The walk.

    def root(self) -> str:
        """The whole operation: the JSON of its `data`."""
        kind = self.schema.query_type
        assert kind is not None  # noqa: S101 -- a schema has a query type
        fields = collect_fields(self.schema, self.fragments, self.variables, kind, self.operation).grouped_field_set
        pairs: list[tuple[str, list[Part]]] = []
        for key, group in fields.items():
            name = group[0].node.name.value
            if name in META or name in TOLD:
                self.meta = True
            elif name == "__typename":
                pairs.append((key, [f'"{kind.name}"']))
            else:
                pairs.append((key, self._root_field(kind.fields[name], name, group)))
        return concat(members(pairs))

    def payload(self, entity: Entity, kind: GraphQLObjectType, group: list[FieldDetails]) -> str:
        """The row that a mutation answers with: the request's `row`."""
        return self._row(entity, kind, group, ["{t}.id = {row}"])

    def payloads(self, entity: Entity, kind: GraphQLObjectType, group: list[FieldDetails]) -> str:
        """The rows that a bulk mutation answers with: one for each of the request's `rows`, in their order."""
        alias = self.alias()
        joins: list[str] = []
        self._told = {"created": "told.created"}
        row = concat(self.object(kind, group, entity, alias, joins))
        mine = [self.belongs(entity, alias), f"{alias}.id = told.id", *self.visible(entity, alias)]
        return (
            f"(SELECT '[' || string_agg(CASE WHEN {alias}.id IS NULL THEN {NULL} ELSE {row} END, ',' ORDER BY told.at)"
            f" || ']' FROM {self.format('unnest({rows}, {created_rows})')} WITH ORDINALITY told(id, created, at)"
            f" LEFT JOIN {self.table(entity)} {alias} ON {' AND '.join(mine)} {' '.join(joins)})"
        )

    def changes(self) -> str:
        """What a subscription tells of an event: JSON for each of the request's `viewers`, in their order.

        A viewer who may not see what the event is about is told null. Where nothing depends on who is told, the text
        does not name `seen.viewer`.
        """
        _, change, group = self.subscribed()
        self._permit(change, group)
        self._told = {"viewer": "seen.viewer"}
        entity, target = ENTITIES[change.entity], ENTITIES[change.target]
        kind: GraphQLObjectType = self.schema.type_map[entity.name]  # type: ignore[assignment]
        event, about = self.alias(), self.alias()
        joins: list[str] = []
        row = concat(self.object(kind, group, entity, event, joins))
        mine = [self.belongs(target, about), f"{about}.id = {event}.aggregate_id", *self.visible(target, about)]
        told = (
            f"coalesce((SELECT {row} FROM {self.table(entity)} {event}"
            f" JOIN {self.table(target)} {about} ON {' AND '.join(mine)} {' '.join(joins)}"
            f" WHERE {self.belongs(entity, event)} AND {event}.id = {self.format('{row}')}), {NULL})"
        )
        viewers = self.format("unnest({viewers}) WITH ORDINALITY seen(viewer, at)")
        return f"(SELECT string_agg({told}, {BETWEEN} ORDER BY seen.at) FROM {viewers})"

    def subject(self) -> str:
        """Whether the viewer may see the row that a subscription is about: the request's `row`."""
        _, change, _ = self.subscribed()
        entity = change.subject
        alias = self.alias()
        mine = [self.belongs(entity, alias), self.format("{t}.id = {row}", t=alias), *self.visible(entity, alias)]
        return f"SELECT count(*) FROM {self.table(entity)} {alias} WHERE {' AND '.join(mine)}"

    def subscribed(self) -> tuple[str, Change, list[FieldDetails]]:
        """The one field of a subscription, by its response key."""
        kind = self.schema.subscription_type
        assert kind is not None  # noqa: S101 -- a schema has a subscription type
        fields = collect_fields(self.schema, self.fragments, self.variables, kind, self.operation).grouped_field_set
        if len(fields) != 1:
            message = "A subscription asks for one field: this one leaves it out."
            raise GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})
        ((key, group),) = fields.items()
        if group[0].node.name.value not in CHANGES:
            raise refuse("A subscription asks for one of the subscription type's own fields.", group[0].node)
        return key, CHANGES[group[0].node.name.value], group

    def object(
        self, kind: GraphQLObjectType, group: list[FieldDetails], entity: Entity, alias: str, joins: list[str]
    ) -> list[Part]:
        """The JSON of a row that stands in the statement as `alias`. Adds to `joins` what it needs beside it."""
        pairs: list[tuple[str, list[Part]]] = []
        for key, fields in self.selected(kind, group).items():
            name = fields[0].node.name.value
            if name == "__typename":
                pairs.append((key, [f'"{kind.name}"']))
                continue
            pairs.append((key, self._field(kind.fields[name], fields, entity, entity.by_name[name], alias, joins)))
        return members(pairs)

    def _field(  # noqa: C901, PLR0911 -- one answer per kind of field
        self,
        definition: GraphQLField,
        group: list[FieldDetails],
        entity: Entity,
        declared: tuple[str, Field],
        alias: str,
        joins: list[str],
    ) -> list[Part]:
        name, field = declared
        if isinstance(field, Identifier):
            return [f'"{entity.prefix}_', Sql(f"encode(uuid_send({alias}.id), 'hex')"), '"']
        if isinstance(field, Column):
            return self._leaf(definition.type, f"{alias}.{field.name or name}", alias, field.only)
        if isinstance(field, Expression):
            return self._leaf(definition.type, f"({self.format(field.sql, t=alias)})", alias, field.only)
        if isinstance(field, Decided):
            self.decided = True
            facts = self._only(field.only, f"({self.format(field.facts, t=alias)})", alias)
            return [Sql(f"coalesce(({facts})::text, 'null')")]
        if isinstance(field, ToAny):
            return self._any(field, group, alias)
        kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
        target = ENTITIES[kind.name.removesuffix("Connection")]
        if isinstance(field, CustomFields):
            return custom.values(self, definition, group, target, field, alias)
        if isinstance(field, Embedded):
            value = self.object(kind, group, target, alias, joins)
            return self._unless_null(field.unless_null and f"{alias}.{field.unless_null}", value, NULL)
        if isinstance(field, ToOne):
            other = self.alias()
            on = [
                self.belongs(target, other),
                f"{other}.{field.by} = {alias}.{field.name}",
                *self.visible(target, other),
            ]
            joins.append(f"LEFT JOIN {self.table(target)} {other} ON {' AND '.join(on)}")
            value = self.object(kind, group, target, other, joins)
            absent = POISON if is_non_null_type(definition.type) and not self.core else NULL
            return self._unless_null(f"{other}.id", value, absent)
        assert isinstance(field, ToMany)  # noqa: S101 -- the last kind of field

        def rows(child: str) -> list[str]:
            return [self.format(field.condition, t=alias, c=child)]

        if field.paged:
            return connection(self, definition, group, target, rows, Order(field.order, field.descending))
        other = self.alias()
        return self.listed(kind, group, target, rows(other), other, field.order)

    def _leaf(self, kind: GraphQLOutputType, expression: str, alias: str, only: Access | None) -> list[Part]:
        shown = self._only(only, expression, alias)
        return leaf(kind, shown, nullable=shown != expression)

    def _only(self, only: Access | None, expression: str, alias: str) -> str:
        condition = only.condition(self.viewer) if only else None
        return expression if condition is None else f"CASE WHEN {self.format(condition, t=alias)} THEN {expression} END"

    def _any(self, field: ToAny, group: list[FieldDetails], alias: str) -> list[Part]:
        """The row that one of the columns refers to."""
        cases = ""
        for name, column in field.columns:
            kind: GraphQLObjectType = self.schema.type_map[name]  # type: ignore[assignment]
            row = self._row(ENTITIES[name], kind, group, [f"{{t}}.id = {alias}.{column}"], tagged=True)
            cases += f"WHEN {alias}.{column} IS NOT NULL THEN {row} "
        return [Sql(f"CASE {cases}ELSE {NULL} END")]

    def listed(
        self,
        kind: GraphQLObjectType,
        group: list[FieldDetails],
        entity: Entity,
        where: list[str],
        alias: str,
        order: str,
    ) -> list[Part]:
        """The JSON of a plain list."""
        joins: list[str] = []
        row = concat(self.object(kind, group, entity, alias, joins))
        keys = f"{alias}.{entity.column(order)}, {alias}.id" if order != "id" else f"{alias}.id"
        conditions = " AND ".join([self.belongs(entity, alias), *where, *self.visible(entity, alias)])
        page = (
            f"SELECT {alias}.* FROM {self.table(entity)} {alias} WHERE {conditions} ORDER BY {keys} LIMIT {LIST_LIMIT}"
        )
        return [
            "[",
            Sql(f"(SELECT string_agg({row}, ',' ORDER BY {keys}) FROM ({page}) {alias} {' '.join(joins)})"),
            "]",
        ]

    def _unless_null(self, column: str | None, value: list[Part], absent: str) -> list[Part]:
        return (
            value if column is None else [Sql(f"CASE WHEN {column} IS NOT NULL THEN {concat(value)} ELSE {absent} END")]
        )

    def _row(
        self,
        entity: Entity,
        kind: GraphQLObjectType,
        group: list[FieldDetails],
        where: list[str],
        *,
        tagged: bool = False,
    ) -> str:
        alias = self.alias()
        joins: list[str] = []
        row = self.object(kind, group, entity, alias, joins)
        if tagged and self.core:
            row = [f'{{"{TYPENAME}":"{kind.name}"' + ("" if row == ["{", "}"] else ","), *_tail(row)]
        conditions = [self.belongs(entity, alias), *(self.format(one, t=alias) for one in where)]
        conditions += self.visible(entity, alias)
        return (
            f"coalesce((SELECT {concat(row)} FROM {self.table(entity)} {alias} {' '.join(joins)} "
            f"WHERE {' AND '.join(conditions)}), {NULL})"
        )

    # The fields of the query type.

    def _root_field(self, definition: GraphQLField, name: str, group: list[FieldDetails]) -> list[Part]:
        source = self.parameters.source(definition, group[0].node)
        arguments = self.parameters.sources[source].values(self.variables)
        if name == "node":
            return [Sql(self._by_global_id(group, arguments["id"], source, ("id",)))]
        if name == "nodes":
            return self._nodes(group, arguments["ids"], source)
        if name == "nodeByExternalRef":
            return [Sql(self._by_reference(group, arguments["type"].value, source))]
        root = ROOTS[name]
        self._permit(root, group)
        entity = ENTITIES[root.entity]
        if root.kind == "many":
            return connection(self, definition, group, entity, lambda alias: [], Order(root.order, root.descending))
        kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
        if root.kind == "only":
            return [Sql(self._row(entity, kind, group, []))]
        return [Sql(self._row(entity, kind, group, [self._named(entity, group, arguments, source)]))]

    def _named(self, entity: Entity, group: list[FieldDetails], arguments: dict[str, Any], source: int) -> str:
        given = [name for name in ("id", "externalRef") if arguments.get(name) is not None]
        if len(given) != 1:
            raise refuse("Give either `id` or `externalRef`.", group[0].node)
        if given == ["id"]:
            decode = lambda text: ids.decode(str(entity.prefix), text)  # noqa: E731 -- one line says it
            return "{t}.id = " + self.parameters.argument(source, ("id",), "uuid", decode)
        return "{t}.external_ref = " + self.parameters.argument(source, ("externalRef",), "text", str)

    def _nodes(self, group: list[FieldDetails], wanted: list[str], source: int) -> list[Part]:
        if len(wanted) > MAX_PAGE:
            raise refuse(f"Ask for at most {MAX_PAGE} ids at once.", group[0].node)
        parts: list[Part] = ["["]
        for number, text in enumerate(wanted):
            parts += ["," if number else "", Sql(self._by_global_id(group, text, source, ("ids", number)))]
        return [*parts, "]"]

    def _by_global_id(self, group: list[FieldDetails], text: str, source: int, path: tuple[str | int, ...]) -> str:
        prefix = text.partition("_")[0]
        entity = next((entity for entity in ENTITIES.values() if entity.prefix == prefix), None)
        if entity is None or not self.viewer.signed_in:
            return NULL
        kind: GraphQLObjectType = self.schema.type_map[entity.name]  # type: ignore[assignment]
        row_id = self.parameters.argument(source, path, "uuid", lambda value: ids.decode(prefix, value))
        return self._row(entity, kind, group, [f"{{t}}.id = {row_id}"], tagged=True)

    def _by_reference(self, group: list[FieldDetails], name: str, source: int) -> str:
        if not self.viewer.signed_in:
            return NULL
        kind: GraphQLObjectType = self.schema.type_map[name]  # type: ignore[assignment]
        reference = self.parameters.argument(source, ("externalRef",), "text", str)
        return self._row(ENTITIES[name], kind, group, [f"{{t}}.external_ref = {reference}"], tagged=True)

    def _permit(self, root: Root | Change, group: list[FieldDetails]) -> None:
        if root.allow.allows(self.viewer):
            return
        node = group[0].node
        if not self.viewer.signed_in:
            raise refuse(
                f"Sign in to ask for `{root.name}`: send a key as `Authorization: Bearer …`.", node, "UNAUTHENTICATED"
            )
        raise refuse(f"You may not ask for `{root.name}`. {root.allow.words}", node, "FORBIDDEN")


class _Names(dict[str, str]):
    def __init__(self, parameters: Parameters, aliases: dict[str, str]) -> None:
        super().__init__(aliases, tenant=TENANT)
        self.parameters = parameters

    def __missing__(self, name: str) -> str:
        return self.parameters.fact(name)


def _tail(row: list[Part]) -> list[Part]:
    """A JSON object's parts without its opening brace."""
    head = row[0]
    return [head[1:], *row[1:]] if isinstance(head, str) else row
