"""Filters as SQL conditions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from api import ids
from api.engine.custom import Named, Path
from api.engine.fields import ToOne
from api.engine.filters import COMPARISONS, camel, compared
from api.engine.types import ENTITIES, Entity

if TYPE_CHECKING:
    from api.engine.parameters import Parameters

Convert = Callable[[Any], Any]

CASTS: dict[Any, str] = {
    str: "text", bool: "boolean", int: "bigint", float: "float8", datetime: "timestamptz", date: "date",
    uuid.UUID: "uuid", list[str]: "text",
}  # fmt: skip


def conditions(named: Named, alias: str, where: dict[str, Any], path: Path) -> list[str]:
    """What `where`, found at `path` in the arguments of the page, asks of the row `alias`. All must hold."""
    parameters, source, entity = named.planner.parameters, named.source, named.entity
    found: list[str] = []
    names = {camel(name): name for name in ("id", *entity.filters)}
    for key, value in where.items():
        here = (*path, key)
        if value is None:
            continue
        if key in ("and", "or"):
            parts = [_all(conditions(named, alias, item, (*here, number))) for number, item in enumerate(value)]
            joined = (" AND " if key == "and" else " OR ").join(parts)
            found.append(f"({joined})" if parts else str(key == "and").lower())
        elif key == "not":
            inner = _all(conditions(named, alias, value, here))
            found.append(f"NOT coalesce({inner}, false)")
        elif key == "customFields":
            found += [named.condition(alias, item, (*here, number)) for number, item in enumerate(value)]
        else:
            found += _comparisons(parameters, source, entity, alias, names[key], value, here)
    return found


def _comparisons(
    parameters: Parameters, source: int, entity: Entity, alias: str, name: str, comparison: dict[str, Any], path: Path
) -> list[str]:
    column = f"{alias}.{entity.column(name)}"
    kind, convert = _kind(entity, name)
    cast = CASTS.get(kind, "text")
    found: list[str] = []
    for operator, value in comparison.items():

        def one(cast: str = cast, operator: str = operator) -> str:
            return parameters.argument(source, (*path, operator), cast, convert)

        if operator == "eq":
            found.append(f"{column} IS NULL" if value is None else f"{column} = {one()}")
        elif value is None:
            continue
        elif operator == "in":
            every: Convert = lambda values: [convert(item) for item in values]  # noqa: E731 -- one line says it
            found.append(f"{column} = ANY({parameters.argument(source, (*path, operator), f'{cast}[]', every)})")
        elif operator in COMPARISONS:
            found.append(f"{column} {COMPARISONS[operator]} {one()}")
        elif operator == "startsWith":
            found.append(f"starts_with({column}, {one()})")
        elif operator == "contains":
            found.append(f"strpos(lower({column}), lower({one()})) > 0")
        else:
            found.append(f"{one()} = ANY({column})")
    return found


def _kind(entity: Entity, name: str) -> tuple[Any, Convert]:
    if name == "id":
        return uuid.UUID, lambda text: None if text is None else ids.decode(str(entity.prefix), text)
    kind = compared(entity.annotations[name])
    if isinstance(entity.fields[name], ToOne):
        prefix = str(ENTITIES[kind.__name__].prefix)
        return uuid.UUID, lambda text: None if text is None else ids.decode(prefix, text)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return str, lambda word: word.value if isinstance(word, Enum) else word
    return kind if kind in CASTS else str, lambda value: value


def _all(parts: list[str]) -> str:
    return "(" + " AND ".join(parts) + ")" if parts else "true"
