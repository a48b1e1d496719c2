"""SQL that writes JSON text: literal pieces and expressions, joined by `concat`, which takes NULL for the empty text.

Text is a third cheaper than `json_build_object`, and leaves the server as the response's own bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphql import GraphQLEnumType, GraphQLOutputType, get_named_type, is_list_type, is_non_null_type
from graphql.type.definition import get_nullable_type

ARGUMENTS_PER_CALL = 90
"""PostgreSQL functions take 100 arguments at most."""


@dataclass(frozen=True)
class Sql:
    """An expression whose text is a piece of JSON."""

    text: str


Part = str | Sql
NULL = "'null'"
POISON = r"E'\x01'"
"""Never legal in JSON: stands where the schema says non-null and nothing is there. Then graphql-core is asked."""


class Join(NamedTuple):
    """A row beside another one. `promised`: by a foreign key."""

    row: str
    promised: bool


def joined(joins: Sequence[Join], *, alone: bool = True) -> str:
    """The joins of a row. `alone`: nothing else is joined to it.

    What is promised and the only one comes by an inner join, which spares it row security's check for each row. Where
    more follows it does not: PostgreSQL expects next to no rows behind it, and reads as is good for few.
    """
    inner = alone and len(joins) == 1 and joins[0].promised
    return " ".join(f"{'' if inner else 'LEFT '}JOIN {join.row}" for join in joins)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def concat(parts: Sequence[Part]) -> str:
    """One SQL expression for the parts."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    arguments = [literal(part) if isinstance(part, str) else part.text for part in merged]
    while len(arguments) > ARGUMENTS_PER_CALL:
        arguments = [
            "concat(" + ", ".join(arguments[start : start + ARGUMENTS_PER_CALL]) + ")"
            for start in range(0, len(arguments), ARGUMENTS_PER_CALL)
        ]
    return "concat(" + ", ".join(arguments) + ")"


def members(pairs: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """A JSON object."""
    parts: list[Part] = ["{"]
    for number, (key, value) in enumerate(pairs):
        parts += [("," if number else "") + json.dumps(key) + ":", *value]
    return [*parts, "}"]


def leaf(kind: GraphQLOutputType, expression: str, *, nullable: bool = False) -> list[Part]:
    """A scalar, an enum, or a list of them, as the schema's type writes it."""
    nullable = nullable or not is_non_null_type(kind)
    named = get_named_type(kind)
    if is_list_type(get_nullable_type(kind)):
        return _or_null(f"to_json({expression})", nullable=nullable)
    if named.name in ("Int", "Float", "Boolean"):
        return _or_null(f"({expression})", nullable=nullable, text=named.name == "Boolean")
    if isinstance(named, GraphQLEnumType):
        return [Sql(f"""coalesce('"' || {expression} || '"', 'null')""")] if nullable else ['"', Sql(expression), '"']
    if named.name == "Decimal":
        return _or_null(f"to_json(({expression})::text)", nullable=nullable)
    return _or_null(f"to_json({expression})", nullable=nullable)


def _or_null(expression: str, *, nullable: bool, text: bool = False) -> list[Part]:
    if nullable:
        return [Sql(f"coalesce({expression}::text, 'null')")]
    return [Sql(f"{expression}::text" if text else expression)]
