"""Orders of a list, by a column or by a custom field: how its rows are fetched, and where a cursor points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode

from api.engine import cursors
from api.engine.custom import BEYOND_ALL, Named
from api.engine.filters import Direction
from api.engine.parameters import TENANT, Bound, Parameters, refuse

BEFORE_ALL = "''::bytea"
FIRST_ID = "'00000000-0000-0000-0000-000000000000'::uuid"
LAST_ID = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"


@dataclass(frozen=True)
class Order:
    """The field that orders a list; ties, and lists without one, go by id. `custom`: one that the tenant declared."""

    field: str
    descending: bool = False
    custom: bool = False

    def asked(self, given: dict[str, Any] | None, node: FieldNode) -> Order:
        """The order that the client asks for, or else this one."""
        if given is None:
            return self
        descending = word(given["direction"]) == Direction.DESCENDING.value
        field, custom = given.get("field"), given.get("customField")
        if (field is None) == (custom is None):
            raise refuse("Order by either `field` or `customField`.", node)
        return Order(word(field), descending) if custom is None else Order("customField", descending, custom=True)


def word(value: Any) -> Any:
    """An enum's value, where it is one of its members."""
    return getattr(value, "value", value)


@dataclass(frozen=True)
class Cursors:
    """The cursors of one list: written for its rows, and read from its arguments."""

    named: Named
    node: FieldNode
    order: Order
    key: cursors.Key | None

    @property
    def parameters(self) -> Parameters:
        return self.named.planner.parameters

    @property
    def source(self) -> int:
        return self.named.source

    def written(self, alias: str, column: str | None) -> str:
        """SQL for the cursor of a row."""
        row_label = cursors.constant(self._label(self.order.field))
        if self.order.custom:
            row_label = self.parameters.add((self.source, "label"), self._label_of, "bytea")
        return cursors.expression(row_label, self.parameters.fact("secret"), alias, column, self.key)

    def read(self, side: str, part: str) -> str:
        """The `id` or `key` of the position that the client gives as `after` or `before`, as SQL."""
        cast = "uuid" if self.key is None or part == "id" else self.key.cast
        return self.parameters.add((self.source, side, part), self._at(side, part), cast)

    def _at(self, side: str, part: str) -> Callable[[Bound], Any]:
        def getter(bound: Bound) -> Any:
            try:
                text, secret = bound.arguments[self.source][side], bound.request.viewer.tenant.secret
                return getattr(cursors.decode(text, self._label_of(bound), secret, self.key), part)
            except cursors.CursorError:
                message = f"The cursor in `{side}` was not made by this list in this order. Use one of its own."
                raise refuse(message, self.node) from None

        return getter

    def _label_of(self, bound: Bound) -> bytes:
        if not self.order.custom:
            return self._label(self.order.field)
        return self._label(f"customFields.{bound.arguments[self.source]['orderBy']['customField']}")

    def _label(self, field: str) -> bytes:
        direction = Direction.DESCENDING if self.order.descending else Direction.ASCENDING
        return cursors.label(self.named.entity.name, field, str(word(direction)))


@dataclass(frozen=True)
class Fetching:
    """What a page fetches: rows that fulfill `base`, beyond the cursors of these `sides`, at most `limit`."""

    base: Sequence[str]
    sides: Sequence[str]
    limit: str
    backward: bool
    with_cursors: bool


class ByColumn:
    """An order by a column, or by the id alone: one keyset."""

    def __init__(self, named: Named, node: FieldNode, order: Order, alias: str) -> None:
        self.planner, self.entity, self.order, self.alias = named.planner, named.entity, order, alias
        self.column: str | None = None
        key = None
        if order.field != "id" and self.entity.columns is not None:
            self.column = self.entity.column(order.field)
            key = cursors.key_of(self.entity.columns.c[self.column].type)
        self.cursors = Cursors(named, node, order, key)

    def keys(self) -> str:
        """What the fetched rows are ordered by."""
        return self._keys(descending=self.order.descending)

    def rows(self, asked: Fetching) -> str:
        """The statement that fetches the rows, with their cursors where these are asked for."""
        cursor = f', {self.cursors.written(self.alias, self.column)} AS "*c"' if asked.with_cursors else ""
        where = " AND ".join([*asked.base, *(self._beyond(side) for side in asked.sides)])
        return (
            f"SELECT {self.alias}.*{cursor} FROM {self.planner.table(self.entity)} {self.alias} WHERE {where} "
            f"ORDER BY {self._keys(descending=self.order.descending != asked.backward)} LIMIT {asked.limit}"
        )

    def _keys(self, *, descending: bool) -> str:
        direction = "DESC" if descending else "ASC"
        return ", ".join(f"{self.alias}.{column} {direction}" for column in (self.column, "id") if column)

    def _beyond(self, side: str) -> str:
        sign = _sign(side, self.order)
        identifier = self.cursors.read(side, "id")
        if self.column is None:
            return f"{self.alias}.id {sign} {identifier}"
        return f"({self.alias}.{self.column}, {self.alias}.id) {sign} ({self.cursors.read(side, 'key')}, {identifier})"


class ByCustomField:
    """An order by a custom field: first the rows with a value, by the index of the values; then those without, by id.

    The second are fetched only as far as the first leave room. A cursor without a key stands at a row without a value.
    """

    def __init__(self, named: Named, node: FieldNode, order: Order, alias: str) -> None:
        self.planner, self.entity, self.order, self.alias = named.planner, named.entity, order, alias
        self.field = named.find(("orderBy", "customField"))
        self.cursors = Cursors(named, node, order, cursors.OPTIONAL)

    def keys(self) -> str:
        """What the fetched rows are ordered by."""
        direction = "DESC" if self.order.descending else "ASC"
        return f'{self.alias}."*k" {direction} NULLS LAST, {self.alias}.id {direction}'

    def rows(self, asked: Fetching) -> str:
        """The statement that fetches the rows, with their cursors where these are asked for."""
        first, rest = f"{self.alias}_first", f"{self.alias}_rest"
        parts = [self._with_value, self._without_value]
        if asked.backward:
            parts.reverse()
        key = '"*k"'
        cursor = f', {self.cursors.written(self.alias, key)} AS "*c"' if asked.with_cursors else ""
        return (
            f"WITH {first} AS MATERIALIZED ({parts[0](asked, asked.limit)}), "
            f"{rest} AS MATERIALIZED ({parts[1](asked, f'{asked.limit} - (SELECT count(*) FROM {first})')}) "
            f"SELECT {self.alias}.*{cursor} FROM (SELECT * FROM {first} UNION ALL SELECT * FROM {rest}) {self.alias}"
        )

    def _with_value(self, asked: Fetching, limit: str) -> str:
        value, direction = f"{self.alias}_value", self._direction(asked)
        on = f"{self.planner.belongs(self.entity, self.alias)} AND {self.alias}.id = {value}.owner_id"
        where = [f"{value}.tenant_id = {TENANT}", f"{value}.field_id = {self.field}", *asked.base]
        where += [self._value_beyond(side, value) for side in asked.sides]
        return (
            f'SELECT {self.alias}.*, {value}.sort_key AS "*k" FROM custom_value {value} '
            f"JOIN {self.planner.table(self.entity)} {self.alias} ON {on} WHERE {' AND '.join(where)} "
            f"ORDER BY {value}.sort_key {direction}, {value}.owner_id {direction} LIMIT {limit}"
        )

    def _without_value(self, asked: Fetching, limit: str) -> str:
        value = f"{self.alias}_value"
        mine = (
            f"SELECT FROM custom_value {value} WHERE {value}.tenant_id = {TENANT}"
            f" AND {value}.owner_id = {self.alias}.id AND {value}.field_id = {self.field}"
        )
        where = [*asked.base, f"NOT EXISTS ({mine})", *(self._id_beyond(side) for side in asked.sides)]
        return (
            f'SELECT {self.alias}.*, NULL::bytea AS "*k" FROM {self.planner.table(self.entity)} {self.alias} '
            f"WHERE {' AND '.join(where)} ORDER BY {self.alias}.id {self._direction(asked)} LIMIT {limit}"
        )

    def _direction(self, asked: Fetching) -> str:
        return "DESC" if self.order.descending != asked.backward else "ASC"

    def _value_beyond(self, side: str, value: str) -> str:
        """After a row without a value comes none with one; before it, all."""
        sign, key, identifier = _sign(side, self.order), self.cursors.read(side, "key"), self.cursors.read(side, "id")
        if side == "before":
            otherwise = BEYOND_ALL if sign == "<" else BEFORE_ALL
            key = f"CASE WHEN {key} IS NULL THEN {otherwise} ELSE {key} END"  # `coalesce` would use no index here
        return f"({value}.sort_key, {value}.owner_id) {sign} ({key}, {identifier})"

    def _id_beyond(self, side: str) -> str:
        """After a row with a value come all without one; before it, none."""
        sign, key, identifier = _sign(side, self.order), self.cursors.read(side, "key"), self.cursors.read(side, "id")
        otherwise = FIRST_ID if (sign == ">") == (side == "after") else LAST_ID
        return f"{self.alias}.id {sign} CASE WHEN {key} IS NULL THEN {identifier} ELSE {otherwise} END"


def _sign(side: str, order: Order) -> str:
    return ">" if (side == "after") != order.descending else "<"
