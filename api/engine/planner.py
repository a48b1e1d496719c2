"""The planner: one walk over a selection set, one SQL expression that writes its JSON.

Every table it names carries the tenant's predicate and the visibility condition of its type for the viewer.
"""

from collections.abc import Mapping

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

from api.engine import custom, roots
from api.engine.emission import NULL, POISON, Join, Part, Sql, concat, joined, leaf, members
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
from api.engine.types import ENTITIES, TOLD, Entity
from api.permissions import Access
from tenants.viewer import Viewer

TYPENAME = "$typename"
LIST_LIMIT = 250
MOST_FIELDS = 10_000
META = ("__schema", "__type")


class Planner:
    """Plans one operation, or one mutation's payload, for one permission set.

    `core`: for graphql-core to complete. Then nothing is poisoned, objects behind interfaces name their type, and
    decided fields hold their facts. `core_only` tells that nothing else can complete this operation. `denied`: what
    keeps the viewer from asking for some of its root fields.
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
        self.denied: list[GraphQLError] = []
        self.told: dict[str, str] = {}
        self._aliases = 0
        self._fields = 0

    @property
    def core_only(self) -> bool:
        return self.decided or self.meta or bool(self.denied)

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
        return expression.format_map(_Names(self.parameters, {**self.told, **aliases}))

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
                pairs.append((key, roots.root(self, kind.fields[name], name, group)))
        return concat(members(pairs))

    def payload(self, entity: Entity, kind: GraphQLObjectType, group: list[FieldDetails]) -> str:
        """The row that a mutation answers with: the request's `row`."""
        return self.row(entity, kind, group, ["{t}.id = {row}"])

    def payloads(self, entity: Entity, kind: GraphQLObjectType, group: list[FieldDetails]) -> str:
        """The rows that a bulk mutation answers with: one for each of the request's `rows`, in their order."""
        alias = self.alias()
        joins: list[Join] = []
        self.told = {"created": "told.created"}
        row = concat(self.object(kind, group, entity, alias, joins))
        mine = [self.belongs(entity, alias), f"{alias}.id = told.id", *self.visible(entity, alias)]
        return (
            f"(SELECT '[' || string_agg(CASE WHEN {alias}.id IS NULL THEN {NULL} ELSE {row} END, ',' ORDER BY told.at)"
            f" || ']' FROM {self.format('unnest({rows}, {created_rows})')} WITH ORDINALITY told(id, created, at)"
            f" LEFT JOIN {self.table(entity)} {alias} ON {' AND '.join(mine)} {joined(joins, alone=False)})"
        )

    def object(
        self, kind: GraphQLObjectType, group: list[FieldDetails], entity: Entity, alias: str, joins: list[Join]
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
        joins: list[Join],
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
            return self._other(definition, group, (entity, alias), (target, field), joins)
        assert isinstance(field, ToMany)  # noqa: S101 -- the last kind of field

        def rows(child: str) -> list[str]:
            return [self.format(field.condition, t=alias, c=child)]

        if field.paged:
            return connection(self, definition, group, target, rows, Order(field.order, field.descending))
        other = self.alias()
        return self.listed(kind, group, target, rows(other), other, field.order)

    def _other(
        self,
        definition: GraphQLField,
        group: list[FieldDetails],
        here: tuple[Entity, str],
        there: tuple[Entity, ToOne],
        joins: list[Join],
    ) -> list[Part]:
        """The JSON of the row that a row refers to. What a foreign key promises, and all may see, is simply there."""
        (entity, alias), (target, field), other = here, there, self.alias()
        kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
        hidden = self.visible(target, other)
        on = [self.belongs(target, other), f"{other}.{field.by} = {alias}.{field.name}", *hidden]
        promised = not hidden and entity.promises(field, target)
        joins.append(Join(f"{self.table(target)} {other} ON {' AND '.join(on)}", promised))
        value = self.object(kind, group, target, other, joins)
        if promised:
            return value
        absent = POISON if is_non_null_type(definition.type) and not self.core else NULL
        return self._unless_null(f"{other}.id", value, absent)

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
            row = self.row(ENTITIES[name], kind, group, [f"{{t}}.id = {alias}.{column}"], tagged=True)
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
        joins: list[Join] = []
        row = concat(self.object(kind, group, entity, alias, joins))
        keys = f"{alias}.{entity.column(order)}, {alias}.id" if order != "id" else f"{alias}.id"
        conditions = " AND ".join([self.belongs(entity, alias), *where, *self.visible(entity, alias)])
        page = (
            f"SELECT {alias}.* FROM {self.table(entity)} {alias} WHERE {conditions} ORDER BY {keys} LIMIT {LIST_LIMIT}"
        )
        return [
            "[",
            Sql(f"(SELECT string_agg({row}, ',' ORDER BY {keys}) FROM ({page}) {alias} {joined(joins)})"),
            "]",
        ]

    def _unless_null(self, column: str | None, value: list[Part], absent: str) -> list[Part]:
        return (
            value if column is None else [Sql(f"CASE WHEN {column} IS NOT NULL THEN {concat(value)} ELSE {absent} END")]
        )

    def row(
        self,
        entity: Entity,
        kind: GraphQLObjectType,
        group: list[FieldDetails],
        where: list[str],
        *,
        tagged: bool = False,
    ) -> str:
        """The JSON of the one row that fulfills `where`, or null. `tagged`: with its type, where it may be of any."""
        alias = self.alias()
        joins: list[Join] = []
        row = self.object(kind, group, entity, alias, joins)
        if tagged and self.core:
            row = [f'{{"{TYPENAME}":"{kind.name}"' + ("" if row == ["{", "}"] else ","), *_tail(row)]
        conditions = [self.belongs(entity, alias), *(self.format(one, t=alias) for one in where)]
        conditions += self.visible(entity, alias)
        return (
            f"coalesce((SELECT {concat(row)} FROM {self.table(entity)} {alias} {joined(joins)} "
            f"WHERE {' AND '.join(conditions)}), {NULL})"
        )


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
