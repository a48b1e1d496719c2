"""Connections: one page of rows by keyset, with cursors, page info and a count, in one correlated subquery.

No window function: fetch one row more than asked for, cut the array, and compare the count. `last` and `before` read
the list from its other end and turn only the page around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from api.engine import cursors
from api.engine.conditions import conditions
from api.engine.emission import Part, Sql, concat, members
from api.engine.filters import Direction
from api.engine.parameters import Bound, refuse
from api.engine.types import DEFAULT_PAGE, MAX_PAGE, Entity

if TYPE_CHECKING:
    from api.engine.planner import Planner

Rows = Callable[[str], list[str]]
"""The conditions that make a list, given the alias of its rows."""


@dataclass(frozen=True)
class Order:
    """The field that orders a list; ties, and lists without one, go by id."""

    field: str
    descending: bool = False

    def asked(self, given: dict[str, Any] | None) -> Order:
        """The order that the client asks for, or else this one."""
        if given is None:
            return self
        return Order(_word(given["field"]), _word(given["direction"]) == Direction.DESCENDING.value)


def connection(
    planner: Planner, definition: GraphQLField, group: list[FieldDetails], entity: Entity, rows: Rows, order: Order
) -> list[Part]:
    """The JSON of a connection field."""
    kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
    source = planner.parameters.source(definition, group[0].node)
    arguments = planner.parameters.sources[source].values(planner.variables)
    page = Page(planner, source, arguments, group[0].node, entity, order.asked(arguments.get("orderBy")))
    selected = planner.selected(kind, group)
    if {fields[0].node.name.value for fields in selected.values()} <= {"__typename"}:
        return members([(key, [f'"{kind.name}"']) for key in selected])
    base = [planner.belongs(entity, page.alias), *rows(page.alias), *planner.visible(entity, page.alias)]
    base += conditions(planner.parameters, source, entity, page.alias, arguments.get("where") or {}, ("where",))

    joins: list[str] = []
    pairs: list[tuple[str, list[Part]]] = []
    paged = False
    page.notice(kind, selected)
    for key, fields in selected.items():
        name = fields[0].node.name.value
        if name == "totalCount":
            table = planner.table(entity)
            pairs.append((key, [Sql(f"(SELECT count(*) FROM {table} {page.alias} WHERE {' AND '.join(base)})")]))
        elif name == "__typename":
            pairs.append((key, [f'"{kind.name}"']))
        else:
            paged = True
            inner: GraphQLObjectType = get_named_type(kind.fields[name].type)
            pairs.append((key, page.part(name, inner, fields, joins)))
    document = concat(members(pairs))
    if not paged:
        return [Sql(f"(SELECT {document})")]
    fetched = f"({page.rows(base)}) {page.alias} {' '.join(joins)}"
    return [Sql(f"(SELECT {document} FROM {fetched} HAVING true)")]  # one answer, even where nothing in it is counted


class Page:
    """Which part of a list is asked for, as SQL over the rows `alias`.

    `one_more`: a row too many is fetched, to tell whether the list goes on. Only where that is asked.
    """

    def __init__(
        self,
        planner: Planner,
        source: int,
        arguments: dict[str, Any],
        node: FieldNode,
        entity: Entity,
        order: Order,
    ) -> None:
        self.planner = planner
        self.source = source
        self.node = node
        self.entity = entity
        self.order = order
        self.alias = planner.alias()
        self.cursors_asked = False
        self.one_more = False
        self.after, self.before = (arguments.get(side) is not None for side in ("after", "before"))
        self.backward = arguments.get("last") is not None
        if self.backward and arguments.get("first") is not None:
            raise refuse("Give either `first` or `last`, not both.", node)
        self.sized = arguments.get("last" if self.backward else "first") is not None
        self._check_size()
        self.column, self.key = self._key()
        direction = Direction.DESCENDING if order.descending else Direction.ASCENDING
        self.label = cursors.label(entity.name, order.field, str(_word(direction)))

    def notice(self, kind: GraphQLObjectType, selected: Mapping[str, list[FieldDetails]]) -> None:
        """Look ahead whether it is asked if the list goes on, where only one more row can tell."""
        beyond = "hasPreviousPage" if self.backward else "hasNextPage"
        for fields in selected.values():
            if fields[0].node.name.value == "pageInfo":
                inner: GraphQLObjectType = get_named_type(kind.fields["pageInfo"].type)
                asked = self.planner.selected(inner, fields).values()
                self.one_more |= any(group[0].node.name.value == beyond for group in asked)

    def rows(self, base: list[str]) -> str:
        """The statement that fetches the rows, with their cursors where these are asked for."""
        cursor = f', {self._cursor_of_row()} AS "*c"' if self.cursors_asked else ""
        where = " AND ".join([*base, *self._keyset()])
        keys = self._keys(descending=self.order.descending != self.backward)
        return (
            f"SELECT {self.alias}.*{cursor} FROM {self.planner.table(self.entity)} {self.alias} "
            f"WHERE {where} ORDER BY {keys} LIMIT {self.size}{' + 1' if self.one_more else ''}"
        )

    def part(self, name: str, kind: GraphQLObjectType, fields: list[FieldDetails], joins: list[str]) -> list[Part]:
        """`nodes`, `edges` or `pageInfo`."""
        if name == "nodes":
            row = self.planner.object(kind, fields, self.entity, self.alias, joins)
            return ["[", Sql(self._cut(concat(row))), "]"]
        pairs: list[tuple[str, list[Part]]] = []
        for key, group in self.planner.selected(kind, fields).items():
            field = group[0].node.name.value
            if field == "__typename":
                pairs.append((key, [f'"{kind.name}"']))
            elif field == "node":
                target: GraphQLObjectType = get_named_type(kind.fields["node"].type)
                pairs.append((key, self.planner.object(target, group, self.entity, self.alias, joins)))
            elif field == "cursor":
                self.cursors_asked = True
                pairs.append((key, ['"', Sql(f'{self.alias}."*c"'), '"']))
            elif field in ("startCursor", "endCursor"):
                self.cursors_asked = True
                pairs.append((key, [Sql(self._cursor(self._first if field == "startCursor" else self._last))]))
            else:
                pairs.append((key, [Sql(self._more(ahead=field == "hasNextPage"))]))
        if name == "pageInfo":
            return members(pairs)
        return ["[", Sql(self._cut(concat(members(pairs)))), "]"]

    def _cursor_of_row(self) -> str:
        secret = self.planner.parameters.fact("secret")
        return cursors.expression(self.label, secret, self.alias, self.column, self.key)

    @property
    def _first(self) -> str:
        """The number of the page's first row among the rows fetched."""
        return f"(greatest(count(*) - {self.size}, 0) + 1)::int" if self.backward and self.one_more else "1"

    @property
    def _last(self) -> str:
        return f"least(count(*), {self.size})::int" if self.one_more and not self.backward else "count(*)::int"

    def _aggregate(self, expression: str) -> str:
        return f"(array_agg({expression} ORDER BY {self._keys(descending=self.order.descending)}))"

    def _cut(self, expression: str) -> str:
        """The page's values of an expression, in order, joined by commas."""
        if not self.one_more:
            return f"string_agg({expression}, ',' ORDER BY {self._keys(descending=self.order.descending)})"
        return f"array_to_string({self._aggregate(expression)}[{self._first}:{self._last}], ',')"

    def _cursor(self, number: str) -> str:
        aggregate = self._aggregate(f'{self.alias}."*c"')
        return f"""coalesce('"' || {aggregate}[{number}] || '"', 'null')"""

    def _more(self, *, ahead: bool) -> str:
        """Whether the list goes on at the page's end (`ahead`) or start."""
        if ahead != self.backward:
            return f"(count(*) > {self.size})::text"
        return "'true'" if (self.before if ahead else self.after) else "'false'"

    def _keys(self, *, descending: bool) -> str:
        direction = "DESC" if descending else "ASC"
        keys = [f"{self.alias}.{column} {direction}" for column in (self.column, "id") if column]
        return ", ".join(keys)

    def _key(self) -> tuple[str | None, cursors.Key | None]:
        if self.order.field == "id" or self.entity.columns is None:
            return None, None
        column = self.entity.column(self.order.field)
        return column, cursors.key_of(self.entity.columns.c[column].type)

    @property
    def size(self) -> str:
        """How many rows the page has at most."""
        asked = "last" if self.backward else "first"
        if not self.sized:
            return str(DEFAULT_PAGE)
        written = self.planner.parameters.sources[self.source].constant
        if written is not None:
            return str(int(written[asked]))
        return self.planner.parameters.argument(self.source, (asked,), "int", int)

    def _check_size(self) -> None:
        asked, source, node = "last" if self.backward else "first", self.source, self.node

        def check(bound: Bound) -> None:
            size = bound.arguments[source].get(asked)
            if size is not None and not 0 <= size <= MAX_PAGE:
                raise refuse(f"`{asked}` is between 0 and {MAX_PAGE}; ask for the next page with a cursor.", node)

        self.planner.parameters.checks.append(check)

    def _keyset(self) -> list[str]:
        """What lies beyond the cursors that the client gave."""
        return [self._beyond(side) for side, given in (("after", self.after), ("before", self.before)) if given]

    def _beyond(self, side: str) -> str:
        source, label, key, node = self.source, self.label, self.key, self.node

        def at(field: str) -> Callable[[Bound], Any]:
            def getter(bound: Bound) -> Any:
                try:
                    secret = bound.request.viewer.tenant.secret
                    return getattr(cursors.decode(bound.arguments[source][side], label, secret, key), field)
                except cursors.CursorError:
                    message = f"The cursor in `{side}` was not made by this list in this order. Use one of its own."
                    raise refuse(message, node) from None

            return getter

        sign = ">" if (side == "after") != self.order.descending else "<"
        identifier = self.planner.parameters.add((source, side, "id"), at("id"), "uuid")
        if key is None:
            return f"{self.alias}.id {sign} {identifier}"
        value = self.planner.parameters.add((source, side, "key"), at("key"), key.cast)
        return f"({self.alias}.{self.column}, {self.alias}.id) {sign} ({value}, {identifier})"


def _word(value: Any) -> Any:
    """An enum's value, where it is one of its members."""
    return getattr(value, "value", value)
