"""Fields that share a response key must be the same field: the specification's FieldsInSetCanMerge, in linear time.

graphql-core compares every pair. "Is the same field as" and "has the same shape as" are equivalences, so that comparing
each with the first of its group tells as much; and a fragment is looked at once in each set that it stands in. The work
grows with the fields of the document, fragments spelled out, which `limits` keeps small before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    print_ast,
)


@dataclass(frozen=True)
class Chosen:
    """A field where it stands: of which type, and what the schema says of it. The schema may not know it."""

    parent: Any
    node: FieldNode
    kind: Any

    @property
    def inner(self) -> tuple[Any, SelectionSetNode] | None:
        return (get_named_type(self.kind), self.node.selection_set) if self.node.selection_set else None


Part = tuple[Any, SelectionSetNode]


def overlaps(schema: GraphQLSchema, ast: DocumentNode) -> list[GraphQLError]:
    """The first conflict of each operation."""
    fragments = {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}
    found = []
    for operation in ast.definitions:
        if isinstance(operation, OperationDefinitionNode):
            root = schema.get_root_type(operation.operation)
            conflict = _Walk(schema, fragments).conflict([(root, operation.selection_set)]) if root else None
            found += [conflict] if conflict else []
    return found


class _Walk:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments

    def conflict(self, parts: list[Part], *, shapes: bool = False) -> GraphQLError | None:
        """Where fields of one answer differ. `shapes`: of answers of different types, which need only look alike."""
        groups: dict[str, list[Chosen]] = {}
        seen: set[str] = set()
        for parent, selections in parts:
            for one in self._fields(parent, selections, seen):
                groups.setdefault((one.node.alias or one.node.name).value, []).append(one)
        for key, group in groups.items():
            if len(group) == 1:
                inner = group[0].inner
                found = self.conflict([inner], shapes=shapes) if inner else None
            else:
                found = self._in_group(key, group, shapes=shapes)
            if found:
                return found
        return None

    def _fields(self, parent: Any, selections: SelectionSetNode, seen: set[str]) -> Iterator[Chosen]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                definition = self.schema.get_field(parent, node.name.value) if parent is not None else None
                yield Chosen(parent, node, definition and definition.type)
                continue
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self.fragments.get(name)
                if name in seen or fragment is None:
                    continue
                seen.add(name)
                yield from self._fields(self._named(fragment, parent), fragment.selection_set, seen)
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(self._named(node, parent), node.selection_set, seen)

    def _named(self, node: Any, otherwise: Any) -> Any:
        return self.schema.get_type(node.type_condition.name.value) if node.type_condition else otherwise

    def _in_group(self, key: str, group: list[Chosen], *, shapes: bool) -> GraphQLError | None:
        first = group[0]
        for other in group[1:]:
            reason = _shape(first.kind, other.kind)
            if reason:
                return _error(key, reason, first, other)
        parents = {id(one.parent): one.parent for one in group}
        concrete = [key for key, kind in parents.items() if isinstance(kind, GraphQLObjectType)]
        if shapes or len(concrete) > 1:
            found = self.conflict([one.inner for one in group if one.inner], shapes=True)
            if found or shapes:
                return found
        shared = [one for one in group if id(one.parent) not in concrete]
        together = [shared + [one for one in group if id(one.parent) == kind] for kind in concrete] or [shared]
        for same in together:
            found = self._same(key, same)
            if found:
                return found
        return None

    def _same(self, key: str, group: list[Chosen]) -> GraphQLError | None:
        first = group[0]
        name, arguments = first.node.name.value, _arguments(first.node)
        for other in group[1:]:
            if other.node.name.value != name:
                reason = f"'{name}' and '{other.node.name.value}' are different fields"
                return _error(key, reason, first, other)
            if _arguments(other.node) != arguments:
                return _error(key, "they have differing arguments", first, other)
        return self.conflict([one.inner for one in group if one.inner])


def _shape(one: Any, other: Any) -> str | None:
    if one is None or other is None or one is other:
        return None
    reason = f"they return conflicting types '{one}' and '{other}'"
    while is_non_null_type(one) or is_list_type(one) or is_non_null_type(other) or is_list_type(other):
        if is_non_null_type(one) != is_non_null_type(other) or is_list_type(one) != is_list_type(other):
            return reason
        one, other = one.of_type, other.of_type
    return reason if (is_leaf_type(one) or is_leaf_type(other)) and one is not other else None


def _arguments(node: FieldNode) -> list[str]:
    return sorted(print_ast(argument) for argument in node.arguments or ())


def _error(key: str, reason: str, one: Chosen, other: Chosen) -> GraphQLError:
    message = f"Fields '{key}' conflict because {reason}. Use different aliases on the fields to fetch both"
    return GraphQLError(f"{message} if this was intentional.", [one.node, other.node])
