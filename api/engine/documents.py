"""Documents: parsed and validated once, planned once per shape of variables and permission set."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values
from graphql.validation.validate import ValidationAbortedError

from api.engine.parameters import Parameters, Request
from api.engine.planner import Planner
from api.engine.shapes import shape_of
from api.engine.types import Entity
from tenants.viewer import Viewer

DOCUMENTS = 1024
PLANS_PER_DOCUMENT = 64
MAX_TOKENS = 15_000
MAX_ERRORS = 20
MAX_DEPTH = 50
TOO_DEEP = f"The document is nested too deeply: at most {MAX_DEPTH} levels of fields."


@dataclass(frozen=True)
class Plan:
    """One SQL expression that gives JSON, and how to bind it. `core`: only graphql-core can complete it."""

    sql: str
    parameters: Parameters
    core: bool


class RequestError(Exception):
    """The request can't be executed at all; nothing was done."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Document:
    """One operation of one document."""

    def __init__(self, schema: GraphQLSchema, source: str, operation_name: str | None) -> None:
        self.schema = schema
        self.ast = _parsed(schema, source)
        self.fragments = {
            definition.name.value: FragmentDetails(definition)
            for definition in self.ast.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.operation = _operation(
            [node for node in self.ast.definitions if isinstance(node, OperationDefinitionNode)], operation_name
        )
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY

    def coerce(self, variables: dict[str, Any]) -> VariableValues:
        values = get_variable_values(self.schema, self.operation.variable_definitions or (), variables, MAX_ERRORS)
        if isinstance(values, list):
            raise RequestError([_coded(error, "BAD_USER_INPUT") for error in values])
        return values

    def plan(self, request: Request, *, core: bool) -> Plan:
        """The plan of a whole query."""
        return self._cached(("query", core), request, core=core, write=lambda planner: planner.root())

    def payload(
        self, key: str, request: Request, entity: Entity, kind: GraphQLObjectType, group: list[FieldDetails]
    ) -> Plan:
        """The plan of what one field of a mutation answers. `key` is the field's response key."""
        return self._cached(
            (key, entity.name), request, core=True, write=lambda planner: planner.payload(entity, kind, group)
        )

    def _cached(self, what: Hashable, request: Request, *, core: bool, write: Callable[[Planner], str]) -> Plan:
        shape = shape_of(self.schema, self.operation.variable_definitions or (), request.variables)
        key = (what, shape, _permissions(request.viewer))
        plan = self._plans.get(key)
        if plan is None:
            planner = Planner(self.schema, self.fragments, self.operation, request.variables, request.viewer, core=core)
            sql = write(planner)
            plan = self._plans[key] = Plan(sql, planner.parameters, planner.decided or planner.meta)
            if len(self._plans) > PLANS_PER_DOCUMENT:
                self._plans.popitem(last=False)
        return plan


class Documents:
    """The documents that were asked lately."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._documents: OrderedDict[tuple[str, str | None], Document] = OrderedDict()

    def get(self, source: str, operation_name: str | None) -> Document:
        key = (source, operation_name)
        document = self._documents.get(key)
        if document is None:
            document = self._documents[key] = Document(self.schema, source, operation_name)
            if len(self._documents) > DOCUMENTS:
                self._documents.popitem(last=False)
        else:
            self._documents.move_to_end(key)
        return document


def _permissions(viewer: Viewer) -> Hashable:
    return viewer.roles, viewer.scopes, viewer.person_id is None, viewer.app_id is None


def _parsed(schema: GraphQLSchema, source: str) -> Any:
    try:
        ast = parse(source, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        raise RequestError([_coded(error, "GRAPHQL_PARSE_FAILED")]) from None
    errors = validate(schema, ast, max_errors=MAX_ERRORS)
    if errors and isinstance(errors[-1], ValidationAbortedError) and len(errors) <= MAX_ERRORS:
        errors = [GraphQLError(TOO_DEEP)]  # not aborted for their number, but for its own depth
    errors = errors or _too_deep(ast)
    if errors:
        raise RequestError([_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors])
    return ast


def _too_deep(ast: DocumentNode) -> list[GraphQLError]:
    """What graphql-core could not complete. Fragments are known to go in no circle."""
    fragments = {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}

    @cache
    def of_fragment(name: str) -> int:
        return depth(fragments[name].selection_set)

    def depth(selections: SelectionSetNode | None) -> int:
        deepest = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                deepest = max(deepest, of_fragment(node.name.value))
            elif isinstance(node, FieldNode | InlineFragmentNode):
                deepest = max(deepest, depth(node.selection_set) + isinstance(node, FieldNode))
        return deepest

    operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    return [GraphQLError(TOO_DEEP, node) for node in operations if depth(node.selection_set) > MAX_DEPTH]


def _operation(operations: list[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    if name is None:
        if len(operations) == 1:
            return operations[0]
        raise _unselected(
            "The document holds several operations: say which by `operationName`."
            if operations
            else "The document holds no operation."
        )
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise _unselected(f"The document holds no operation named '{name}'.")


def _unselected(message: str) -> RequestError:
    return RequestError([GraphQLError(message, extensions={"code": "OPERATION_RESOLUTION_FAILURE"})])


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code, **(error.extensions or {})}
    return error
