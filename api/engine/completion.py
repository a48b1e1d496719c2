"""The second completion: graphql-core walks the operation and reads planned fields from the plan's JSON.

Used where an operation also holds introspection, a mutation, a decided field, one that the viewer may not ask for, or a
NULL where the schema says non-null.
`prepare` replaces the resolvers of planned fields, so that no resolver of theirs is ever written by hand.
"""

from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
)

from api.engine.custom import REFUSED
from api.engine.fields import Decided
from api.engine.planner import TYPENAME
from api.engine.types import TOLD, entity_of


def prepare(schema: GraphQLSchema) -> None:
    """Let every planned field read from its plan."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            _prepare_object(kind, is_root=kind in (schema.query_type, schema.subscription_type))
        elif isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            kind.resolve_type = _named_by_plan(kind.resolve_type)


def _prepare_object(kind: GraphQLObjectType, *, is_root: bool) -> None:
    entity = entity_of(kind.name.removesuffix("Edge")) if kind.name != "PageInfo" else None
    if entity is None and not is_root and kind.name != "PageInfo":
        return
    kind.is_type_of = None
    for name, field in kind.fields.items():
        if is_root and name in TOLD:
            continue
        declared = entity.by_name.get(name, (name, None))[1] if entity is not None else None
        field.resolve = _decide(declared, field) if isinstance(declared, Decided) else _from_plan


def _from_plan(row: dict[str, Any], info: GraphQLResolveInfo[Any], **_: object) -> Any:
    value = row[str(info.path.key)]
    if isinstance(value, dict) and REFUSED in value:
        raise GraphQLError(value[REFUSED], extensions={"code": value.get("code", "BAD_USER_INPUT")})
    return value


def _decide(declared: Decided, field: GraphQLField) -> Any:
    def resolve(row: dict[str, Any], info: GraphQLResolveInfo[Any], **_: object) -> Any:
        facts = row[str(info.path.key)]
        return None if declared.only and facts is None else declared.decide(facts)

    return resolve


def _named_by_plan(otherwise: Any) -> Any:
    def resolve_type(value: Any, info: GraphQLResolveInfo[Any], kind: Any) -> Any:
        if isinstance(value, dict):
            return value[TYPENAME]
        return otherwise(value, info, kind)

    return resolve_type
