"""Attacks across the wall, made up from the schema: every place that takes an id is tried with another tenant's."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_union_type,
)

from api.engine.types import ENTITIES
from tests.academy import CUSTOM

NOBODYS = "0" * 32
VALUES = {
    "String": "Text",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "DateTime": "2027-03-01T09:00:00Z",
    "Date": "2027-03-01",
    "LocalDateTime": "2027-03-01T09:00:00",
    "Duration": "P1D",
    "TimeZone": "Europe/Zurich",
    "Decimal": "1.5",
    "EmailAddress": "new@example.org",
    "URL": "https://example.org/",
    "Locale": "en",
    "JSON": {},
}
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Slot:
    """A place in an operation's arguments that takes the id of a `kind`."""

    operation: str
    name: str
    path: Path
    kind: str
    document: str
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}({'.'.join(map(str, self.path))})"

    def with_id(self, value: str) -> dict[str, Any]:
        return _replaced(self.arguments, self.path, value)


def slots(schema: GraphQLSchema, own: dict[str, list[str]]) -> Iterator[Slot]:
    """Every place that takes an id. Other ids beside it are `own`."""
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        for name, field in root.fields.items():
            text = document(schema, operation, name, field)
            for path, arguments in _places(name, field, own):
                for kind in kinds(path, name, field, own):
                    filled = _replaced(arguments, path, own[kind][0])
                    yield Slot(operation, name, path, kind, text, filled)


def least(name: str, field: GraphQLField, own: dict[str, list[str]]) -> dict[str, Any]:
    """The least that the field can be asked with."""
    filler = _Filler(name, field, own)
    return {
        argument: filler.value(spec.type, (argument,))
        for argument, spec in field.args.items()
        if isinstance(spec.type, GraphQLNonNull)
    }


def _places(name: str, field: GraphQLField, own: dict[str, list[str]]) -> Iterator[tuple[Path, dict[str, Any]]]:
    filler, required = _Filler(name, field, own), least(name, field, own)
    for argument, spec in field.args.items():
        for path, value in filler.variants(spec.type, (argument,)):
            yield path, {**required, argument: value}


@dataclass
class _Filler:
    name: str
    field: GraphQLField
    own: dict[str, list[str]]

    def value(self, kind: GraphQLInputType, path: Path) -> Any:
        """The least that this type accepts."""
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, path)
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, (*path, 0))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self.value(spec.type, (*path, name))
                for name, spec in kind.fields.items()
                if isinstance(spec.type, GraphQLNonNull)
            }
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if kind.name == "ID":
            return self.own[kinds(path, self.name, self.field, self.own)[0]][0]
        if path[-1] == "key" and "customFields" in path:
            return CUSTOM["reference"]
        return VALUES[kind.name]

    def variants(self, kind: GraphQLInputType, path: Path, depth: int = 4) -> Iterator[tuple[Path, Any]]:
        """One value for every id within this type, with the path to it."""
        if isinstance(kind, GraphQLNonNull):
            yield from self.variants(kind.of_type, path, depth)
        elif isinstance(kind, GraphQLList):
            for inner, value in self.variants(kind.of_type, (*path, 0), depth):
                yield inner, [value]
        elif isinstance(kind, GraphQLInputObjectType) and depth:
            least = self.value(kind, path)
            for name, spec in kind.fields.items():
                if name in ("and", "or", "not"):
                    continue
                for inner, value in self.variants(spec.type, (*path, name), depth - 1):
                    yield inner, {**least, name: value}
        elif not isinstance(kind, GraphQLInputObjectType) and kind.name == "ID":
            yield path, None


def kinds(path: Path, name: str, field: GraphQLField, own: dict[str, list[str]]) -> list[str]:
    """What an id at this place may be of: said by the place's name, or by what the operation answers with."""
    if name in ("node", "nodes"):
        return sorted(kind for kind, ids in own.items() if ids)
    words = [str(word).removesuffix("Ids").removesuffix("Id") for word in path if isinstance(word, str)]
    words = [word for word in words if word not in ("eq", "in", "input", "where")]
    last = words[-1] if words else ""
    if last not in ("id", ""):
        named = [kind for kind in ENTITIES if last.lower().endswith(kind.lower())]
        if named:
            return [max(named, key=len)]
        return [SAID_OTHERWISE[last]]
    return [_answered(name, field)]


SAID_OTHERWISE = {"author": "Person", "replyTo": "Post", "acceptedBy": "Person", "reference": "Person"}


def _answered(name: str, field: GraphQLField) -> str:
    """The type that an operation's own `id` is of: the one its name ends with, or the one it answers with."""
    named = [kind for kind in ENTITIES if ENTITIES[kind].prefix and name.lower().endswith(kind.lower())]
    if named:
        return max(named, key=len)
    answer = get_named_type(field.type)
    kind = answer.types[0].name if is_union_type(answer) else answer.name
    return kind.removesuffix("Connection")


def document(schema: GraphQLSchema, operation: str, name: str, field: GraphQLField) -> str:
    variables = ", ".join(f"${argument}: {spec.type}" for argument, spec in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    selection = _selection(schema, get_named_type(field.type))
    return f"{operation} ({variables}) {{ {name}({passed}) {{ {selection} }} }}"


def _selection(schema: GraphQLSchema, kind: Any) -> str:
    if is_union_type(kind):
        return "__typename " + " ".join(f"... on {one.name} {{ {_leaves(one, own={'reason'})} }}" for one in kind.types)
    if kind.name == "Node":
        return "__typename " + " ".join(
            f"... on {name} {{ {_leaves(schema.type_map[name], alias=name)} }}"
            for name in ENTITIES
            if ENTITIES[name].prefix
        )
    if kind.name.endswith("Connection"):
        return f"totalCount nodes {{ {_leaves(get_named_type(kind.fields['nodes'].type))} }}"
    return _leaves(kind)


def _leaves(kind: GraphQLObjectType, alias: str = "", own: AbstractSet[str] = frozenset()) -> str:
    """`own`: fields whose type is another in each of the types they are asked of."""
    found = [name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args]
    prefixes = {name: alias or (kind.name if name in own else "") for name in found}
    return " ".join(f"{prefix}_{name}: {name}" if prefix else name for name, prefix in prefixes.items()) or "__typename"


def _replaced(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, list):
        return [_replaced(item, tuple(rest), new) if number == step else item for number, item in enumerate(value)]
    return {key: _replaced(item, tuple(rest), new) if key == step else item for key, item in value.items()}
