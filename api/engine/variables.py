"""A request's variables, read by signatures that their document has once and for all."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, Undefined, coerce_input_value, is_non_null_type
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource


def signatures_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[GraphQLVariableSignature, ...]:
    """Of an operation that is valid."""
    found = [get_variable_signature(schema, definition) for definition in operation.variable_definitions or ()]
    return tuple([one for one in found if isinstance(one, GraphQLVariableSignature)])


def coerced(signatures: Sequence[GraphQLVariableSignature], variables: dict[str, Any]) -> VariableValues | None:
    """As graphql-core's `get_variable_values`, where all are right and none is by default; otherwise it is to say."""
    sources: dict[str, VariableValueSource] = {}
    values: dict[str, Any] = {}
    for signature in signatures:
        given = variables.get(signature.name, Undefined)
        if given is Undefined:
            if signature.default is not None or is_non_null_type(signature.type):
                return None
            sources[signature.name] = VariableValueSource(signature)
            continue
        try:
            value = coerce_input_value(given, signature.type)
        except RecursionError:
            return None
        if value is Undefined:
            return None
        sources[signature.name] = VariableValueSource(signature, given)
        values[signature.name] = value
    return VariableValues(sources, values)
