"""The declared types and root fields. `assembly` makes a schema of them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import strawberry
from sqlalchemy import Table
from sqlmodel import SQLModel

from api.engine.fields import Column, CustomFields, Field, Identifier, ToOne
from api.permissions import Access

C = TypeVar("C", bound=type)
MAX_PAGE = 100
DEFAULT_PAGE = 20


@strawberry.interface(description="Anything with a global id. Fetch it again with `node(id:)`.")
class Node:
    id: strawberry.ID = strawberry.field(description="Global id: opaque, stable, unique across types.")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has anything before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first edge; for `before`.")
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last edge; for `after`.")


@dataclass
class Entity:
    """A planned type: where its rows come from, who sees them, how they may be filtered and ordered.

    `table` is an SQL table or a parenthesized SELECT. `orders` maps a field's name to its column; each is NOT NULL and
    has an index. Names are Python's here; the schema's are camelCase.
    """

    cls: type
    table: str
    visible: Access
    prefix: str | None = None
    record: type[SQLModel] | None = None
    tenant_column: str = "tenant_id"
    filters: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)
    by_name: dict[str, tuple[str, Field]] = field(default_factory=dict)
    connection: type | None = None
    where: type | None = None
    order_by: type | None = None
    order_fields: Any = None

    @property
    def name(self) -> str:
        return self.cls.__name__

    @property
    def columns(self) -> Table | None:
        return None if self.record is None else self.record.__table__  # type: ignore[attr-defined]

    @property
    def custom(self) -> CustomFields | None:
        """Its field of custom fields, if it has one."""
        return next((field for field in self.fields.values() if isinstance(field, CustomFields)), None)

    def column(self, name: str) -> str:
        """The column that filters and orders of this field use."""
        declared = self.fields.get(name)
        return (declared.name or name) if isinstance(declared, Column | ToOne) else name

    def promises(self, field: ToOne, target: "Entity") -> bool:
        """Whether a foreign key promises that each of these rows refers to a row of `target`."""
        here, there = self.columns, target.columns
        if here is None or there is None or (here.name, there.name) != (self.table, target.table):
            return False
        keys = {(self.tenant_column, target.tenant_column), (field.name, field.by)}
        return not here.c[field.name].nullable and any(
            constraint.referred_table is there
            and {(one.parent.name, one.column.name) for one in constraint.elements} == keys
            for constraint in here.foreign_key_constraints
        )


@dataclass(frozen=True)
class Root:
    """A field of the query type: one row by id or reference, a page of rows, or the one row there is."""

    name: str
    entity: str
    kind: str
    allow: Access
    description: str
    order: str = "id"
    descending: bool = False


@dataclass(frozen=True)
class Change:
    """A field of the subscription type: what is told of each event with one of these verbs about a row of `target`.

    `entity` is a type whose rows are events. `about` is a field of the target: the argument by which the client
    chooses, and under its column's name a fact of the event. `concerns` is the fact that names the only person besides
    those who see every row of the target who can see this one; an event without it may concern anyone.
    """

    name: str
    entity: str
    target: str
    verbs: frozenset[str]
    about: str
    required: bool
    concerns: str | None
    allow: Access
    description: str

    @property
    def subject(self) -> Entity:
        """The type of the rows among which the client chooses."""
        annotation = ENTITIES[self.target].annotations[self.about]
        kind: type = getattr(annotation, "__args__", (annotation,))[0]
        return ENTITIES[kind.__name__]

    @property
    def fact(self) -> str:
        """What an event, and the client's argument, call the row that is chosen."""
        return ENTITIES[self.target].column(self.about)


ENTITIES: dict[str, Entity] = {}
ROOTS: dict[str, Root] = {}
CHANGES: dict[str, Change] = {}
NAMES: dict[str, type] = {}
TOLD: dict[str, Any] = {}
"""The fields of the query type that no row answers: strawberry's own, with a resolver."""


def planned(
    record: type[SQLModel] | None = None,
    *,
    visible: Access,
    source: str | None = None,
    prefix: str | None = None,
    tenant_column: str = "tenant_id",
    filters: tuple[str, ...] = (),
    orders: tuple[str, ...] = (),
) -> Callable[[C], C]:
    """Declare a type whose rows are a record's, or those of a `source`: a view, or a SELECT in parentheses."""

    def declare(cls: C) -> C:
        table = source or record.__table__.name  # type: ignore[union-attr]
        ENTITIES[cls.__name__] = Entity(
            cls, table, visible, prefix, record, tenant_column, filters, orders, _declared(cls)
        )
        NAMES[cls.__name__] = cls
        return cls

    return declare


def part(cls: C) -> C:
    """Declare an object that is made of columns of the row it stands in."""
    ENTITIES[cls.__name__] = Entity(cls, "", Access(frozenset(), own="true"), fields=_declared(cls))
    NAMES[cls.__name__] = cls
    return cls


def one(name: str, entity: str, description: str, *, allow: Access) -> None:
    """A root field: the row with this id, or with this external reference."""
    ROOTS[name] = Root(name, entity, "one", allow, description)


def many(name: str, entity: str, description: str, *, allow: Access, order: str, descending: bool = False) -> None:
    """A root field: a page of the rows that the viewer may see."""
    ROOTS[name] = Root(name, entity, "many", allow, description, order, descending)


def only(name: str, entity: str, description: str, *, allow: Access) -> None:
    """A root field: the one row there is, or null."""
    ROOTS[name] = Root(name, entity, "only", allow, description)


def change(  # noqa: PLR0913 -- each is said by its name
    name: str,
    entity: str,
    target: str,
    description: str,
    *,
    verbs: frozenset[str],
    about: str,
    required: bool,
    concerns: str | None,
    allow: Access,
) -> None:
    """A subscription: events of a record as they happen, each seen by those who may see the row it is about."""
    CHANGES[name] = Change(name, entity, target, verbs, about, required, concerns, allow, description)


def entity_of(connection_or_type: str) -> Entity | None:
    """The entity behind a schema type's name."""
    return ENTITIES.get(connection_or_type) or ENTITIES.get(connection_or_type.removesuffix("Connection"))


def _declared(cls: type) -> dict[str, Field]:
    declared: dict[str, Field] = {}
    for name in inspect.get_annotations(cls):
        value = cls.__dict__.get(name)
        if isinstance(value, Field):
            declared[name] = value
            delattr(cls, name)
    if issubclass(cls, Node):
        declared["id"] = Identifier("Global id: opaque, stable, unique across types.")
    return declared
