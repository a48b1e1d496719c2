"""Connections: one page of rows by keyset, with cursors, page info and a count, in one correlated subquery.

No window function: fetch one row more than asked for, cut the array, and compare the count. `last` and `before` read
the list from its other end and turn only the page around.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """The column that orders a list; ties, and lists without one, go by id."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class Window:
    """Which page is asked for, as SQL."""

    alias: str
    keys: str
    size: str
    backward: bool
    cut_before: bool
    cut_after: bool

    @property
    def first(self) -> str:
        """The number of the page's first row among the rows fetched."""
        return f"(greatest(count(*) - {self.size}, 0) + 1)::int" if self.backward else "1"

    @property
    def last(self) -> str:
        return "count(*)::int" if self.backward else f"least(count(*), {self.size})::int"

    def cut(self, expression: str) -> str:
        """The page's values of an expression, in order, joined by commas."""
        return f"array_to_string((array_agg({expression} ORDER BY {self.keys}))[{self.first}:{self.last}], ',')"

    def cursor(self, number: str) -> str:
        return f"""coalesce('"' || (array_agg({self.alias}."*c" ORDER BY {self.keys}))[{number}] || '"', 'null')"""

    def more(self, *, ahead: bool) -> str:
        """Whether the list goes on at the page's end (`ahead`) or start."""
        if ahead == self.backward:
            return "'true'" if (self.cut_before if ahead else self.cut_after) else "'false'"
        return f"(count(*) > {self.size})::text"


def connection(  # noqa: PLR0913 -- the field, its rows and their order
    planner: Planner, definition: GraphQLField, group: list[FieldDetails], entity: Entity, rows: Rows, order: Order
) -> list[Part]:
    """The JSON of a connection field."""
    node = group[0].node
    kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
    source = planner.parameters.source(definition, node)
    arguments = planner.parameters.sources[source].values(planner.variables)
    order = _order(arguments.get("orderBy"), order)
    alias = planner.alias()
    base = [planner.belongs(entity, alias), *rows(alias), *planner.visible(entity, alias)]
    base += conditions(planner.parameters, source, entity, alias, arguments.get("where") or {}, ("where",))
    window, keyset = _window(planner, source, arguments, node, entity, order, alias)

    joins: list[str] = []
    pairs: list[tuple[str, list[Part]]] = []
    paged = False
    for key, fields in planner.selected(kind, group).items():
        name = fields[0].node.name.value
        if name == "totalCount":
            pairs.append((key, [Sql(f"(SELECT count(*) FROM {planner.table(entity)} {alias} WHERE {' AND '.join(base)})")]))
        elif name == "__typename":
            pairs.append((key, [f'"{kind.name}"']))
        else:
            paged = True
            pairs.append((key, _paged(planner, kind, name, fields, entity, window, joins)))
    document = concat(members(pairs))
    if not paged:
        return [Sql(f"(SELECT {document})")]
    forward = "DESC" if order.descending else "ASC"
    backward = "ASC" if order.descending else "DESC"
    page_keys = _keys(entity, order, alias, backward if window.backward else forward)
    cursor = cursors.expression(*_cursor_of(planner, entity, order, alias))
    page = (
        f'SELECT {alias}.*, {cursor} AS "*c" FROM {planner.table(entity)} {alias} '
        f"WHERE {' AND '.join([*base, *keyset])} ORDER BY {page_keys} LIMIT {window.size} + 1"
    )
    return [Sql(f"(SELECT {document} FROM ({page}) {alias} {' '.join(joins)})")]


def _paged(  # noqa: PLR0913 -- the field, its rows and where they stand
    planner: Planner,
    kind: GraphQLObjectType,
    name: str,
    fields: list[FieldDetails],
    entity: Entity,
    window: Window,
    joins: list[str],
) -> list[Part]:
    inner: GraphQLObjectType = get_named_type(kind.fields[name].type)  # type: ignore[assignment]
    if name == "nodes":
        row = planner.object(inner, fields, entity, window.alias, joins)
        return ["[", Sql(window.cut(concat(row))), "]"]
    pairs: list[tuple[str, list[Part]]] = []
    for key, group in planner.selected(inner, fields).items():
        field = group[0].node.name.value
        if field == "__typename":
            pairs.append((key, [f'"{inner.name}"']))
        elif field == "node":
            target: GraphQLObjectType = get_named_type(inner.fields["node"].type)  # type: ignore[assignment]
            pairs.append((key, planner.object(target, group, entity, window.alias, joins)))
        elif field == "cursor":
            pairs.append((key, ['"', Sql(f'{window.alias}."*c"'), '"']))
        elif field in ("startCursor", "endCursor"):
            pairs.append((key, [Sql(window.cursor(window.first if field == "startCursor" else window.last))]))
        else:
            pairs.append((key, [Sql(window.more(ahead=field == "hasNextPage"))]))
    if name == "pageInfo":
        return members(pairs)
    return ["[", Sql(window.cut(concat(members(pairs)))), "]"]


def _order(given: dict[str, Any] | None, default: Order) -> Order:
    if given is None:
        return default
    return Order(getattr(given["field"], "value", given["field"]), _word(given["direction"]) == Direction.DESCENDING.value)


def _word(value: Any) -> Any:  # noqa: ANN401 -- an enum's member or its value
    return getattr(value, "value", value)


def _window(  # noqa: PLR0913 -- the page's arguments and the list's order
    planner: Planner, source: int, arguments: dict[str, Any], node: FieldNode, entity: Entity, order: Order, alias: str
) -> tuple[Window, list[str]]:
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise refuse("Give either `first` or `last`, not both.", node)
    asked = "last" if last is not None else "first"

    def check(bound: Bound) -> None:
        size = bound.arguments[source].get(asked)
        if size is not None and not 0 <= size <= MAX_PAGE:
            raise refuse(f"`{asked}` is between 0 and {MAX_PAGE}; ask for the next page with a cursor.", node)

    planner.parameters.checks.append(check)
    given = first is not None or last is not None
    size = planner.parameters.argument(source, (asked,), "int", int) if given else str(DEFAULT_PAGE)
    keyset = []
    for side in ("after", "before"):
        if arguments.get(side) is not None:
            ahead = (side == "after") != order.descending
            keyset.append(_beyond(planner, source, side, node, entity, order, alias, ">" if ahead else "<"))
    keys = _keys(entity, order, alias, "DESC" if order.descending else "ASC")
    cut_after, cut_before = (arguments.get(side) is not None for side in ("after", "before"))
    return Window(alias, keys, size, last is not None, cut_before, cut_after), keyset


def _beyond(  # noqa: PLR0913 -- the cursor's argument and the list's order
    planner: Planner, source: int, side: str, node: FieldNode, entity: Entity, order: Order, alias: str, sign: str
) -> str:
    row_label, _, _, column, key = _cursor_of(planner, entity, order, alias)

    def at(field: str) -> Callable[[Bound], Any]:
        def getter(bound: Bound) -> Any:  # noqa: ANN401 -- the key's value
            try:
                secret = bound.request.viewer.tenant.secret
                return getattr(cursors.decode(bound.arguments[source][side], row_label, secret, key), field)
            except cursors.CursorError:
                raise refuse(
                    f"The cursor in `{side}` was not made by this list in this order. Use one of its own cursors.", node
                ) from None

        return getter

    identifier = planner.parameters.add((source, side, "id"), at("id"), "uuid")
    if column is None or key is None:
        return f"{alias}.id {sign} {identifier}"
    value = planner.parameters.add((source, side, "key"), at("key"), key.cast)
    return f"({alias}.{column}, {alias}.id) {sign} ({value}, {identifier})"


def _cursor_of(planner: Planner, entity: Entity, order: Order, alias: str) -> tuple[bytes, str, str, str | None, cursors.Key | None]:
    direction = Direction.DESCENDING if order.descending else Direction.ASCENDING
    row_label = cursors.label(entity.name, order.field, direction.value)
    secret = planner.parameters.fact("secret")
    if order.field == "id" or entity.columns is None:
        return row_label, secret, alias, None, None
    column = entity.column(order.field)
    return row_label, secret, alias, column, cursors.key_of(entity.columns.c[column].type)


def _keys(entity: Entity, order: Order, alias: str, direction: str) -> str:
    if order.field == "id":
        return f"{alias}.id {direction}"
    return f"{alias}.{entity.column(order.field)} {direction}, {alias}.id {direction}"
