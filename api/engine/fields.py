"""The words in which a planned type is declared.

    @planned(sessions.Session, prefix="ses", …)
    class Session(Node):
        title: str = column("What learners see in their calendar.")
        program: Program = to_one("program_id", "What is taught.")

Expressions are SQL with `{t}` for the row, `{tenant}`, `{viewer}`, `{app}`, `{roles}`, `{scopes}` and `{now}` for what
is known of the request. Every table they name carries its own `tenant_id = {tenant}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from api.permissions import Access

T = TypeVar("T")


class Connection(Generic[T]):
    """In an annotation: a page of `T`. The schema's own type is derived from it."""


@dataclass(frozen=True)
class Field:
    """What every declared field says."""

    description: str


@dataclass(frozen=True)
class Column(Field):
    """A column of the row, by default the one with the field's name. `only`: null for all others."""

    name: str | None = None
    only: Access | None = None


@dataclass(frozen=True)
class Expression(Field):
    """A value computed in SQL. Its type must be non-null where the field's is."""

    sql: str
    only: Access | None = None


@dataclass(frozen=True)
class ToOne(Field):
    """The row that a column of this row refers to: by its id, or by another key of its own."""

    name: str
    by: str = "id"


@dataclass(frozen=True)
class ToMany(Field):
    """Rows that refer to this row: `foreign` is their column, or a condition on `{c}` (theirs) and `{t}` (this row)."""

    foreign: str
    order: str
    descending: bool = False
    paged: bool = True

    @property
    def condition(self) -> str:
        return self.foreign if "{" in self.foreign else f"{{c}}.{self.foreign} = {{t}}.id"


@dataclass(frozen=True)
class Embedded(Field):
    """An object made of columns of the same row; null when the column `unless_null` is."""

    unless_null: str | None = None


@dataclass(frozen=True)
class Decided(Field):
    """A value that a plain function of the domain decides from facts: an SQL expression that gives JSON."""

    facts: str
    decide: Callable[[Any], Any]
    only: Access | None = None


@dataclass(frozen=True)
class ToAny(Field):
    """The row that one of these columns refers to: a type's name, and the column of what is of that type."""

    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CustomFields(Field):
    """What the fields say that the tenant has declared for this `record`. `every`: who sees also those not for all.

    `key_of` gives the bytes that a value sorts by, `reference_of` those of a record and a row's id.
    """

    record: str
    every: Access
    key_of: Callable[[Any], bytes]
    reference_of: Callable[[str | None, Any], bytes]


@dataclass(frozen=True)
class Identifier(Field):
    """The global id: the type's prefix and the row's id."""


def column(description: str, *, name: str | None = None, only: Access | None = None) -> Any:
    return Column(description, name, only)


def sql(expression: str, description: str, *, only: Access | None = None) -> Any:
    return Expression(description, expression, only)


def to_one(name: str, description: str, *, by: str = "id") -> Any:
    """`to_one("program_id", …)`; where the other row does the referring: `to_one("id", …, by="community_id")`."""
    return ToOne(description, name, by)


def to_many(foreign: str, description: str, *, order: str, descending: bool = False) -> Any:
    """A connection, in the order of the field `order` of its nodes unless the client says otherwise."""
    return ToMany(description, foreign, order, descending)


def to_list(foreign: str, description: str, *, order: str) -> Any:
    """A plain list, for what is always few."""
    return ToMany(description, foreign, order, paged=False)


def to_any(description: str, **columns: str) -> Any:
    """A row of one of several types: `to_any("…", Person="to_person_id")`."""
    return ToAny(description, tuple(columns.items()))


def embedded(description: str, *, unless_null: str | None = None) -> Any:
    return Embedded(description, unless_null)


def decided(facts: str, decide: Callable[[Any], Any], description: str, *, only: Access | None = None) -> Any:
    return Decided(description, facts, decide, only)


def duration(minutes: str) -> str:
    """An SQL expression of whole minutes as an ISO 8601 duration: whole days, else whole hours, else minutes."""
    return (
        f"(CASE WHEN {minutes} < 0 THEN '-' ELSE '' END || CASE"
        f" WHEN {minutes} % 1440 = 0 THEN 'P' || abs({minutes} / 1440) || 'D'"
        f" WHEN {minutes} % 60 = 0 THEN 'PT' || abs({minutes} / 60) || 'H'"
        f" ELSE 'PT' || abs({minutes}) || 'M' END)"
    )
