"""The declared types, and the GraphQL types that the schema derives from them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import strawberry
from sqlalchemy import Table
from sqlmodel import SQLModel
from strawberry.types.field import StrawberryField

from api.engine.fields import Column, Connection, Decided, Embedded, Expression, Field, Identifier, ToMany, ToOne
from api.engine.filters import camel, filter_input, order_enum, order_input
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
        return None if self.record is None else self.record.__table__  # type: ignore[attr-defined, no-any-return]

    def column(self, name: str) -> str:
        """The column that filters and orders of this field use."""
        declared = self.fields.get(name)
        return (declared.name or name) if isinstance(declared, Column | ToOne) else name


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


ENTITIES: dict[str, Entity] = {}
ROOTS: dict[str, Root] = {}
_NAMES: dict[str, type] = {}


def planned(  # noqa: PLR0913 -- a declaration
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
        _NAMES[cls.__name__] = cls
        return cls

    return declare


def part(cls: C) -> C:
    """Declare an object that is made of columns of the row it stands in."""
    ENTITIES[cls.__name__] = Entity(cls, "", Access(frozenset(), own="true"), fields=_declared(cls))
    _NAMES[cls.__name__] = cls
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


def entity_of(connection_or_type: str) -> Entity | None:
    """The entity behind a schema type's name."""
    return ENTITIES.get(connection_or_type) or ENTITIES.get(connection_or_type.removesuffix("Connection"))


def _declared(cls: type) -> dict[str, Field]:
    declared: dict[str, Field] = {}
    for name in cls.__dict__.get("__annotations__", {}):
        value = cls.__dict__.get(name)
        if isinstance(value, Field):
            declared[name] = value
            delattr(cls, name)
    if issubclass(cls, Node):
        declared["id"] = Identifier("Global id: opaque, stable, unique across types.")
    return declared


class _Pages:
    """What `Connection[T]` means once every type is known."""

    def __class_getitem__(cls, node: type) -> type:
        connection = ENTITIES[node.__name__].connection
        if connection is None:
            raise TypeError(f"{node.__name__} has no connection: it declares no orders")
        return connection


def assemble() -> type:
    """Turn every declared class into a strawberry type, and give back the query type. Called once."""
    for entity in ENTITIES.values():
        if entity.prefix is not None or entity.orders:
            _derive(entity)
    for entity in ENTITIES.values():
        _resolve_annotations(entity)
    for entity in ENTITIES.values():
        if entity.where is not None:
            filter_input(entity)
    for entity in ENTITIES.values():
        for name, declared in entity.fields.items():
            if name != "id":
                setattr(entity.cls, name, _field(entity.annotations[name], declared))
        strawberry.type(entity.cls, description=(entity.cls.__doc__ or "").strip())
    return _query()


def _derive(entity: Entity) -> None:
    name = entity.name
    edge = type(f"{name}Edge", (), {"__annotations__": {"cursor": str, "node": entity.cls}})
    edge.cursor = strawberry.field(description="Opaque position of this edge; for `after` and `before`.")  # type: ignore[attr-defined]
    edge.node = strawberry.field(description="What stands at this position.")  # type: ignore[attr-defined]
    strawberry.type(edge, description=f"A {name} in a page.")
    annotations = {"edges": list[edge], "nodes": list[entity.cls], "page_info": PageInfo, "total_count": int}  # type: ignore[valid-type, name-defined]
    connection = type(f"{name}Connection", (), {"__annotations__": annotations})
    connection.edges = strawberry.field(description="The page, each with its cursor.")  # type: ignore[attr-defined]
    connection.nodes = strawberry.field(description="The page without cursors.")  # type: ignore[attr-defined]
    connection.page_info = strawberry.field(description="Where the page lies in the list.")  # type: ignore[attr-defined]
    connection.total_count = strawberry.field(  # type: ignore[attr-defined]
        description="How many there are in the whole list. Counted only when asked for."
    )
    entity.connection = strawberry.type(connection, description=f"A page of {name} rows.")
    entity.order_fields = order_enum(entity)
    entity.order_by = order_input(entity)
    entity.where = type(f"{name}Filter", (), {})


def _resolve_annotations(entity: Entity) -> None:
    module = vars(sys.modules[entity.cls.__module__])
    for name, annotation in entity.cls.__dict__.get("__annotations__", {}).items():
        known = {**module, **_NAMES, "Connection": _Pages}
        entity.annotations[name] = eval(annotation, known) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source
    entity.cls.__annotations__ = dict(entity.annotations)
    entity.by_name = {camel(name): (name, declared) for name, declared in entity.fields.items()}


def _field(annotation: Any, declared: Field) -> StrawberryField:  # noqa: ANN401 -- any type of the schema
    if isinstance(declared, ToMany) and declared.paged:
        return _page_field(annotation, declared.description)
    return strawberry.field(description=declared.description)  # type: ignore[no-any-return]


def _page_field(connection: type, description: str) -> StrawberryField:
    entity = ENTITIES[connection.__name__.removesuffix("Connection")]

    def page(first=None, after=None, last=None, before=None, where=None, order_by=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
        """Read from the plan, see `completion`."""

    page.__annotations__ = {
        "first": _argument(
            int, f"How many from the start: at most {MAX_PAGE}; {DEFAULT_PAGE} when neither `first` nor `last` is given."
        ),
        "after": _argument(str, "Only what comes after this cursor."),
        "last": _argument(int, f"How many from the end: at most {MAX_PAGE}."),
        "before": _argument(str, "Only what comes before this cursor."),
        "where": _argument(entity.where, "Only rows that fulfill this."),
        "order_by": _argument(entity.order_by, "In this order; ties are broken by id."),
        "return": connection,
    }
    return strawberry.field(resolver=page, description=description)  # type: ignore[no-any-return]


def _row_field(entity: Entity, description: str) -> StrawberryField:
    def row(id=None, external_ref=None):  # type: ignore[no-untyped-def]  # noqa: A002, ANN001, ANN202
        """Read from the plan, see `completion`."""

    def row_by_id(id):  # type: ignore[no-untyped-def]  # noqa: A002, ANN001, ANN202
        """Read from the plan, see `completion`."""

    identifier = f"Global id of the {entity.name}."
    if "external_ref" not in entity.fields:
        row_by_id.__annotations__ = {
            "id": Annotated[strawberry.ID, strawberry.argument(description=identifier)],
            "return": entity.cls | None,  # type: ignore[operator]
        }
        return strawberry.field(resolver=row_by_id, description=description)  # type: ignore[no-any-return]
    row.__annotations__ = {
        "id": _argument(strawberry.ID, identifier),
        "external_ref": _argument(str, "Your own reference; give either this or the id."),
        "return": entity.cls | None,  # type: ignore[operator]
    }
    return strawberry.field(resolver=row, description=description)  # type: ignore[no-any-return]


def _argument(kind: Any, description: str) -> Any:  # noqa: ANN401 -- any input type of the schema
    return Annotated[kind | None, strawberry.argument(description=description)]


def _query() -> type:
    fields: dict[str, Any] = {"node": _node_field(), "nodes": _nodes_field()}
    for root in ROOTS.values():
        entity = ENTITIES[root.entity]
        description = f"{root.description}\n\n{root.allow.words}"
        if root.kind == "many":
            fields[root.name] = _page_field(entity.connection, description)  # type: ignore[arg-type]
        elif root.kind == "one":
            fields[root.name] = _row_field(entity, description)
        else:
            fields[root.name] = _only_field(entity, description)
    return strawberry.type(type("Query", (), fields), description="Everything there is to read.")


def _only_field(entity: Entity, description: str) -> StrawberryField:
    def row():  # type: ignore[no-untyped-def]  # noqa: ANN202
        """Read from the plan, see `completion`."""

    row.__annotations__ = {"return": entity.cls | None}  # type: ignore[operator]
    return strawberry.field(resolver=row, description=description)  # type: ignore[no-any-return]


def _node_field() -> StrawberryField:
    def node(id: Annotated[strawberry.ID, strawberry.argument(description="Any global id.")]) -> Node | None:  # noqa: A002
        """Read from the plan, see `completion`."""

    return strawberry.field(  # type: ignore[no-any-return]
        resolver=node, description="Whatever has this id; null when there is nothing that the viewer may see."
    )


def _nodes_field() -> StrawberryField:
    def nodes(
        ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"At most {MAX_PAGE} global ids.")],
    ) -> list[Node | None]:  # type: ignore[empty-body]
        """Read from the plan, see `completion`."""

    return strawberry.field(resolver=nodes, description="As `node`, for many ids, in their order.")  # type: ignore[no-any-return]
