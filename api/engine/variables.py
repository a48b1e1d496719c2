"""A request's variables, read by signatures that their document has once and for all."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, Undefined, coerce_input_value
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource


def signatures_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[GraphQLVariableSignature, ...]:
    """Of an operation that is valid."""
    found = [get_variable_signature(schema, definition) for definition in operation.variable_definitions or ()]
    return tuple([one for one in found if isinstance(one, GraphQLVariableSignature)])


def coerced(signatures: Sequence[GraphQLVariableSignature], variables: dict[str, Any]) -> VariableValues | None:
    """As graphql-core's `get_variable_values`, where each is given and right; otherwise it is for that to say."""
    sources: dict[str, VariableValueSource] = {}
    values: dict[str, Any] = {}
    for signature in signatures:
        given = variables.get(signature.name)
        if given is None:
            return None
        try:
            value = coerce_input_value(given, signature.type)
        except RecursionError:
            return None
        if value is Undefined:
            return None
        sources[signature.name] = VariableValueSource(signature, given)
        values[signature.name] = value
    return VariableValues(sources, values)
