"""Custom fields in a plan: values of a row, and filters by the fields that a tenant has declared.

A plan serves every tenant: it finds a field by the key that the client gives, in the statement itself. Where a tenant
has no such field, or the viewer may not see it, the page is poisoned, and graphql-core is told why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from api import ids
from api.engine.emission import POISON, Part, Sql, concat, literal
from api.engine.fields import CustomFields
from api.engine.filters import COMPARISONS, KINDS
from api.engine.parameters import TENANT, refuse
from api.engine.types import ENTITIES, Entity

if TYPE_CHECKING:
    from api.engine.planner import Planner

Path = tuple[str | int, ...]
REFUSED = "$refused"
"""Stands in a plan's JSON in the place of what can't be given; its value says why, and `code` beside it which error."""
LONGEST_SHOWN = 40
"""As long as a key can be: no message repeats more."""
BEYOND_ALL = r"'\xff'::bytea"
"""Sorts after every key of a value."""


def values(
    planner: Planner,
    definition: GraphQLField,
    group: list[FieldDetails],
    target: Entity,
    field: CustomFields,
    alias: str,
) -> list[Part]:
    """The JSON of what the custom fields of the row `alias` say: of all, or of those whose keys are given."""
    kind: GraphQLObjectType = get_named_type(definition.type)  # type: ignore[assignment]
    source = planner.parameters.source(definition, group[0].node)
    keys = planner.parameters.sources[source].values(planner.variables).get("keys")
    other = planner.alias()
    where = [f"{other}.owner_id = {alias}.id", *_shown(planner, field, other)]
    if keys is not None:
        where.append(f"{other}.key = ANY({planner.parameters.argument(source, ('keys',), 'text[]', list)})")
    return planner.listed(kind, group, target, where, other, "field_id")


@dataclass
class Named:
    """The custom fields that the filter and the order of one page name."""

    planner: Planner
    source: int
    entity: Entity

    def __post_init__(self) -> None:
        self._sought: list[_Sought] = []

    @property
    def field(self) -> CustomFields:
        assert self.entity.custom is not None  # noqa: S101 -- nobody can name a field where there are none
        return self.entity.custom

    def find(self, path: Path, kind: str | None = None) -> str:
        """The id of the field whose key stands at this path of the arguments, as SQL: NULL where there is none."""
        key = self.planner.parameters.argument(self.source, path, "text", str)
        conditions = [f"f.key = {key}", *([f"f.kind = '{kind}'"] if kind else [])]
        found = f"(SELECT f.id FROM {self._declared(*conditions)})"
        self._sought.append(_Sought(path, key, kind, found))
        return found

    def guarded(self, page: list[Part]) -> list[Part]:
        """The page, if every field that is named is there and of the kind it is compared as."""
        if not self._sought:
            return page
        there = " AND ".join(f"{sought.found} IS NOT NULL" for sought in self._sought)
        otherwise = self._refusal() if self.planner.core else POISON
        return [Sql(f"CASE WHEN {there} THEN {concat(page)} ELSE {otherwise} END")]

    def condition(self, alias: str, item: dict[str, Any], path: Path) -> str:
        """What one item of a filter asks of the custom fields of the row `alias`."""
        kinds = [kind for kind in KINDS if item.get(kind) is not None]
        if len(kinds) != 1:
            node = self.planner.parameters.sources[self.source].node
            raise refuse(f"`{_place(path)}`: compare a custom field by exactly one of: {', '.join(KINDS)}.", node)
        (kind,) = kinds
        field = self.find((*path, "key"), kind.upper())
        value = self.planner.alias()
        mine = (
            f"SELECT FROM custom_value {value} WHERE {value}.tenant_id = {TENANT} AND {value}.field_id = {field}"
            f" AND {value}.owner_id = {alias}.id"
        )
        given = {operator: compared for operator, compared in item[kind].items() if compared is not None}
        said = [self._comparison(value, kind, operator, (*path, kind, operator)) for operator in given]
        conditions = [f"EXISTS ({' AND '.join([mine, *said])})"] if said else []
        if "eq" in item[kind] and "eq" not in given:
            conditions.append(f"NOT EXISTS ({mine})")
        return " AND ".join(conditions) or "true"

    def _comparison(self, value: str, kind: str, operator: str, path: Path) -> str:
        """Every comparison but one is of bytes that sort as the values do, so that it finds its place in the index."""
        parameters, key_of = self.planner.parameters, self._key_of(kind)
        if operator == "contains":
            text = parameters.argument(self.source, path, "text", str)
            return f"strpos(lower({value}.text_value), lower({text})) > 0"
        if operator == "in":
            keys = parameters.argument(self.source, path, "bytea[]", lambda items: [key_of(item) for item in items])
            return f"{value}.sort_key = ANY({keys})"
        key = parameters.argument(self.source, path, "bytea", key_of)
        if operator == "startsWith":
            return f"{value}.sort_key >= {key} AND {value}.sort_key < {key} || {BEYOND_ALL}"
        return f"{value}.sort_key {COMPARISONS[operator]} {key}"

    def _key_of(self, kind: str) -> Callable[[Any], bytes]:
        if kind != "reference":
            return self.field.key_of
        return lambda text: self.field.reference_of(*referred(text))

    def _declared(self, *conditions: str) -> str:
        mine = [f"f.tenant_id = {TENANT}", f"f.record = '{self.field.record}'", "f.retired_at IS NULL"]
        where = " AND ".join([*mine, *_shown(self.planner, self.field, "f"), *conditions])
        return f"custom_field f WHERE {where}"

    def _refusal(self) -> str:
        """What is wrong with the first field that is not there, as JSON."""
        there_are = (
            "coalesce('There are: ' || (SELECT string_agg(f.key, ', ' ORDER BY f.key) FROM "
            f"{self._declared()}) || '.', 'None are declared.')"
        )
        said = []
        for sought in self._sought:
            place = f"'`{_place(sought.path)}`: "
            unknown = f"{self.entity.name} has no custom field \"' || left({sought.key}, {LONGEST_SHOWN}) || '\". '"
            reasons = [f"{place}{unknown} || {there_are}"]
            if sought.kind is not None:
                other = f"{place}the custom field \"' || f.key || '\" holds a ' || f.kind || ', compared by `'"
                kinds = self._declared(f"f.key = {sought.key}")
                reasons.insert(0, f"(SELECT {other} || lower(f.kind) || '`.' FROM {kinds})")
            said.append(f"WHEN {sought.found} IS NULL THEN coalesce({', '.join(reasons)})")
        return f"json_build_object({literal(REFUSED)}, CASE {' '.join(said)} END)::text"


@dataclass(frozen=True)
class _Sought:
    """A field whose `key` stands at a path of the arguments, and the SQL that finds it, if it is of the kind."""

    path: Path
    key: str
    kind: str | None
    found: str


def referred(text: str) -> tuple[str | None, Any]:
    """What a global id names: the record that carries custom fields, and the row. Of anything else None."""
    for entity in ENTITIES.values():
        if entity.custom is not None and (row := ids.decode(str(entity.prefix), text)) is not None:
            return entity.custom.record, row
    return None, None


def _shown(planner: Planner, field: CustomFields, alias: str) -> list[str]:
    """Which fields the viewer may see."""
    condition = field.every.condition(planner.viewer)
    return [] if condition is None else [f"({planner.format(condition, t=alias)})"]


def _place(path: Path) -> str:
    """A path into the arguments, as it is written in errors."""
    return str(path[0]) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[1:])
