"""Limits of a request, each with its own code: what is read before it is understood has to be small.

In this order: the text (one pass of a lexer that stops where too much is found), what the parsed document amounts to
(linear, each fragment once), and the request's variables. Only then do the rules of GraphQL run, which are not linear.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

MAX_COST = 25_000
"""What one operation may cost."""
MAX_NESTING = 200
MAX_CHAIN = 50
MAX_REPEATED = 50
MAX_INLINE = 250
MAX_ITEMS = 1_000
MAX_VALUES = 10_000
MAX_VALUE_DEPTH = 120
TOKEN = re.compile(
    r"(?:[\s,\ufeff]++|\#[^\n\r]*+)*+"
    r"(?:(?P<mark>[!$&()@:=\[\]{|}])"
    r"|[_A-Za-z][_0-9A-Za-z]*+|\.\.\."
    r'|"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?'
    r'|"(?:[^"\\\n\r]++|\\.)*+"?'
    r"|-?[0-9][0-9A-Za-z_.+-]*+|(?P<end>\Z)|.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Limits:
    """What one document may hold. `fields` counts them with every fragment spelled out."""

    characters: int = 100_000
    tokens: int = 1_500
    depth: int = 50
    aliases: int = 300
    directives: int = 100
    operations: int = 20
    root_fields: int = 50
    fields: int = 10_000


OPEN = Limits()
"""For a document that anyone may send."""
REGISTERED = Limits(characters=500_000, tokens=15_000, aliases=2_000, directives=1_000, root_fields=200)
"""For a document that was registered beforehand: read once, and known."""


@dataclass(frozen=True)
class Extent:
    """What a part of a document amounts to. `chain`: how deeply fragments stand in fragments."""

    fields: int = 0
    depth: int = 0
    chain: int = 0
    roots: int = 0


@dataclass
class Tally:
    """What a text holds. A colon outside of arguments makes an alias."""

    limits: Limits
    tokens: int = 0
    aliases: int = 0
    directives: int = 0
    variables: int = 0
    nesting: int = 0
    arguments: int = 0

    def note(self, mark: str) -> None:
        if mark in "({[":
            self.nesting += 1
            self.arguments += mark == "("
            if self.nesting > MAX_NESTING:
                raise too_deep(self.limits)
        elif mark in ")}]":
            self.nesting -= 1
            self.arguments -= mark == ")"
        elif mark == ":":
            self.aliases += not self.arguments
        elif mark == "@":
            self.directives += 1
        elif mark == "$":
            self.variables += 1


def check_text(source: str, limits: Limits) -> Tally:
    """What the text holds. A GraphQLError for too long a text or too many tokens, levels, aliases, directives."""
    if len(source) > limits.characters:
        message = f"A document holds at most {limits.characters:,} characters: send long texts as variables."
        raise refused("DOCUMENT_TOO_LARGE", message)
    tally = Tally(limits)
    for tally.tokens, token in enumerate(TOKEN.finditer(source)):
        if tally.tokens > limits.tokens:  # the last is the end
            raise _too_many("TOKENS", limits.tokens, "tokens", "Ask in several requests, or register it.")
        if token["mark"]:
            tally.note(token["mark"])
    if tally.aliases > limits.aliases:
        raise _too_many("ALIASES", limits.aliases, "aliases", "Ask for many rows by `nodes`, a list or a filter.")
    if tally.directives > limits.directives:
        raise _too_many("DIRECTIVES", limits.directives, "directives", "Put one on a fragment instead.")
    return tally


def check_document(ast: DocumentNode, limits: Limits) -> None:
    """Refuse a document for what its operations amount to, fragments spelled out. Raises GraphQLError."""
    operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > limits.operations:
        raise _too_many("OPERATIONS", limits.operations, "operations", "Send them apart.")
    known: dict[str, Extent] = {}
    for fragment in in_order(ast):
        known[fragment.name.value] = extent = _extent(fragment.selection_set, known)
        if extent.chain > MAX_CHAIN:
            raise refused("TOO_DEEP", f"Fragments stand in fragments at most {MAX_CHAIN} levels deep.", fragment)
    for operation in operations:
        extent = _extent(operation.selection_set, known)
        if extent.depth > limits.depth:
            raise too_deep(limits, operation)
        if extent.roots > limits.root_fields:
            raise _too_many("ROOT_FIELDS", limits.root_fields, "root fields", "Ask in several requests.", operation)
        if extent.fields > limits.fields:
            advice = "Ask for less, or in several requests."
            raise _too_many("FIELDS", limits.fields, "fields, fragments spelled out", advice, operation)
    _check_literals(ast)


def check_variables(variables: dict[str, Any]) -> None:
    """Refuse variables for the length of a list, their number, or their nesting. Raises GraphQLError."""
    left = MAX_VALUES
    level: list[Any] = [variables]
    for _ in range(MAX_VALUE_DEPTH):
        inner: list[Any] = []
        for value in level:
            left -= len(value)
            if len(value) > MAX_ITEMS and isinstance(value, list):
                raise _too_long(len(value), _place(variables, value))
            if left < 0:
                raise _too_many_values()
            inner += [item for item in (value.values() if isinstance(value, dict) else value) if _holds(item)]
        if not inner:
            return
        level = inner
    message = f"Variables are nested too deeply: at most {MAX_VALUE_DEPTH} levels."
    raise refused("TOO_DEEP", message)


def in_order(ast: DocumentNode) -> Iterator[FragmentDefinitionNode]:
    """The fragments, each after those that stand in it. In a circle, which the rules refuse, some come first."""
    fragments = {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}
    begun: set[str] = set()
    for name, fragment in fragments.items():
        path = [] if name in begun else [(name, _spreads(fragment.selection_set))]
        begun.add(name)
        while path:
            current, inner = path[-1]
            following = next((one for one in inner if one in fragments and one not in begun), None)
            if following is None:
                path.pop()
                yield fragments[current]
            else:
                begun.add(following)
                path.append((following, _spreads(fragments[following].selection_set)))


def selections_of(node: SelectionNode) -> SelectionSetNode | None:
    """What stands in a field or an inline fragment."""
    return node.selection_set if isinstance(node, FieldNode | InlineFragmentNode) else None


def refused(code: str, message: str, node: Node | None = None) -> GraphQLError:
    return GraphQLError(message, node, extensions={"code": code})


def too_deep(limits: Limits, node: Node | None = None) -> GraphQLError:
    return refused("TOO_DEEP", f"The document is nested too deeply: at most {limits.depth} levels of fields.", node)


def _too_many(code: str, most: int, what: str, advice: str, node: Node | None = None) -> GraphQLError:
    return refused(f"TOO_MANY_{code}", f"The document holds more than {most:,} {what}. {advice}", node)


def _too_many_values() -> GraphQLError:
    message = f"The variables hold more than {MAX_VALUES:,} values. Send them in several requests."
    return refused("TOO_MANY_VALUES", message)


def _extent(selections: SelectionSetNode, known: dict[str, Extent]) -> Extent:
    _check_repeated(selections)
    fields = depth = chain = roots = 0
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            inner = known.get(node.name.value, Extent())
            chain = max(chain, inner.chain + 1)
        else:
            within = selections_of(node)
            inner = _extent(within, known) if within else Extent()
            chain = max(chain, inner.chain)
        roots += 1 if isinstance(node, FieldNode) else inner.roots
        own = isinstance(node, FieldNode)
        fields += inner.fields + own
        depth = max(depth, inner.depth + own)
    return Extent(fields, depth, chain, roots)


def _check_repeated(selections: SelectionSetNode) -> None:
    many = len(selections.selections)
    if many > MAX_REPEATED:
        different = {(node.alias or node.name).value for node in selections.selections if isinstance(node, FieldNode)}
        different |= {f"...{node.name.value}" for node in selections.selections if isinstance(node, FragmentSpreadNode)}
        inline = sum(isinstance(node, InlineFragmentNode) for node in selections.selections)
        if many - len(different) - inline > MAX_REPEATED or inline > MAX_INLINE:
            message = f"The same fields are repeated in one place more than {MAX_REPEATED} times. Ask once for each."
            raise refused("TOO_MANY_REPEATED", message, selections)


def _spreads(selections: SelectionSetNode) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        elif within := selections_of(node):
            yield from _spreads(within)


def _check_literals(ast: DocumentNode) -> None:
    for definition in ast.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for variable in definition.variable_definitions or ():
                _check_literal(variable.default_value)
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            _check_arguments(definition.selection_set)


def _check_arguments(selections: SelectionSetNode) -> None:
    for node in selections.selections:
        for argument in getattr(node, "arguments", None) or ():
            _check_literal(argument.value)
        if within := selections_of(node):
            _check_arguments(within)


def _check_literal(value: ValueNode | None) -> None:
    if isinstance(value, ListValueNode):
        if len(value.values) > MAX_ITEMS:
            raise _too_long(len(value.values), "A list", value)
        inner: Iterable[ValueNode] = value.values
    elif isinstance(value, ObjectValueNode):
        inner = [field.value for field in value.fields]
    else:
        return
    for item in inner:
        _check_literal(item)


def _too_long(items: int, place: str, node: Node | None = None) -> GraphQLError:
    message = f"{place} holds {items:,} items, and a list of input holds at most {MAX_ITEMS:,}. Send it in parts."
    return refused("LIST_TOO_LONG", message, node)


def _place(variables: dict[str, Any], wanted: Any) -> str:
    """Where in the variables this very value stands."""
    waiting: list[tuple[str, Any]] = [("", variables)]
    for path, value in waiting:
        if value is wanted:
            break
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in items:
            if _holds(item):
                waiting.append((f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}", item))
    return f"`{path.removeprefix('.')}`"


def _holds(value: Any) -> bool:
    return isinstance(value, list | dict)
