"""The shape of variables: which of them make another plan.

Two requests with variables of the same shape share a plan: it depends on which values are null, on booleans and enums
themselves (directives, orders), on the structure of filters, and on the type that a global id names.
"""

from collections.abc import Sequence
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.execution.values import VariableValues

GIVEN = "given"


def shape_of(signatures: Sequence[GraphQLVariableSignature], variables: VariableValues) -> tuple[Any, ...]:
    """A hashable key of the variables' shape."""
    coerced = variables.coerced
    return tuple([(one.name, _shape(one.type, coerced[one.name])) for one in signatures if one.name in coerced])


def _shape(kind: Any, value: Any) -> Any:  # noqa: PLR0911 -- one answer per kind of type
    if isinstance(kind, GraphQLNonNull):
        return _shape(kind.of_type, value)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        return (
            tuple(_shape(kind.of_type, item) for item in value)
            if isinstance(value, list)
            else _shape(kind.of_type, value)
        )
    if isinstance(kind, GraphQLInputObjectType):
        return tuple((name, _shape(field.type, value[name])) for name, field in kind.fields.items() if name in value)
    if kind is GraphQLBoolean or isinstance(kind, GraphQLEnumType):
        return value
    if kind is GraphQLID:
        return value.partition("_")[0]
    return GIVEN
