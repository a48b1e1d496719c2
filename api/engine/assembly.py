"""From declared types to the schema's: connections, edges, filters, orders, and the query type."""

import inspect
import sys
from typing import Annotated, Any, get_args

import strawberry
from strawberry.types.field import StrawberryField

from api.engine.fields import CustomFields, Field, ToMany
from api.engine.filters import camel, filter_input, order_enum, order_input, referenced_enum
from api.engine.types import CHANGES, DEFAULT_PAGE, ENTITIES, MAX_PAGE, NAMES, ROOTS, TOLD, Entity, Node, PageInfo


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
    for name, annotation in inspect.get_annotations(entity.cls).items():
        known = {**module, **NAMES, "Connection": _Pages}
        entity.annotations[name] = eval(annotation, known) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source
    entity.cls.__annotations__ = dict(entity.annotations)
    entity.by_name = {camel(name): (name, declared) for name, declared in entity.fields.items()}


def _field(annotation: Any, declared: Field) -> StrawberryField:
    if isinstance(declared, ToMany) and declared.paged:
        return _page(ENTITIES[annotation.__name__.removesuffix("Connection")], declared.description)
    if isinstance(declared, CustomFields):
        keys = _argument(list[str] | None, "Only fields with these keys.")
        return _reading(annotation, declared.description, keys=keys)
    return _reading(annotation, declared.description)


def _reading(returns: Any, description: str, **arguments: Any) -> StrawberryField:
    """A field that is read from its plan (see `completion`). Its resolver carries the arguments and is never called."""

    def resolver(**_: object) -> Any:
        return None

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=kind,
            default=None if type(None) in get_args(get_args(kind)[0]) else inspect.Parameter.empty,
        )
        for name, kind in arguments.items()
    ]
    resolver.__signature__ = inspect.Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
    resolver.__annotations__ = {**arguments, "return": returns}
    return strawberry.field(resolver=resolver, description=description)  # type: ignore[no-any-return]


def _argument(kind: Any, description: str) -> Any:
    return Annotated[kind, strawberry.argument(description=description)]


def _page(entity: Entity, description: str) -> StrawberryField:
    otherwise = f"{DEFAULT_PAGE} when neither `first` nor `last` is given"
    return _reading(
        entity.connection,
        description,
        first=_argument(int | None, f"How many from the start: at most {MAX_PAGE}; {otherwise}."),
        after=_argument(str | None, "Only what comes after this cursor."),
        last=_argument(int | None, f"How many from the end: at most {MAX_PAGE}."),
        before=_argument(str | None, "Only what comes before this cursor."),
        where=_argument(entity.where | None, "Only rows that fulfill this."),  # type: ignore[operator]
        order_by=_argument(entity.order_by | None, "In this order; ties are broken by id."),  # type: ignore[operator]
    )


def _one(entity: Entity, description: str) -> StrawberryField:
    identifier = f"Global id of the {entity.name}."
    row = entity.cls | None
    if "external_ref" not in entity.fields:
        return _reading(row, description, id=_argument(strawberry.ID, identifier))
    reference = _argument(str | None, "Your own reference; give either this or the id.")
    return _reading(row, description, id=_argument(strawberry.ID | None, identifier), external_ref=reference)


def assemble_changes() -> type:
    """The subscription type. Called once, after `assemble`."""
    fields: dict[str, Any] = {}
    after = _argument(str | None, "Where to begin: the `position` that was told last, so that nothing is missed.")
    for change in CHANGES.values():
        title = change.fact.removesuffix("_id")
        kind = strawberry.ID if change.required else strawberry.ID | None
        words = f"The {title}." if change.required else f"Only what belongs to this {title}."
        described = f"{change.description}\n\n{change.allow.words}"
        returns = ENTITIES[change.entity].cls
        fields[change.name] = _reading(returns, described, **{change.fact: _argument(kind, words), "after": after})
    return strawberry.type(type("Subscription", (), fields), description="What is told as it happens.")


def _query() -> type:
    fields: dict[str, Any] = {
        "node": _reading(
            Node | None,
            "Whatever has this id; null when there is nothing that the viewer may see.",
            id=_argument(strawberry.ID, "Any global id."),
        ),
        "nodes": _reading(
            list[Node | None],
            "As `node`, for many ids, in their order.",
            ids=_argument(list[strawberry.ID], f"At most {MAX_PAGE} global ids."),
        ),
        "node_by_external_ref": _reading(
            Node | None,
            "Whatever has this reference of yours; null when there is nothing that the viewer may see.",
            type=_argument(referenced_enum(ENTITIES.values()), "What it is. A reference is unique among its like."),
            external_ref=_argument(str, "Your own reference."),
        ),
    }
    for root in ROOTS.values():
        entity = ENTITIES[root.entity]
        description = f"{root.description}\n\n{root.allow.words}"
        if root.kind == "many":
            fields[root.name] = _page(entity, description)
        elif root.kind == "one":
            fields[root.name] = _one(entity, description)
        else:
            fields[root.name] = _reading(entity.cls | None, description)
    return strawberry.type(type("Query", (), fields | TOLD), description="Everything there is to read.")
