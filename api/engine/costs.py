"""What an operation costs, known before it runs.

Compiled once per document, in linear time: each fragment once. What is left for a request is a short list of steps over
the variables that say how many of something are asked for; where there are none, a number.

The cost of a field is its weight and that of what is selected within it; of a list, the size times both. A field that
is written twice counts twice, what is skipped counts, and of types that exclude each other the costliest counts.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    value_from_ast_untyped,
)

from api.engine.limits import in_order
from api.engine.types import DEFAULT_PAGE, MAX_PAGE
from api.engine.weights import ListSize, size_of, weight_of, weighted_lists

LEAST = 1
"""What any operation costs."""


@dataclass(frozen=True)
class Slot:
    """The result of a step."""

    number: int


Amount = float | Slot
"""A number, or what a step comes to for the variables of a request."""


@dataclass(frozen=True)
class Given:
    """How much a variable says: a number, or the length of a list at a path in it."""

    variable: str
    path: tuple[str, ...]
    default: Any

    def read(self, variables: Mapping[str, Any]) -> int | None:
        value = variables.get(self.variable, self.default)
        for step in self.path:
            value = value.get(step) if isinstance(value, dict) else None
        return _many(value)


@dataclass(frozen=True)
class Size:
    """The size of a list: the largest that is given, or the assumed."""

    known: int | None
    given: tuple[Given, ...]
    assumed: int

    def read(self, variables: Mapping[str, Any]) -> int:
        said = [self.known, *(one.read(variables) for one in self.given)]
        return max((number for number in said if number is not None), default=self.assumed)


@dataclass(frozen=True)
class Sum:
    fixed: float
    slots: tuple[int, ...]

    def of(self, values: Sequence[float], variables: Mapping[str, Any]) -> float:
        return self.fixed + sum([values[slot] for slot in self.slots])


@dataclass(frozen=True)
class Most:
    fixed: float
    slots: tuple[int, ...]

    def of(self, values: Sequence[float], variables: Mapping[str, Any]) -> float:
        return max(self.fixed, *[values[slot] for slot in self.slots])


@dataclass(frozen=True)
class Times:
    size: Size | int
    amount: Amount

    def of(self, values: Sequence[float], variables: Mapping[str, Any]) -> float:
        size = self.size if isinstance(self.size, int) else self.size.read(variables)
        return size * (values[self.amount.number] if isinstance(self.amount, Slot) else self.amount)


@dataclass(frozen=True)
class Cost:
    """What an operation costs, and each of its root fields, by response key. `names`: what the schema calls these."""

    steps: tuple[Sum | Most | Times, ...]
    total: Amount
    roots: tuple[tuple[str, Amount], ...]
    names: frozenset[str]

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost of a request."""
        return _whole(_resolved(self.total, self._values(variables))) if self.steps else _whole(self.total)

    def by_field(self, variables: Mapping[str, Any]) -> list[tuple[str, int]]:
        """The cost of each root field, by its response key."""
        values = self._values(variables)
        return [(key, math.ceil(_resolved(amount, values))) for key, amount in self.roots]

    def _values(self, variables: Mapping[str, Any]) -> list[float]:
        values: list[float] = []
        for step in self.steps:
            values.append(step.of(values, variables))
        return values


def cost_of(schema: GraphQLSchema, ast: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """The cost of an operation of a valid document."""
    return _Compiler(schema, ast, operation).cost()


@dataclass(frozen=True)
class _Part:
    """What a selection set adds once, and what for each item of the lists that its object sizes."""

    once: Amount
    each: Amount


NOTHING = _Part(0, 0)


class _Compiler:
    def __init__(self, schema: GraphQLSchema, ast: DocumentNode, operation: OperationDefinitionNode) -> None:
        self.schema = schema
        self.operation = operation
        self.steps: list[Sum | Most | Times] = []
        self.defaults = {
            one.variable.name.value: one.default_value and value_from_ast_untyped(one.default_value)
            for one in operation.variable_definitions or ()
        }
        self.definitions: dict[str, FragmentDefinitionNode] = {}
        self.fragments: dict[str, _Part] = {}
        for fragment in in_order(ast):
            name = fragment.name.value
            self.definitions[name] = fragment
            kind = schema.get_type(fragment.type_condition.name.value)
            self.fragments[name] = self._selections(kind, fragment.selection_set)

    def cost(self) -> Cost:
        kind = self.schema.get_root_type(self.operation.operation)
        nodes = list(self._roots(self.operation.selection_set))
        roots = tuple(((node.alias or node.name).value, self._field(kind, node).once) for node in nodes)
        total = self._sum(amount for _, amount in roots)
        return Cost(tuple(self.steps), total, roots, frozenset(node.name.value for node in nodes))

    def _roots(self, selections: SelectionSetNode) -> Iterable[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from self._roots(self.definitions[node.name.value].selection_set)
            elif isinstance(node, InlineFragmentNode):
                yield from self._roots(node.selection_set)

    def _selections(self, kind: Any, selections: SelectionSetNode) -> _Part:
        common: list[_Part] = []
        exclusive: dict[str, list[_Part]] = {}
        for node in selections.selections:
            if isinstance(node, FieldNode):
                common.append(self._field(kind, node))
                continue
            inner, part = self._fragment(kind, node)
            if is_abstract_type(kind) and isinstance(inner, GraphQLObjectType):
                exclusive.setdefault(inner.name, []).append(part)
            else:
                common.append(part)
        once = [self._sum(part.once for part in parts) for parts in exclusive.values()]
        return _Part(
            self._sum([*(part.once for part in common), self._most(once)]), self._sum(part.each for part in common)
        )

    def _fragment(self, kind: Any, node: SelectionNode) -> tuple[Any, _Part]:
        """What a fragment is about, and what it adds."""
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            return self.schema.get_type(self.definitions[name].type_condition.name.value), self.fragments[name]
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 -- the last kind of selection
        inner = self.schema.get_type(node.type_condition.name.value) if node.type_condition else kind
        return inner, self._selections(inner, node.selection_set)

    def _field(self, kind: Any, node: FieldNode) -> _Part:
        name = node.name.value
        field = self.schema.get_field(kind, name)
        assert field is not None  # noqa: S101 -- the document is valid
        weight = weight_of(field)
        if node.selection_set is None and kind is not self.schema.mutation_type:
            return _Part(weight, 0) if weight else NOTHING
        inner = self._selections(get_named_type(field.type), node.selection_set) if node.selection_set else NOTHING
        size = size_of(name, field)
        weighted = weighted_lists(field) if kind is self.schema.mutation_type else ()
        items = [self._times(self._length(path, node), each) for path, each in weighted]
        if size is None:
            whole = self._sum([weight, inner.once, self._times(DEFAULT_PAGE, inner.each), *items])
            sized = is_list_type(get_nullable_type(field.type)) and node.selection_set
            return _Part(0, whole) if sized else _Part(whole, 0)
        number = self._size(size, node)
        if size.sized:
            return _Part(self._sum([weight, inner.once, self._times(number, inner.each)]), 0)
        return _Part(self._sum([self._times(number, self._sum([weight, inner.once])), *items]), 0)

    def _size(self, size: ListSize, node: FieldNode) -> Size | int:
        return self._read([self._given(tuple(name.split(".")), node) for name in size.slicing], size.assumed)

    def _length(self, path: tuple[str, ...], node: FieldNode) -> Size | int:
        return self._read([self._given(path, node)], 0)

    def _read(self, said: list[Given | int | None], assumed: int) -> Size | int:
        known = max((one for one in said if isinstance(one, int)), default=None)
        given = tuple(one for one in said if isinstance(one, Given))
        if given:
            return Size(known, given, assumed)
        return assumed if known is None else known

    def _given(self, path: tuple[str, ...], node: FieldNode) -> Given | int | None:
        """How much the argument at a path says, as far as the document tells."""
        values = {argument.name.value: argument.value for argument in node.arguments or ()}
        for number, step in enumerate(path):
            value = values.get(step)
            if isinstance(value, VariableNode):
                variable = value.name.value
                return Given(variable, path[number + 1 :], self.defaults.get(variable))
            if isinstance(value, ObjectValueNode):
                values = {field.name.value: field.value for field in value.fields}
                continue
            return _many_in(value)
        return None

    # Amounts.

    def _sum(self, amounts: Iterable[Amount]) -> Amount:
        fixed, slots = _parted(amounts)
        total = sum(fixed)
        if not slots:
            return total
        return Slot(slots[0]) if len(slots) == 1 and total == 0 else self._step(Sum(total, tuple(slots)))

    def _most(self, amounts: Iterable[Amount]) -> Amount:
        fixed, slots = _parted(amounts)
        largest = max(fixed, default=0)
        return self._step(Most(largest, tuple(slots))) if slots else largest

    def _times(self, size: Size | int, amount: Amount) -> Amount:
        if amount == 0 or (isinstance(size, int) and not isinstance(amount, Slot)):
            return 0 if amount == 0 else size * amount  # type: ignore[operator]
        return self._step(Times(size, amount))

    def _step(self, step: Sum | Most | Times) -> Slot:
        self.steps.append(step)
        return Slot(len(self.steps) - 1)


def _parted(amounts: Iterable[Amount]) -> tuple[list[float], list[int]]:
    fixed: list[float] = []
    slots: list[int] = []
    for amount in amounts:
        if isinstance(amount, Slot):
            slots.append(amount.number)
        else:
            fixed.append(amount)
    return fixed, slots


def _resolved(amount: Amount, values: Sequence[float]) -> float:
    return values[amount.number] if isinstance(amount, Slot) else amount


def _whole(amount: Amount) -> int:
    return max(LEAST, math.ceil(amount))  # type: ignore[arg-type]


def _many(value: Any) -> int | None:
    """How many a value says. What is no such value at all is refused later, and more than a page as well."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(min(max(value, 0), MAX_PAGE))
    return None if value is None else 1


def _many_in(value: ValueNode | None) -> int | None:
    if isinstance(value, ListValueNode):
        return len(value.values)
    return min(max(int(value.value), 0), MAX_PAGE) if isinstance(value, IntValueNode) else None
