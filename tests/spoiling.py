"""Bad input, made up from the schema: every place of an input is spoiled in every way that fits its type."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)

from tests.attacks import Path

LONGEST_INT = 2**31 - 1
MANY = 2_000
TOO_MANY = object()
ANY_TEXT = {
    "300 characters": "a" * 300,
    "empty": "",
    "white space": " \t\n\u3000",
    "emoji and right to left": "\U0001f9d1\u200d\U0001f3eb \u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d",
    "quotes": "'; \"$$ \\ -- {t} %s",
}
NO_TEXT = {
    "NUL": "a\x00b",
    "half a surrogate pair": "a\ud800b",
    "100,000 characters": "a" * 100_000,
    "a number": 5.5,
    "yes": True,
    "an object": {"a": 1},
    "a list": ["a", "b"],
}
MAYBE: dict[str, dict[str, Any]] = {
    "String": ANY_TEXT,
    "Int": {"negative": -1, "zero": 0, "largest": LONGEST_INT, "smallest": -LONGEST_INT - 1},
    "Float": {"negative": -1.5, "zero": 0, "large": 1e300, "small": 1e-300},
    "DateTime": {
        "year 1": "0001-01-01T00:00:00Z",
        "year 9999": "9999-12-31T23:59:59Z",
        "before year 1": "0001-01-01T00:00:00+14:00",
        "after year 9999": "9999-12-31T23:59:59-14:00",
    },
    "LocalDateTime": {"year 1": "0001-01-01T00:00:00", "year 9999": "9999-12-31T23:59:59"},
    "Duration": {"long": "P36500D", "long before": "-P36500D", "short": "PT0.001S", "none": "P0D"},
    "EmailAddress": {"other scripts": "\u7528\u6237@\u4f8b\u5b50.\u5e7f\u544a", "quoted": "o'neil+a@example.org"},
    "URL": {"other scripts": "https://\u4f8b\u5b50.\u5e7f\u544a/\xe4?q=\xf6", "a query": "https://example.org/?q='%00"},
    "Locale": {},
    "Boolean": {},
    "TimeZone": {"an odd zone": "Etc/GMT+12"},
    "list": {"none": [], "too many": TOO_MANY},
}
"""What a place may take or refuse: either way in good order."""
NEVER: dict[str, dict[str, Any]] = {
    "String": NO_TEXT,
    "ID": {**ANY_TEXT, **NO_TEXT, "x": "x", "10,000 characters": "per_" + "0" * 10_000, "a whole number": 7},
    "Int": {
        "too large": LONGEST_INT + 1,
        "a fraction": 1.5,
        "text": "1",
        "yes": True,
        "an object": {},
        "a list": [1, 2],
    },
    "Float": {"text": "1.5", "yes": True, "an object": {}, "a list": [1.5, 2]},
    "Boolean": {"text": "true", "a number": 1, "an object": {}, "a list": [True, False]},
    "DateTime": {**ANY_TEXT, **NO_TEXT, "no offset": "2027-03-01T09:00:00", "no date": "2027-02-30T09:00:00Z"},
    "LocalDateTime": {**ANY_TEXT, **NO_TEXT, "an offset": "2027-03-01T09:00:00Z"},
    "Duration": {**ANY_TEXT, **NO_TEXT, "years": "P1Y", "endless": f"P{'9' * 400}D", "words": "two weeks"},
    "TimeZone": {**ANY_TEXT, **NO_TEXT, "a path": "../../../etc/passwd", "a file": "tzdata.zi"},
    "EmailAddress": {**ANY_TEXT, **NO_TEXT, "no host": "ada@", "two": "ada@example.org, eve@example.org"},
    "URL": {
        **ANY_TEXT,
        **NO_TEXT,
        "a script": "javascript:alert(1)",
        "no host": "https://",
        "half a host": "http://[",
        "100,000 characters of it": "https://example.org/" + "a" * 100_000,
        "NUL in it": "https://example.org/a\x00b",
        "a bad port": "https://example.org:99999999/",
    },
    "Locale": {**ANY_TEXT, **NO_TEXT, "no language": "xx-YY"},
    "enum": {"another word": "NO_SUCH_WORD", "a number": 1, "an object": {}, "a list": ["A", "B"]},
    "object": {"text": "text", "a number": 5, "two of them": [{}, {}], "an unknown field": {"noSuchField": 1}},
    "list": {"a number": 5.5, "null in it": [None], "an object": {"noSuchField": 1}},
}
"""What no place takes."""


@dataclass(frozen=True)
class Spoiled:
    """Bad input at one place. `never`: it can't be taken."""

    path: Path
    kind: str
    way: str
    value: Any
    never: bool

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.way}"


def spoiled(kind: GraphQLInputType, path: Path, other: str, depth: int = 5) -> Iterator[Spoiled]:
    """Every way to spoil what stands at `path`, and all within it. `other`: an id of a type that is never asked for."""
    if isinstance(kind, GraphQLNonNull):
        yield Spoiled(path, "null", "null", None, never=True)
        kind = kind.of_type
    else:
        yield Spoiled(path, "null", "null", None, never=False)
    if isinstance(kind, GraphQLList):
        yield from _ways(path, "list")
        yield from spoiled(kind.of_type, (*path, 0), other, depth)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _ways(path, "object")
        for name, spec in kind.fields.items() if depth else ():
            if name not in ("and", "or", "not"):
                yield from spoiled(spec.type, (*path, name), other, depth - 1)
    elif isinstance(kind, GraphQLEnumType):
        yield from _ways(path, "enum")
    else:
        yield from _ways(path, kind.name)
        if kind.name == "ID":
            yield Spoiled(path, kind.name, "another type's", other, never=True)


def _ways(path: Path, kind: str) -> Iterator[Spoiled]:
    for never, ways in ((True, NEVER), (False, MAYBE)):
        for way, value in ways.get(kind, {}).items():
            yield Spoiled(path, kind, way, value, never=never)


def put(value: Any, path: Path, new: Any) -> Any:
    """The value with something else at the path."""
    if not path:
        return (value or [None]) * MANY if new is TOO_MANY else new
    step, *rest = path
    if isinstance(step, int):
        given = value if isinstance(value, list) and value else [None]
        return [put(given[0], tuple(rest), new), *given[1:]]
    given = value if isinstance(value, dict) else {}
    return {**given, step: put(given.get(step), tuple(rest), new)}


def holds(value: Any, path: Path) -> bool:
    """Whether there is something at the path."""
    if not path:
        return value is not None
    step, *rest = path
    if isinstance(step, int):
        return isinstance(value, list) and step < len(value) and holds(value[step], tuple(rest))
    return isinstance(value, dict) and step in value and holds(value[step], tuple(rest))
