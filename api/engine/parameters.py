"""What a plan is bound to: the request's facts, and the arguments of its fields.

A statement's `$1` is the tenant. Further parameters are numbered as the planner meets them; each knows where its value
stands in a request.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLError, GraphQLField
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import ListValueNode, ObjectValueNode, ValueNode, VariableNode

from tenants.viewer import Viewer


class Request(NamedTuple):
    """Who asks, when, with which variables.

    `rows` are what a mutation answers with, and which of them it made anew; `text` is what only that answer tells.
    Of what a subscription tells, `rows` is the event, `text` its position, and `viewers` are those who are told.
    """

    viewer: Viewer
    now: datetime
    variables: VariableValues
    rows: Sequence[tuple[uuid.UUID | None, bool]] = ()
    text: str = ""
    viewers: Sequence[uuid.UUID | None] = ()

    @property
    def row(self) -> tuple[uuid.UUID | None, bool]:
        """The one row there is."""
        return self.rows[0] if self.rows else (None, False)


class Bound(NamedTuple):
    """A request and the arguments of the plan's fields in it."""

    request: Request
    arguments: list[dict[str, Any]]


Getter = Callable[[Bound], Any]
Path = tuple[str | int, ...]
MISSING = object()

FACTS: dict[str, tuple[str, Getter]] = {
    "viewer": ("uuid", lambda bound: bound.request.viewer.person_id),
    "app": ("uuid", lambda bound: bound.request.viewer.app_id),
    "roles": ("text[]", lambda bound: sorted(bound.request.viewer.roles)),
    "scopes": ("text[]", lambda bound: sorted(bound.request.viewer.scopes)),
    "row": ("uuid", lambda bound: bound.request.row[0]),
    "created": ("boolean", lambda bound: bound.request.row[1]),
    "rows": ("uuid[]", lambda bound: [row for row, _ in bound.request.rows]),
    "created_rows": ("boolean[]", lambda bound: [created for _, created in bound.request.rows]),
    "viewers": ("uuid[]", lambda bound: list(bound.request.viewers)),
    "text": ("text", lambda bound: bound.request.text),
    "now": ("timestamptz", lambda bound: bound.request.now),
    "secret": ("bytea", lambda bound: bound.request.viewer.tenant.secret),
}
TENANT = "$1"
MOST = 10_000
"""PostgreSQL itself takes 32,767."""


@dataclass
class Source:
    """The arguments of one field. Those without variables are computed once."""

    definition: GraphQLField
    node: FieldNode
    constant: dict[str, Any] | None = None
    sample: dict[str, Any] | None = None
    given: tuple[tuple[Path, str], ...] | None = None

    def __post_init__(self) -> None:
        if not any(_varies(argument.value) for argument in self.node.arguments or ()):
            self.constant = get_argument_values(self.definition, self.node)

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments' values. All requests of a plan have the same shape: only what variables give is new."""
        if self.constant is not None:
            return self.constant
        if self.given is None or self.sample is None:
            self.sample = get_argument_values(self.definition, self.node, variables)
            self.given = _given(self.node, self.sample, variables.coerced)
            return self.sample
        return _filled(self.sample, self.given, variables.coerced)


def _given(node: FieldNode, sample: dict[str, Any], coerced: dict[str, Any]) -> tuple[tuple[Path, str], ...] | None:
    """Where in the arguments each variable's value stands; None where that can't be told."""
    places: list[tuple[Path, ValueNode]] = [((one.name.value,), one.value) for one in node.arguments or ()]
    found: list[tuple[Path, str]] = []
    while places:
        path, value = places.pop()
        if isinstance(value, ObjectValueNode):
            places += [((*path, one.name.value), one.value) for one in value.fields]
        elif isinstance(value, ListValueNode):
            places += [((*path, number), item) for number, item in enumerate(value.values)]
        elif isinstance(value, VariableNode) and value.name.value in coerced:
            if _at(sample, path) is not coerced[value.name.value]:
                return None
            found.append((path, value.name.value))
    return tuple(found)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return MISSING
    return value


def _filled(sample: dict[str, Any], given: tuple[tuple[Path, str], ...], coerced: dict[str, Any]) -> dict[str, Any]:
    """The sample with new values; what is written around them is copied on the way."""
    values = sample.copy()
    for path, name in given:
        place: Any = values
        for step in path[:-1]:
            place[step] = place[step].copy()
            place = place[step]
        place[path[-1]] = coerced[name]
    return values


def _varies(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(_varies(item) for item in value.values)
    if isinstance(value, ObjectValueNode):
        return any(_varies(field.value) for field in value.fields)
    return isinstance(value, VariableNode)


@dataclass
class Parameters:
    """The numbered parameters of one plan, and the checks that each request has to pass."""

    sources: list[Source] = field(default_factory=list)
    getters: list[Getter] = field(default_factory=list)
    checks: list[Callable[[Bound], None]] = field(default_factory=list)
    numbers: dict[object, int] = field(default_factory=dict)

    def add(self, key: object, getter: Getter, cast: str) -> str:
        """A parameter as SQL. The same key gives the same parameter."""
        if key not in self.numbers:
            if len(self.getters) == MOST:
                message = f"This request holds more than {MOST:,} values. Ask for less at once, or put them in a list."
                raise GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})
            self.getters.append(getter)
            self.numbers[key] = len(self.getters) + 1
        return f"${self.numbers[key]}::{cast}"

    def fact(self, name: str) -> str:
        cast, getter = FACTS[name]
        return self.add(name, getter, cast)

    def source(self, definition: GraphQLField, node: FieldNode) -> int:
        self.sources.append(Source(definition, node))
        return len(self.sources) - 1

    def argument(self, source: int, path: tuple[str | int, ...], cast: str, convert: Callable[[Any], Any]) -> str:
        """The value at a path into a field's arguments, converted for the database."""

        def getter(bound: Bound) -> Any:
            value: Any = bound.arguments[source]
            for step in path:
                value = value[step]
            return convert(_storable(value, path, self.sources[source].node))

        return self.add((source, path), getter, cast)

    def bind(self, request: Request) -> list[Any]:
        """The statement's arguments after the tenant's, or what is wrong with the request."""
        bound = Bound(request, [source.values(request.variables) for source in self.sources])
        for check in self.checks:
            check(bound)
        return [getter(bound) for getter in self.getters]


def refuse(message: str, node: FieldNode, code: str = "BAD_USER_INPUT") -> GraphQLError:
    return GraphQLError(message, node, extensions={"code": code})


def _storable(value: Any, path: tuple[str | int, ...], node: FieldNode) -> Any:
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(text, str) and "\x00" in text for text in texts):
        raise refuse(f"`{'.'.join(map(str, path))}` holds the NUL character (\\u0000); leave it out.", node)
    return value
