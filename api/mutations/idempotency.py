"""`@idempotent(key:)`: which request a mutation's field belongs to, as far as its answer depends on it."""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    Node,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.execution.values import get_argument_values, get_directive_values

from api.engine.idempotent import IDEMPOTENT, LONGEST_KEY
from api.mutations.commands import bad_input
from tenants.idempotency import Claim
from tenants.viewer import Viewer


def claimed(info: GraphQLResolveInfo[Any], viewer: Viewer) -> Claim | None:
    """What the field claims to be the first of its kind, if it says so."""
    if not any(node.directives for node in info.field_nodes):
        return None
    keys = {given["key"] for node in info.field_nodes if (given := _given(info, node)) is not None}
    if not keys:
        return None
    if len(keys) > 1:
        raise bad_input("`@idempotent` names two keys for the same field. Give one.")
    key = keys.pop()
    if not 0 < len(key) <= LONGEST_KEY:
        raise bad_input(f"The `key` of `@idempotent` has 1 to {LONGEST_KEY} characters.")
    holder = viewer.person_id or viewer.app_id
    assert holder is not None  # noqa: S101 -- nobody who has not signed in may call a mutation
    return Claim(holder, key, _digest(info, viewer), viewer.tenant.secret)


def _given(info: GraphQLResolveInfo[Any], node: FieldNode) -> dict[str, Any] | None:
    return get_directive_values(IDEMPOTENT, node, info.variable_values)


def _digest(info: GraphQLResolveInfo[Any], viewer: Viewer) -> bytes:
    """Of all that the answer depends on: the mutation, its input, what was selected, and what the viewer may see."""
    node = info.field_nodes[0]
    definition = info.parent_type.fields[info.field_name]
    selections = [node.selection_set for node in info.field_nodes if node.selection_set is not None]
    fragments = list(_fragments(info, selections))
    asked = [*selections, *fragments]
    variables = info.variable_values.coerced
    request = [
        info.field_name,
        get_argument_values(definition, node, info.variable_values),
        [print_ast(one) for one in asked],
        {name: variables[name] for name in _variables(asked) if name in variables},
        sorted(viewer.roles),
        sorted(viewer.scopes),
    ]
    return hashlib.sha256(orjson.dumps(request, default=repr, option=orjson.OPT_SORT_KEYS)).digest()


def _fragments(info: GraphQLResolveInfo[Any], nodes: list[Any]) -> Iterator[Node]:
    """The fragments that are used, each once, in the order of their use."""
    seen: set[str] = set()
    waiting = list(nodes)
    while waiting:
        for name in _named(waiting.pop(0), FragmentSpreadNode):
            if name not in seen:
                seen.add(name)
                fragment = info.fragments[name]
                waiting.append(fragment)
                yield fragment


def _variables(nodes: list[Any]) -> list[str]:
    return sorted({name for node in nodes for name in _named(node, VariableNode)})


def _named(node: Node, kind: type[FragmentSpreadNode | VariableNode]) -> list[str]:
    names: list[str] = []

    class Names(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            if isinstance(node, kind):
                names.append(node.name.value)

    visit(node, Names())
    return names
