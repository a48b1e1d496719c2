"""Connections: one page of rows by keyset, with cursors, page info and a count, in one correlated subquery.

No window function: fetch one row more than asked for, cut the array, and compare the count. `last` and `before` read
the list from its other end and turn only the page around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from api.engine.conditions import conditions
from api.engine.custom import Named
from api.engine.emission import Join, Part, Sql, concat, joined, members
from api.engine.orders import ByColumn, ByCustomField, Fetching, Order
from api.engine.parameters import Bound, refuse
from api.engine.types import DEFAULT_PAGE, MAX_PAGE, Entity

if TYPE_CHECKING:
    from api.engine.planner import Planner

Rows = Callable[[str], list[str]]
"""The conditions that make a list, given the alias of its rows."""


def connection(
    planner: Planner, definition: GraphQLField, group: list[FieldDetails], entity: Entity, rows: Rows, order: Order
) -> list[Part]:
    """The JSON of a connection field."""
    kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
    source = planner.parameters.source(definition, group[0].node)
    arguments = planner.parameters.sources[source].values(planner.variables)
    named = Named(planner, source, entity)
    page = Page(named, arguments, group[0].node, order.asked(arguments.get("orderBy"), group[0].node))
    selected = planner.selected(kind, group)
    if {fields[0].node.name.value for fields in selected.values()} <= {"__typename"}:
        return named.guarded(members([(key, [f'"{kind.name}"']) for key in selected]))
    base = [planner.belongs(entity, page.alias), *rows(page.alias), *planner.visible(entity, page.alias)]
    base += conditions(named, page.alias, arguments.get("where") or {}, ("where",))

    joins: list[Join] = []
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
        return named.guarded([Sql(f"(SELECT {document})")])
    fetched = f"({page.rows(base)}) {page.alias} {joined(joins)}"
    one = f"(SELECT {document} FROM {fetched} HAVING true)"  # one answer, even where nothing in it is counted
    return named.guarded([Sql(one)])


class Page:
    """Which part of a list is asked for, as SQL over the rows `alias`.

    `one_more`: a row too many is fetched, to tell whether the list goes on. Only where that is asked.
    """

    def __init__(self, named: Named, arguments: dict[str, Any], node: FieldNode, order: Order) -> None:
        self.planner = planner = named.planner
        self.source = named.source
        self.node = node
        self.entity = named.entity
        self.alias = planner.alias()
        self.order = (ByCustomField if order.custom else ByColumn)(named, node, order, self.alias)
        self.cursors_asked = False
        self.one_more = False
        self.after, self.before = (arguments.get(side) is not None for side in ("after", "before"))
        self.backward = arguments.get("last") is not None
        if self.backward and arguments.get("first") is not None:
            raise refuse("Give either `first` or `last`, not both.", node)
        self.sized = arguments.get("last" if self.backward else "first") is not None
        self._check_size()

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
        limit = f"{self.size} + 1" if self.one_more else self.size
        sides = [side for side, given in (("after", self.after), ("before", self.before)) if given]
        return self.order.rows(Fetching(base, sides, limit, self.backward, self.cursors_asked))

    def part(self, name: str, kind: GraphQLObjectType, fields: list[FieldDetails], joins: list[Join]) -> list[Part]:
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

    @property
    def _first(self) -> str:
        """The number of the page's first row among the rows fetched."""
        return f"(greatest(count(*) - {self.size}, 0) + 1)::int" if self.backward and self.one_more else "1"

    @property
    def _last(self) -> str:
        return f"least(count(*), {self.size})::int" if self.one_more and not self.backward else "count(*)::int"

    def _aggregate(self, expression: str) -> str:
        return f"(array_agg({expression} ORDER BY {self.order.keys()}))"

    def _cut(self, expression: str) -> str:
        """The page's values of an expression, in order, joined by commas."""
        if not self.one_more:
            return f"string_agg({expression}, ',' ORDER BY {self.order.keys()})"
        return f"array_to_string({self._aggregate(expression)}[{self._first}:{self._last}], ',')"

    def _cursor(self, number: str) -> str:
        aggregate = self._aggregate(f'{self.alias}."*c"')
        return f"""coalesce('"' || {aggregate}[{number}] || '"', 'null')"""

    def _more(self, *, ahead: bool) -> str:
        """Whether the list goes on at the page's end (`ahead`) or start."""
        if ahead != self.backward:
            return f"(count(*) > {self.size})::text"
        return "'true'" if (self.before if ahead else self.after) else "'false'"

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
