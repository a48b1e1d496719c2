"""Which queries can be exported: those that ask for one list, from its beginning to its end.

The query of a page is written from the client's own: the same fields, filter and order, a page of its own making.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    ConstDirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    NamedTypeNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    print_ast,
    separate_operations,
    visit,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields, collect_subfields

from api.engine.documents import Document, RequestError, Shelf
from api.engine.limits import MAX_COST
from api.engine.types import MAX_PAGE

LIST, ROWS, PAGE, TOTAL = "list", "rows", "page", "total"
"""What the parts of a page are called in its answer."""
SIZES = (MAX_PAGE, 50, 20, 10, 5, 2, 1)
BACKWARD = ("last", "before")
PAGING = ("first", "after", *BACKWARD)
BY_ID = "ID"


@dataclass(frozen=True)
class Listed:
    """A list that can be exported: its name in the schema, and the queries of its first page and of the others.

    The first also counts the whole list. `after` and `size` are the variables that take a cursor and a page's size;
    a page is as large as costs allow.
    """

    root: str
    after: str
    size: str
    first: Document
    next: Document
    variables: dict[str, Any]
    largest: int

    def page(self, cursor: str | None, size: int) -> tuple[Document, dict[str, Any]]:
        """What to ask for the page after the cursor, or for the first."""
        document = self.first if cursor is None else self.next
        return document, {**self.variables, self.after: cursor, self.size: min(size, self.largest)}


def listed(document: Document, variables: dict[str, Any]) -> Listed:
    """The list that the document asks for, or a RequestError that says why it can't be exported."""
    if document.operation.operation is not OperationType.QUERY:
        raise _no("Only a query can be exported.", document.operation)
    return _Asked(document, variables).listed()


class _Asked:
    """What one query asks for, with these variables."""

    def __init__(self, document: Document, variables: dict[str, Any]) -> None:
        self.document = document
        self.given = variables
        self.variables = document.coerce(variables)
        self.after, self.size = (self._free_name(name) for name in ("after", "size"))

    def listed(self) -> Listed:
        name, group = self._root()
        node = group[0].node
        self._check_arguments(node)
        rows = [_row(one) for one in self._rows(self._query.fields[name], group)]
        page = _field("pageInfo", PAGE, [_field("hasNextPage"), _field("endCursor")])
        total = _field("totalCount", TOTAL)
        arguments = self._arguments(node)
        first, following = (
            self._document(_field(name, LIST, selections, arguments))
            for selections in ([total, *rows, page], [*rows, page])
        )
        costs = {size: first.cost.of({**self.given, self.size: size}) for size in SIZES}
        largest = next((size for size, cost in costs.items() if cost <= MAX_COST), None)
        if largest is None:
            raise _no(
                f"A single row costs {costs[1]:,}; a page may cost {MAX_COST:,}. Ask for fewer rows within.", node
            )
        return Listed(name, self.after, self.size, first, following, self.given, largest)

    @property
    def _query(self) -> GraphQLObjectType:
        kind = self.document.schema.query_type
        assert kind is not None  # noqa: S101 -- a schema has a query type
        return kind

    def _root(self) -> tuple[str, list[FieldDetails]]:
        """The one list of the query."""
        document = self.document
        groups = collect_fields(
            document.schema, document.fragments, self.variables, self._query, document.operation
        ).grouped_field_set
        fields = {key: group for key, group in groups.items() if group[0].node.name.value != "__typename"}
        if len(fields) != 1:
            nodes: list[Any] = [group[0].node for group in fields.values()][1:] or [document.operation]
            raise _no(f"An export is of one list; this query asks for {len(fields) or 'none'}.", *nodes)
        [group] = fields.values()
        name = group[0].node.name.value
        if name not in self._query.fields or "orderBy" not in self._query.fields[name].args:
            raise _no(f"`{name}` is no list. Lists are: {', '.join(self._lists())}.", group[0].node)
        return name, group

    def _lists(self) -> Iterable[str]:
        return (name for name, field in self._query.fields.items() if "orderBy" in field.args)

    def _check_arguments(self, node: FieldNode) -> None:
        for argument in node.arguments or ():
            name = argument.name.value
            if name in (*BACKWARD, "after") and not self._is_null(argument):
                message = (
                    f"An export has the whole list: leave `{name}` out. Choose rows by `where`, order by `orderBy`."
                )
                raise _no(message, argument)

    def _is_null(self, argument: ArgumentNode) -> bool:
        if isinstance(argument.value, VariableNode):
            return self.variables.coerced.get(argument.value.name.value) is None
        return isinstance(argument.value, NullValueNode)

    def _rows(self, definition: GraphQLField, group: list[FieldDetails]) -> list[FieldNode]:
        """The selections that a line is made of. What speaks of the page has no place in it."""
        kind = _object(definition)
        asked = [
            (name, fields)
            for fields in self._selected(kind, group)
            if (name := fields[0].node.name.value) in ("nodes", "edges")
        ]
        if len(asked) != 1:
            raise _no("Ask for the rows once: by `nodes { … }`, or by `edges { node { … } }`.", group[0].node)
        [(name, fields)] = asked
        if name == "nodes":
            return [one.node for one in fields]
        edge = _object(kind.fields["edges"])
        nodes = [inner for inner in self._selected(edge, fields) if inner[0].node.name.value == "node"]
        if len(nodes) != 1:
            raise _no("Ask for the rows once: by `edges { node { … } }`.", fields[0].node)
        return [one.node for one in nodes[0]]

    def _selected(self, kind: GraphQLObjectType, group: list[FieldDetails]) -> Iterable[list[FieldDetails]]:
        document = self.document
        found = collect_subfields(
            document.schema, document.fragments, self.variables, document.operation, kind, group
        ).grouped_field_set
        return found.values()

    def _free_name(self, name: str) -> str:
        """A name for a variable of ours."""
        taken = {definition.variable.name.value for definition in self.document.operation.variable_definitions or ()}
        while name in taken:
            name += "_"
        return name

    def _arguments(self, node: FieldNode) -> list[ArgumentNode]:
        """Without an order of the client's the list goes by id, which never changes: no row is lost or doubled."""
        kept = [one for one in node.arguments or () if one.name.value not in PAGING]
        if all(one.name.value != "orderBy" or self._is_null(one) for one in kept):
            kept = [one for one in kept if one.name.value != "orderBy"]
            by_id = ObjectValueNode(fields=(ObjectFieldNode(name=_name("field"), value=EnumValueNode(value=BY_ID)),))
            kept.append(ArgumentNode(name=_name("orderBy"), value=by_id))
        ours = {"first": self.size, "after": self.after}
        return kept + [
            ArgumentNode(name=_name(argument), value=VariableNode(name=_name(variable)))
            for argument, variable in ours.items()
        ]

    def _document(self, root: FieldNode) -> Document:
        """A query of one root field, without the fragments and variables that it has no use for."""
        fragments = [node for node in self.document.ast.definitions if isinstance(node, FragmentDefinitionNode)]
        [needed] = separate_operations(DocumentNode(definitions=(_query(root, ()), *fragments))).values()
        used = _Used()
        visit(needed, used)
        ours = [
            VariableDefinitionNode(variable=VariableNode(name=_name(name)), type=NamedTypeNode(name=_name(kind)))
            for name, kind in ((self.size, "Int"), (self.after, "String"))
        ]
        theirs = self.document.operation.variable_definitions or ()
        variables = [one for one in theirs if one.variable.name.value in used.names]
        rest = [node for node in needed.definitions if isinstance(node, FragmentDefinitionNode)]
        ast = DocumentNode(definitions=(_query(root, [*variables, *ours]), *rest))
        return Document(self.document.schema, print_ast(ast), None, Shelf.REGISTERED)


class _Used(Visitor):
    """The variables that a document uses."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:  # noqa: ANN401 -- the visitor's signature
        self.names.add(node.name.value)


def _query(root: FieldNode, variables: Sequence[VariableDefinitionNode]) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=_name("Export"),
        variable_definitions=tuple(variables),
        selection_set=SelectionSetNode(selections=(root,)),
    )


def _row(node: FieldNode) -> FieldNode:
    """The same selection of a row. Whether it is included is decided already."""
    assert node.selection_set is not None  # noqa: S101 -- rows are objects
    return _field("nodes", ROWS, node.selection_set.selections)


def _field(
    name: str, alias: str | None = None, selections: Sequence[Any] = (), arguments: Sequence[ArgumentNode] = ()
) -> FieldNode:
    none: tuple[ConstDirectiveNode, ...] = ()
    return FieldNode(
        alias=_name(alias) if alias else None,
        name=_name(name),
        arguments=tuple(arguments),
        directives=none,
        selection_set=SelectionSetNode(selections=tuple(selections)) if selections else None,
    )


def _name(text: str) -> NameNode:
    return NameNode(value=text)


def _object(field: GraphQLField) -> GraphQLObjectType:
    kind = get_named_type(field.type)
    assert isinstance(kind, GraphQLObjectType)  # noqa: S101 -- a connection and what is in it
    return kind


def _no(message: str, *nodes: Any) -> RequestError:  # noqa: ANN401 -- nodes of any kind
    return RequestError([GraphQLError(message, list(nodes))])
