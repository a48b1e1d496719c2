"""Documents that are meant to hurt, and the code that each is refused with."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Hostile:
    """A request, and the code of its refusal; None where it is harmless and answered."""

    name: str
    query: str
    code: str | None
    variables: dict[str, Any] = field(default_factory=dict)


def _fragments(depth: int, inner: str) -> str:
    parts = " ".join(f"fragment F{n} on Session {{ {inner.format(n=n, next=n + 1)} }}" for n in range(depth))
    return f"{{ sessions {{ nodes {{ ...F0 }} }} }} {parts} fragment F{depth} on Session {{ id }}"


def _nested(levels: int, value: Any = None) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def _introspection(levels: int) -> str:
    return "{ __schema { types { " + "fields { type { " * levels + "name" + " } }" * levels + " } } }"


DOUBLING = (
    "a: program {{ sessions {{ nodes {{ ...F{next} }} }} }} b: program {{ sessions {{ nodes {{ ...F{next} }} }} }}"
)
WHERE = "query ($where: SessionFilter) { sessions(where: $where) { totalCount } }"
IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
FILTERS = {"or": [{"title": {"eq": "x"}}] * 900}

HOSTILE = [
    Hostile(
        "10,000 aliases", "{" + " ".join(f"a{n}: tenant {{ id }}" for n in range(10_000)) + "}", "DOCUMENT_TOO_LARGE"
    ),
    Hostile("10,000 short aliases", "{ tenant {" + " a: id" * 10_000 + "} }", "TOO_MANY_TOKENS"),
    Hostile("301 aliases", "{ tenant {" + " ".join(f"a{n}: id" for n in range(301)) + "} }", "TOO_MANY_ALIASES"),
    Hostile("51 root fields", "{" + " ".join(f"a{n}: __typename" for n in range(51)) + "}", "TOO_MANY_ROOT_FIELDS"),
    Hostile("a fragment bomb of depth 30", _fragments(30, DOUBLING), "TOO_DEEP"),
    Hostile("a flat fragment bomb of depth 30", _fragments(30, "...F{next} ...F{next}"), "TOO_MANY_FIELDS"),
    Hostile("a fragment bomb of depth 11", _fragments(11, DOUBLING), "TOO_MANY_FIELDS"),
    Hostile("a costly bomb of depth 6", _fragments(6, DOUBLING), "COST_TOO_HIGH"),
    Hostile(
        "circular fragments",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile(
        "100 fragments in a circle",
        "{ tenant { ...F0 } } "
        + " ".join(f"fragment F{n} on Tenant {{ ...F{(n + 1) % 100} ...F{(n + 7) % 100} }}" for n in range(100)),
        "TOO_DEEP",
    ),
    Hostile("1 MB of fields", "{" + " a" * 490_000 + "}", "DOCUMENT_TOO_LARGE"),
    Hostile("1 MB of text", '{ session(id: "' + "x" * 990_000 + '") { id } }', "DOCUMENT_TOO_LARGE"),
    Hostile("1 MB of comment", "#" * 990_000 + "\n{ tenant { id } }", "DOCUMENT_TOO_LARGE"),
    Hostile("100 kB of text", '{ session(id: "' + "x" * 99_000 + '") { id } }', None),
    Hostile("100 kB of spaces", " " * 99_000 + "{ tenant { id } }", None),
    Hostile("100 kB of quotes", '{ a(b: """' + '\\""" ' * 19_000 + '""") }', "GRAPHQL_VALIDATION_FAILED"),
    Hostile("10,000 duplicate fields", "{ tenant {" + " id" * 10_000 + "} }", "TOO_MANY_TOKENS"),
    Hostile("1,400 duplicate fields", "{ tenant {" + " id" * 1_400 + "} }", "TOO_MANY_REPEATED"),
    Hostile("350 duplicate objects", "{ tenant {" + " branding { displayName }" * 350 + "} }", "TOO_MANY_REPEATED"),
    Hostile(
        "1,400 unknown fields",
        "{ tenant {" + " ".join(f"nmae{n}" for n in range(1_400)) + "} }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile(
        "a field 1,260 times by pieces",
        "{ tenant {" + (" ... {" + " id" * 45 + "}") * 28 + "} }",
        None,
    ),
    Hostile("10,000 duplicate directives", "{ tenant { id" + " @a" * 10_000 + "} }", "TOO_MANY_TOKENS"),
    Hostile("101 directives", "{ tenant { id" + " @skip(if: false)" * 101 + "} }", "TOO_MANY_DIRECTIVES"),
    Hostile(
        "100 duplicate directives", "{ tenant { id" + " @skip(if: false)" * 100 + "} }", "GRAPHQL_VALIDATION_FAILED"
    ),
    Hostile("10,000 levels", "{ a " * 10_000 + "}" * 10_000, "TOO_DEEP"),
    Hostile(
        "a literal of 199 levels", "{ nodes(ids: " + "[" * 190 + "]" * 190 + ") { id } }", "GRAPHQL_VALIDATION_FAILED"
    ),
    Hostile("a literal of 10,000 levels", "{ nodes(ids: " + "[" * 10_000 + "]" * 10_000 + ") { id } }", "TOO_DEEP"),
    Hostile("a list of 1,001 literals", "{ nodes(ids: [" + "1 " * 1_001 + "]) { id } }", "LIST_TOO_LONG"),
    Hostile("21 operations", " ".join(f"query Q{n} {{ tenant {{ id }} }}" for n in range(21)), "TOO_MANY_OPERATIONS"),
    Hostile("a list in lists, 900 deep", IDS, "TOO_DEEP", {"ids": _nested(900)}),
    Hostile("a list in lists, 90 deep", IDS, "BAD_USER_INPUT", {"ids": _nested(90, [1] * 900)}),
    Hostile("90,000 ids", IDS, "LIST_TOO_LONG", {"ids": ["x"] * 90_000}),
    Hostile("45,000 lists", IDS, "LIST_TOO_LONG", {"ids": [[]] * 45_000}),
    Hostile("11 lists of 1,000", IDS, "TOO_MANY_VALUES", {"ids": [[1] * 1_000] * 11}),
    Hostile("330,000 lists", IDS, "TOO_MANY_VALUES", {"ids": [[]] * 330_000}),
    Hostile("900 filters", WHERE, None, {"where": FILTERS}),
    Hostile("introspection of introspection", _introspection(10), "GRAPHQL_VALIDATION_FAILED"),
    Hostile(
        "introspection 40 times over",
        "{"
        + " ".join(
            f"a{n}: __schema {{ types {{ fields {{ args {{ type {{ name ofType {{ name }} }} }} }} }} }}"
            for n in range(40)
        )
        + "}",
        "COST_TOO_HIGH",
    ),
    Hostile(
        "pages of pages",
        "{ sessions(first: 100) { nodes { program { sessions(first: 100) { nodes {"
        " registrations(first: 100) { totalCount } } } } } } }",
        "COST_TOO_HIGH",
    ),
]
