"""Sound input for every mutation: filled in from the schema, corrected where the domain wants more than the type."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from tests.academy import CUSTOM
from tests.attacks import VALUES, Path, kinds

OUT = object()
NAMED: dict[str, Any] = {
    "currency": "CHF",
    "country": "CH",
    "link": "https://example.org/room",
    "localEnd": "2027-03-01T10:00:00",
    "code": "Code",
    "choices": ["low", "high"],
    "scopes": ["people:read"],
    "primaryColor": "#123456",
    "accentColor": "#654321",
    "allowedOrigins": ["https://portal.example.org"],
    "benchmark": {"experience": 60, "social": 30, "formal": 10},
    "stage": "AFTER",
    "anchor": "END",
    "position": OUT,
    "expectedRevision": OUT,
    "required": False,
    "customFields": [{"key": CUSTOM["text"], "text": "Text"}],
    "closesAt": "2099-01-01T09:00:00Z",
    "expiresAt": "2099-01-01T09:00:00Z",
}
"""What a field of this name holds, where the first value of its type would not do."""

ALTERNATIVES: dict[str, list[dict[str, Any]]] = {
    "createKey": [{"appId": OUT, "scopes": OUT}, {"personId": OUT, "roles": OUT}],
    "addActivity": [{"kind": "COMMUNITY", "instrumentId": OUT}, {"kind": "PULSE", "communityId": OUT}],
    "updateActivity": [{"kind": "COMMUNITY", "instrumentId": None}, {"kind": "PULSE", "communityId": None}],
    "scheduleSession": [{"cohortId": OUT}, {"number": 7}],
    "scheduleSessions": [{"cohortId": OUT}, {"number": 8}],
    "upsertSession": [{"cohortId": OUT}, {"number": 9}],
    "upsertSessions": [{"cohortId": OUT}, {"number": 10}],
    "exportOperation": [{"document": "query Text { people { nodes { name } } }"}],
    "registerDocuments": [{"appId": OUT, "documents": [{"text": "query A { tenant { name } }", "id": "x-a:A"}]}],
    "retireDocuments": [{"appId": OUT, "documentIds": ["x-a:A"]}],
    "declareCustomField": [
        {"kind": "CHOICE", "choices": [{"value": "A", "label": "Text"}], "refersTo": OUT, "required": False},
        {"kind": "REFERENCE", "choices": OUT, "required": False},
    ],
    "updateCustomField": [{"choices": [{"value": "NORTH", "label": "Text"}], "required": False}],
    "openEvaluation": [
        {"cohortId": OUT, "sessionId": OUT},
        {"cohortId": OUT, "programId": OUT},
        {"sessionId": OUT, "programId": OUT},
    ],
}
"""Where not everything can be said at once: what to say instead, and what to leave out."""


@dataclass
class Sound:
    """`rows`: which rows an id names, by mutation and field, where any row of the type will not do."""

    schema: GraphQLSchema
    own: dict[str, list[str]]
    rows: dict[tuple[str, str], Iterator[str]] = field(default_factory=dict)
    alternatives: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: count = field(default_factory=count)

    def inputs(self, mutation: str) -> list[dict[str, Any]]:
        """One input for each thing that the mutation can be asked for; together they have nearly every field."""
        field = self.schema.mutation_type.fields[mutation]
        kind = get_named_type(field.args["input"].type)
        if is_list_type(get_nullable_type(field.type)):
            return [{"items": [item]} for item in self._items(mutation, get_named_type(kind.fields["items"].type))]
        return self._wholes(mutation, kind, mutation)

    def _items(self, mutation: str, kind: GraphQLInputObjectType) -> list[dict[str, Any]]:
        """What the mutation of one is asked, under another number where numbers are taken."""
        fields = self.schema.mutation_type.fields.items()
        alone = next(name for name, field in fields if get_named_type(field.args["input"].type) is kind)
        return self._wholes(alone, kind, mutation if mutation in ALTERNATIVES else alone)

    def _wholes(self, mutation: str, kind: GraphQLInputObjectType, said: str) -> list[dict[str, Any]]:
        others = (self.alternatives | ALTERNATIVES).get(said, [{}])
        wholes = [self._value(mutation, kind, ("input",)) | other for other in others]
        return [{key: value for key, value in whole.items() if value is not OUT} for whole in wholes]

    def _value(self, mutation: str, kind: GraphQLInputType, path: Path) -> Any:
        name = str(path[-1])
        if name in NAMED:
            return NAMED[name]
        if isinstance(kind, GraphQLNonNull):
            return self._value(mutation, kind.of_type, path)
        if isinstance(kind, GraphQLList):
            return [self._value(mutation, kind.of_type, (*path, 0))]
        if isinstance(kind, GraphQLInputObjectType):
            values = {key: self._value(mutation, spec.type, (*path, key)) for key, spec in kind.fields.items()}
            return {key: value for key, value in values.items() if value is not OUT}
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if kind.name == "ID":
            return next(self.rows.get((mutation, name)) or self._rows(mutation, path))
        if mutation == "declareCustomField" and name == "key":
            return f"key{next(self.numbers)}"
        if name in ("externalRef", "email", "name"):
            return f"{name}-{next(self.numbers)}@example.org"
        return VALUES[kind.name]

    def _rows(self, mutation: str, path: Path) -> Iterator[str]:
        yield from self.own[kinds(path, mutation, self.schema.mutation_type.fields[mutation], self.own)[0]]
