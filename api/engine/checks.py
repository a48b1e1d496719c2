"""What must hold before the first request: a mapping that is wrong stops the start, not a client."""

from collections.abc import Iterable

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, is_non_null_type
from sqlalchemy import UniqueConstraint

from api.engine.fields import Column, Decided, Expression, ToMany, ToOne
from api.engine.types import ENTITIES, ROOTS, Entity


class MappingError(TypeError):
    """A declared type does not fit its record."""


def check(schema: GraphQLSchema) -> None:
    """Raise a MappingError that names every fault."""
    faults = [*_undescribed(schema)]
    for entity in ENTITIES.values():
        kind = schema.type_map.get(entity.name)
        if isinstance(kind, GraphQLObjectType):
            faults += [*_nullable_columns(entity, kind), *_orders(entity)]
            faults += [*_foreign_conditions(entity), *_keys_of_others(entity)]
    faults += [
        f"{root.name}: {root.entity} can't be ordered by {root.order}"
        for root in ROOTS.values()
        if root.kind == "many" and root.order not in ("id", *ENTITIES[root.entity].orders)
    ]
    if faults:
        raise MappingError("; ".join(faults))


def _nullable_columns(entity: Entity, kind: GraphQLObjectType) -> Iterable[str]:
    """A NULL must not stand behind a non-null field."""
    if entity.columns is None:
        return
    for name, (python_name, declared) in entity.by_name.items():
        if not isinstance(declared, Column):
            if (
                isinstance(declared, Expression | Decided)
                and declared.only
                and is_non_null_type(kind.fields[name].type)
            ):
                yield f"{entity.name}.{name} is hidden from some and must be nullable"
            continue
        column = entity.columns.c.get(declared.name or python_name)
        if column is None:
            yield f"{entity.name}.{name}: {entity.columns.name} has no column {declared.name or python_name}"
        elif is_non_null_type(kind.fields[name].type) and (column.nullable or declared.only):
            yield f"{entity.name}.{name} is non-null and its column is not"


def _orders(entity: Entity) -> Iterable[str]:
    """An order needs a column that is never NULL, and an index that begins with the tenant and it."""
    table = entity.columns
    if table is None:
        return
    for name in entity.orders:
        column = entity.column(name)
        if table.c[column].nullable:
            yield f"{entity.name} is ordered by {column}, which may be NULL"
        if not _indexed(entity, [entity.tenant_column, column]):
            yield f"{entity.name} is ordered by {column}, which no index begins with"


def _foreign_conditions(entity: Entity) -> Iterable[str]:
    """A list of children needs an index on what it is found by and ordered by."""
    for name, declared in entity.fields.items():
        if not isinstance(declared, ToMany) or "{" in declared.foreign:
            continue
        target = _target(entity, name)
        wanted = [
            target.tenant_column,
            declared.foreign,
            *([] if declared.order == "id" else [target.column(declared.order)]),
        ]
        if not _indexed(target, wanted):
            yield f"{entity.name}.{name}: no index of {target.table} begins with {', '.join(wanted)}"


def _keys_of_others(entity: Entity) -> Iterable[str]:
    """What refers to one row by a key of its own finds at most one row."""
    for name, declared in entity.fields.items():
        if not isinstance(declared, ToOne) or declared.by == "id":
            continue
        target = _target(entity, name)
        wanted = {target.tenant_column, declared.by}
        constraints = set() if target.columns is None else target.columns.constraints
        unique = [one for one in constraints if isinstance(one, UniqueConstraint)]
        if not any({column.name for column in constraint.columns} == wanted for constraint in unique):
            yield f"{entity.name}.{name}: {declared.by} is not unique in {target.table}"


def _target(entity: Entity, name: str) -> Entity:
    """The type of the rows behind a field."""
    annotation = entity.annotations[name]
    kind = getattr(annotation, "__args__", (annotation,))[0]
    return ENTITIES[kind.__name__.removesuffix("Connection")]


def _indexed(entity: Entity, columns: list[str]) -> bool:
    table = entity.columns
    if table is None:
        return True
    keys = [[column.name for column in index.columns] for index in table.indexes]
    keys += [
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if hasattr(constraint, "columns")
    ]
    return any(key[: len(columns)] == columns for key in keys)


def _undescribed(schema: GraphQLSchema) -> Iterable[str]:
    """Every type, field, argument and word reads as product copy, or at least reads."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in ("Int", "Float", "String", "Boolean", "ID"):
            continue
        if not kind.description:
            yield f"{name} has no description"
        if isinstance(kind, GraphQLEnumType):
            yield from (
                f"{name}.{word} has no description" for word, value in kind.values.items() if not value.description
            )
        elif isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                if not field.description:
                    yield f"{name}.{field_name} has no description"
                for argument_name, argument in getattr(field, "args", {}).items():
                    if not argument.description:
                        yield f"{name}.{field_name}({argument_name}) has no description"
