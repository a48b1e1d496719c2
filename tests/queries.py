"""Documents made up from the schema, rewritten with aliases, fragments, directives, variables and real values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import hypothesis_graphql
from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    parse_type,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import strategies as st

from tests.academy import CUSTOM
from tests.attacks import Path, kinds

TEXTS = {
    "DateTime": ["2026-09-01T12:00:00Z", "2026-10-05T07:00:00+02:00", "0002-01-01T00:00:00Z", "9998-12-31T23:59:59Z"],
    "Date": ["2026-09-01", "0002-01-01", "9998-12-31"],
    "LocalDateTime": ["2026-09-01T12:00:00", "2026-03-29T02:30:00", "0002-01-01T00:00:00", "9998-12-31T23:59:59"],
    "Duration": ["P14D", "-PT30M", "PT0S", "P36500D", "-P36500D"],
    "TimeZone": ["Europe/Zurich", "Pacific/Apia"],
    "Decimal": ["12.50", "-0.000000000000001", "999999999999999999999999999999.999"],
    "EmailAddress": ["ada@example.org"],
    "URL": ["https://example.org/"],
    "Locale": ["en", "zh-Hant-TW"],
    "JSON": ["{}"],
}
EVER_NEW = ("Viewer", "position")
"""The field that has another value at each request."""
MAX_DEPTH = 5
KEYS = list(CUSTOM.values())


@dataclass
class Rewriting:
    """One document on its way: what was drawn for it, and what it collected. `own`: ids of rows, by their type.

    `open_input`: a mutation's input is the variable `input`, for whoever asks to fill in.
    """

    schema: GraphQLSchema
    draw: Any
    own: dict[str, list[str]]
    open_input: bool = False
    fragments: list[FragmentDefinitionNode] = field(default_factory=list)
    definitions: dict[str, VariableDefinitionNode] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fields: int = 0

    @property
    def ids(self) -> list[str]:
        return [one for some in self.own.values() for one in some]

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def selections(self, kind: Any, given: SelectionSetNode, depth: int) -> SelectionSetNode:
        selections = []
        for node in given.selections:
            if isinstance(node, FieldNode):
                if (kind.name, node.name.value) != EVER_NEW:
                    selections += self.renamed(kind, node, depth)
            elif isinstance(node, InlineFragmentNode):
                inner = self.schema.type_map[node.type_condition.name.value]
                chosen = self.selections(inner, node.selection_set, depth)
                selections.append(
                    InlineFragmentNode(type_condition=node.type_condition, selection_set=chosen, directives=())
                )
        typename = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())
        wrapped = self.wrapped(kind, [*selections, typename])
        return SelectionSetNode(selections=(*wrapped, typename) if is_abstract_type(kind) else tuple(wrapped))

    def wrapped(self, kind: Any, selections: list[Any]) -> list[Any]:
        """Some of the selections behind a fragment, with or without a name; some twice."""
        if not self.chance():
            return selections
        cut = self.draw(st.integers(0, len(selections) - 1))
        moved, kept = selections[cut:], selections[:cut]
        condition = NamedTypeNode(name=NameNode(value=kind.name))
        chosen = SelectionSetNode(selections=tuple(moved))
        if self.chance():
            return [
                *kept,
                InlineFragmentNode(type_condition=condition, selection_set=chosen, directives=self.directives()),
            ]
        name = NameNode(value=f"F{len(self.fragments)}")
        self.fragments.append(
            FragmentDefinitionNode(
                name=name, type_condition=condition, selection_set=chosen, directives=(), variable_definitions=()
            )
        )
        spread = FragmentSpreadNode(name=name, directives=self.directives(), arguments=())
        return [*kept, spread, spread] if self.chance() else [*kept, spread]

    def renamed(self, kind: Any, node: FieldNode, depth: int) -> list[FieldNode]:
        definition = kind.fields.get(node.name.value)
        if definition is None:
            return []
        inner = None
        if node.selection_set is not None:
            if depth == 0:
                return []
            inner = self.selections(get_named_type(definition.type), node.selection_set, depth - 1)
        given = {one.name.value: one for one in node.arguments or () if one.name.value not in ("after", "before")}
        for name, other in (("first", "last"), ("id", "externalRef")):
            if name in given:
                given.pop(other, None)
        self.fields += 1
        return [
            FieldNode(
                name=node.name,
                alias=NameNode(value=f"a{self.fields}"),
                arguments=tuple(self.argument(node.name.value, definition, one) for one in given.values()),
                directives=self.directives() + (self.idempotent() if kind is self.schema.mutation_type else ()),
                selection_set=inner,
            )
        ]

    def argument(self, name: str, field: GraphQLField, node: ArgumentNode) -> ArgumentNode:
        kind, value = field.args[node.name.value].type, node.value
        if node.name.value in ("first", "last"):
            value = IntValueNode(value=str(self.draw(st.integers(0, 5))))
        elif node.name.value == "id" and not isinstance(value, NullValueNode):
            value = StringValueNode(value=self.draw(st.sampled_from(self.ids)))
        elif node.name.value == "ids":
            chosen = self.draw(st.lists(st.sampled_from(self.ids), max_size=4))
            return self.as_variable(kind, node.name, chosen)
        elif node.name.value == "keys":
            return self.as_variable(kind, node.name, self.draw(st.lists(st.sampled_from([*KEYS, "unknown"]))))
        elif node.name.value == "orderBy" and "customField" in get_named_type(kind).fields:
            value = self.one_order(value)
        elif node.name.value == "where":
            value = self.with_keys(value)
        elif node.name.value == "input" and self.open_input:
            return self.as_variable(kind, node.name, None, name="input")
        elif node.name.value == "input":
            value = self.with_ids(name, field, kind, value, ("input",))
        if self.chance():
            return self.as_variable(kind, node.name, value_from_ast_untyped(value))
        return ArgumentNode(name=node.name, value=value)

    def one_order(self, value: Any) -> Any:
        """By a field or by a custom field, where hypothesis names both or neither."""
        given = {one.name.value: one for one in getattr(value, "fields", ())}
        if not isinstance(value, ObjectValueNode):
            return value
        given.pop("customField", None)
        if self.chance() or isinstance(getattr(given.get("field"), "value", NullValueNode()), NullValueNode):
            given.pop("field", None)
            key = self.draw(st.sampled_from([*KEYS, *KEYS, "unknown"]))
            given["customField"] = ObjectFieldNode(name=NameNode(value="customField"), value=StringValueNode(value=key))
        return ObjectValueNode(fields=tuple(given.values()))

    def with_keys(self, value: Any) -> Any:
        """The filter with custom fields that there are, mostly compared as what they are."""
        if isinstance(value, ListValueNode):
            return ListValueNode(values=tuple(self.with_keys(item) for item in value.values))
        if not isinstance(value, ObjectValueNode):
            return value
        given = {one.name.value: one for one in value.fields}
        kinds = [kind for kind in CUSTOM if kind in given and not isinstance(given[kind].value, NullValueNode)]
        if isinstance(getattr(given.get("key"), "value", None), StringValueNode) and kinds:
            key = self.draw(st.sampled_from([CUSTOM[kinds[0]]] * 5 + KEYS))
            named = ObjectFieldNode(name=NameNode(value="key"), value=StringValueNode(value=key))
            return ObjectValueNode(fields=(named, given[kinds[0]]))
        return ObjectValueNode(
            fields=tuple(ObjectFieldNode(name=one.name, value=self.with_keys(one.value)) for one in value.fields)
        )

    def with_ids(self, name: str, field: GraphQLField, kind: GraphQLInputType, value: Any, path: Path) -> Any:
        """The input of a mutation, naming rows that there are; mostly of the right type."""
        kind = get_nullable_type(kind)
        if isinstance(value, ListValueNode) and is_list_type(kind):
            return ListValueNode(
                values=tuple(self.with_ids(name, field, kind.of_type, item, (*path, 0)) for item in value.values)
            )
        if isinstance(value, ObjectValueNode) and isinstance(kind, GraphQLInputObjectType):
            given = [(one, kind.fields[one.name.value].type) for one in value.fields]
            return ObjectValueNode(
                fields=tuple(
                    ObjectFieldNode(
                        name=one.name, value=self.with_ids(name, field, inner, one.value, (*path, one.name.value))
                    )
                    for one, inner in given
                )
            )
        if get_named_type(kind) is not GraphQLID or isinstance(value, NullValueNode):
            return value
        right = self.own.get(kinds(path, name, field, self.own)[0], [])
        mostly = right if right and self.draw(st.integers(0, 5)) else self.ids
        return StringValueNode(value=self.draw(st.sampled_from(mostly)))

    def as_variable(self, kind: GraphQLInputType, argument: NameNode, value: Any, *, name: str = "") -> ArgumentNode:
        name = NameNode(value=name or f"v{len(self.variables)}")
        variable = VariableNode(name=name)
        self.definitions[name.value] = VariableDefinitionNode(
            variable=variable, type=parse_type(str(kind)), directives=()
        )
        self.variables[name.value] = value
        return ArgumentNode(name=argument, value=variable)

    def directives(self) -> tuple[DirectiveNode, ...]:
        if self.draw(st.integers(0, 3)) != 0:
            return ()
        name = NameNode(value=self.draw(st.sampled_from(["skip", "include"])))
        condition = NameNode(value="if")
        truth = self.chance()
        if self.chance():
            boolean = GraphQLNonNull(self.schema.type_map["Boolean"])
            return (DirectiveNode(name=name, arguments=(self.as_variable(boolean, condition, truth),)),)
        argument = ArgumentNode(name=condition, value=BooleanValueNode(value=truth))
        return (DirectiveNode(name=name, arguments=(argument,)),)

    def idempotent(self) -> tuple[DirectiveNode, ...]:
        if self.draw(st.integers(0, 7)) != 0:
            return ()
        key = StringValueNode(value=str(self.draw(st.integers(0, 10**9))))
        return (
            DirectiveNode(
                name=NameNode(value="idempotent"), arguments=(ArgumentNode(name=NameNode(value="key"), value=key),)
            ),
        )


def queries(
    schema: GraphQLSchema, own: dict[str, list[str]], fields: Sequence[str] | None = None
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Documents with their variables. Where they name rows, they name some of `own`."""
    return _rewritten(schema, schema.query_type, hypothesis_graphql.queries, own, fields)


def mutations(
    schema: GraphQLSchema, own: dict[str, list[str]], fields: Sequence[str] | None = None, *, open_input: bool = False
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """As `queries`. With an open input, it is null in the variables."""
    return _rewritten(schema, schema.mutation_type, hypothesis_graphql.mutations, own, fields, open_input=open_input)


def _rewritten(
    schema: GraphQLSchema,
    root: GraphQLObjectType,
    documents: Callable[..., Any],
    own: dict[str, list[str]],
    fields: Sequence[str] | None,
    *,
    open_input: bool = False,
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    scalars = {name: st.sampled_from([StringValueNode(value=text) for text in texts]) for name, texts in TEXTS.items()}
    of = partial(documents, schema, fields=fields, custom_scalars=scalars, allow_x00=False, print_ast=lambda tree: tree)
    made_up = of(allow_null=True) | of(allow_null=False)

    @st.composite
    def rewritten(draw: Any) -> tuple[str, dict[str, Any]]:
        document: DocumentNode = draw(made_up)
        (operation,) = document.definitions
        rewriting = Rewriting(schema, draw, own, open_input)
        chosen = rewriting.selections(root, operation.selection_set, MAX_DEPTH)
        query = OperationDefinitionNode(
            operation=operation.operation,
            selection_set=chosen,
            variable_definitions=tuple(rewriting.definitions.values()),
            directives=(),
        )
        return print_ast(DocumentNode(definitions=(query, *rewriting.fragments))), rewriting.variables

    return rewritten()
