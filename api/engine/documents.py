"""Documents: read, measured and validated once, planned once per shape of variables and permission set.

Invariant: what is not linear in the size of a document runs only where its limits hold; and what is remembered is
bounded by its bytes, on shelves of their own for those who have signed in and those who have not.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values
from graphql.validation import (
    ASTValidationRule,
    KnownDirectivesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    UniqueDirectivesPerLocationRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
)
from graphql.validation.validate import ValidationAbortedError

from api.engine import changes
from api.engine.costs import cost_of
from api.engine.idempotent import IdempotentMutationsRule
from api.engine.limits import OPEN, REGISTERED, Limits, Tally, check_document, check_text, too_deep
from api.engine.overlaps import overlaps
from api.engine.parameters import Parameters, Request
from api.engine.planner import Planner
from api.engine.shapes import shape_of
from api.engine.types import Change, Entity
from api.engine.variables import coerced, signatures_of
from tenants.viewer import Viewer

PLANS_PER_DOCUMENT = 64
MAX_ERRORS = 20
LONGEST_SHOWN = 60
UNRESOLVED = "OPERATION_RESOLUTION_FAILURE"
RULES = [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule] + [IdempotentMutationsRule]
OF_VARIABLES: set[type[ASTValidationRule]] = {
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
}
OF_DIRECTIVES: set[type[ASTValidationRule]] = {
    KnownDirectivesRule,
    UniqueDirectivesPerLocationRule,
    IdempotentMutationsRule,
}
INTROSPECTION = {"__schema", "__type"}
PER_DOCUMENT, PER_TOKEN, PER_PLAN, PER_VALUE = 5_000, 500, 5_000, 500
"""What Python needs to hold them, in bytes."""


class Shelf(Enum):
    """Where a document is kept: by who sends it. What one shelf forgets is none of the others' business."""

    VISITORS = auto()
    VIEWERS = auto()
    REGISTERED = auto()

    @property
    def limits(self) -> Limits:
        return REGISTERED if self is Shelf.REGISTERED else OPEN

    @property
    def suggests(self) -> bool:
        """Whether messages may name what there is instead of what was asked for."""
        return self is not Shelf.VISITORS


ROOM = {Shelf.VISITORS: 4_000_000, Shelf.VIEWERS: 32_000_000, Shelf.REGISTERED: 32_000_000}
"""In bytes."""


@dataclass(frozen=True)
class Plan:
    """One SQL expression that gives JSON, and how to bind it. `core`: only graphql-core can complete it.

    `denied`: the root fields that the viewer may not ask for. The others are answered.
    """

    sql: str
    parameters: Parameters
    core: bool
    denied: tuple[GraphQLError, ...] = ()


class RequestError(Exception):
    """The request can't be executed at all; nothing was done."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors

    @property
    def unresolved(self) -> bool:
        """Whether the document is sound, and which of its operations is meant can't be told."""
        return self.errors[0].extensions == {"code": UNRESOLVED}


class Document:
    """One operation of one document."""

    def __init__(
        self, schema: GraphQLSchema, source: str, operation_name: str | None, shelf: Shelf = Shelf.VIEWERS
    ) -> None:
        self.schema = schema
        self.shelf = shelf
        self.ast, held = _read(schema, source, shelf.limits, suggest=shelf.suggests)
        self.fragments = {
            definition.name.value: FragmentDetails(definition)
            for definition in self.ast.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.operation = _operation(
            [node for node in self.ast.definitions if isinstance(node, OperationDefinitionNode)], operation_name
        )
        self.signatures = signatures_of(schema, self.operation)
        self.cost = cost_of(schema, self.ast, self.operation)
        self.introspects = not INTROSPECTION.isdisjoint(self.cost.names)
        self.size = PER_DOCUMENT + PER_TOKEN * held.tokens + 2 * len(source)
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY

    def coerce(self, variables: dict[str, Any]) -> VariableValues:
        """The variables' values, or a RequestError that says what is wrong with them."""
        quick = coerced(self.signatures, variables)
        if quick is not None:
            return quick
        definitions = self.operation.variable_definitions or ()
        hidden = not self.shelf.suggests
        values = get_variable_values(self.schema, definitions, variables, MAX_ERRORS, hide_suggestions=hidden)
        if isinstance(values, list):
            raise RequestError([_coded(error, "BAD_USER_INPUT") for error in values])
        return values

    def plan(self, request: Request, *, core: bool) -> Plan:
        """The plan of a whole query."""
        return self._cached(("query", core), request, core=core, write=lambda planner: planner.root())

    def payload(
        self,
        key: str,
        request: Request,
        entity: Entity,
        kind: GraphQLObjectType,
        group: list[FieldDetails],
        *,
        many: bool = False,
    ) -> Plan:
        """The plan of what one field of a mutation answers: a row, or many. `key` is the field's response key."""

        def write(planner: Planner) -> str:
            return (planner.payloads if many else planner.payload)(entity, kind, group)

        return self._cached((key, entity.name), request, core=True, write=write)

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION

    def subscribed(self, request: Request) -> tuple[str, Change, FieldNode]:
        """The one field of a subscription, by its response key."""
        planner = Planner(self.schema, self.fragments, self.operation, request.variables, request.viewer, core=False)
        key, change, group = changes.subscribed(planner)
        return key, change, group[0].node

    def changes(self, request: Request, *, core: bool) -> Plan:
        """The plan of what a subscription tells of an event."""
        return self._cached(("changes", core), request, core=core, write=changes.changes)

    def subject(self, request: Request) -> Plan:
        """The plan of whether the viewer may see what a subscription is about."""
        return self._cached("subject", request, core=False, write=changes.subject)

    def _cached(self, what: Hashable, request: Request, *, core: bool, write: Callable[[Planner], str]) -> Plan:
        key = (what, shape_of(self.signatures, request.variables), _permissions(request.viewer))
        plan = self._plans.get(key)
        if plan is None:
            planner = Planner(self.schema, self.fragments, self.operation, request.variables, request.viewer, core=core)
            sql = write(planner)
            plan = self._plans[key] = Plan(sql, planner.parameters, planner.core_only, tuple(planner.denied))
            self.size += _size(plan)
            if len(self._plans) > PLANS_PER_DOCUMENT:
                self.size -= _size(self._plans.popitem(last=False)[1])
        return plan


class Documents:
    """The documents that were asked lately, as many as there is room for."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._shelves: dict[Shelf, OrderedDict[tuple[str, str | None], Document]] = {
            shelf: OrderedDict() for shelf in Shelf
        }

    def get(self, source: str, operation_name: str | None, shelf: Shelf = Shelf.VIEWERS) -> Document:
        """The document, or a RequestError. What is wrong is told again each time, and never remembered."""
        key = (source, operation_name)
        documents = self._shelves[shelf]
        document = documents.get(key)
        if document is not None:
            documents.move_to_end(key)
            return document
        document = Document(self.schema, source, operation_name, shelf)
        documents[key] = document
        self._tidy(shelf)
        return document

    def held(self, shelf: Shelf) -> int:
        """The bytes that a shelf holds."""
        return sum(document.size for document in self._shelves[shelf].values())

    def _tidy(self, shelf: Shelf) -> None:
        """Documents grow with their plans: what they hold is counted whenever one comes."""
        documents = self._shelves[shelf]
        held = self.held(shelf)
        while held > ROOM[shelf] and len(documents) > 1:
            held -= documents.popitem(last=False)[1].size


def _size(plan: Plan) -> int:
    return PER_PLAN + len(plan.sql) + PER_VALUE * len(plan.parameters.getters)


def _permissions(viewer: Viewer) -> Hashable:
    return viewer.roles, viewer.scopes, viewer.person_id is None, viewer.app_id is None


def parsed(schema: GraphQLSchema, source: str, limits: Limits = REGISTERED) -> DocumentNode:
    """The document, within these limits and valid for the schema; or a RequestError that says all that is wrong."""
    return _read(schema, source, limits, suggest=True)[0]


def _read(schema: GraphQLSchema, source: str, limits: Limits, *, suggest: bool) -> tuple[DocumentNode, Tally]:
    """The document and what its text holds. From linear and cheap to dear: each step guards the next."""
    try:
        held = check_text(source, limits)
        ast = parse(source, max_tokens=limits.tokens)
        check_document(ast, limits)
    except GraphQLError as error:
        raise RequestError([_coded(error, "GRAPHQL_PARSE_FAILED")]) from None
    errors = validate(schema, ast, _rules(held), MAX_ERRORS, hide_suggestions=not suggest)
    if errors and isinstance(errors[-1], ValidationAbortedError) and len(errors) <= MAX_ERRORS:
        errors = [too_deep(limits)]  # not aborted for their number, but for its own depth
    errors = errors or overlaps(schema, ast)
    if errors:
        raise RequestError([_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors])
    return ast, held


def _rules(held: Tally) -> list[type[ASTValidationRule]]:
    """Those that could find something: variables and directives are not looked for where there are none."""
    idle = (set() if held.variables else OF_VARIABLES) | (set() if held.directives else OF_DIRECTIVES)
    return [rule for rule in RULES if rule not in idle]


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
    raise _unselected(f"The document holds no operation named '{name[:LONGEST_SHOWN]}'.")


def _unselected(message: str) -> RequestError:
    return RequestError([GraphQLError(message, extensions={"code": UNRESOLVED})])


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code, **(error.extensions or {})}
    return error
