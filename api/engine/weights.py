"""What each field weighs, and how long each list is taken to be: derived from how the fields are declared.

The schema says it with the directives of the GraphQL Cost Directives specification (https://ibm.github.io/graphql-specs):

- an object weighs 1, unless it is made of columns of the row it stands in; so do values computed in SQL or Python
- a column, an enum and an id weigh nothing; `totalCount` weighs 5, a mutation and the field `cost` 10, and many
  mutations at once 10 for each item; an export is paid for when it is asked for, by 1,000
- a connection is as long as `first` or `last` says, 20 otherwise; a plain list is taken to hold 10

Introspection is read from memory: its objects weigh a fiftieth, and its lists are as long as this schema's.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from api.engine.fields import CustomFields, Decided, Embedded, Expression
from api.engine.types import DEFAULT_PAGE, TOLD, Entity, entity_of

COUNT = 5
MUTATION = 10
EXPORT = 1_000
PLAIN_LIST = 10
INTROSPECTION = 0.02
INTROSPECTED = {"types": 400, "fields": 12, "args": 4, "inputFields": 8, "enumValues": 6, "directives": 8}
SIZED = ("edges", "nodes")
PAGE = ("first", "last")
WEIGHT, SIZE = "weight", "list size"

_NAMES = GraphQLList(GraphQLNonNull(GraphQLString))
COST = GraphQLDirective(
    "cost",
    [
        DirectiveLocation.FIELD_DEFINITION,
        DirectiveLocation.OBJECT,
        DirectiveLocation.INPUT_FIELD_DEFINITION,
    ],
    {
        "weight": GraphQLArgument(
            GraphQLNonNull(GraphQLString), description="A number. On a field of input: for each item of its list."
        )
    },
    description="What it adds to the cost of an operation, where that is not what its kind always adds.",
)
LIST_SIZE = GraphQLDirective(
    "listSize",
    [DirectiveLocation.FIELD_DEFINITION],
    {
        "assumedSize": GraphQLArgument(GraphQLInt, description="How many items there are taken to be."),
        "slicingArguments": GraphQLArgument(
            _NAMES, description="The arguments that say how many: a number, or a list that is as long."
        ),
        "sizedFields": GraphQLArgument(_NAMES, description="The fields within that are lists of this size."),
        "requireOneSlicingArgument": GraphQLArgument(
            GraphQLBoolean, default_value=True, description="Whether one of the arguments has to be given."
        ),
    },
    description="How long a list is taken to be when the cost of an operation is computed.",
)


@dataclass(frozen=True)
class ListSize:
    """How long a field's list is, or the lists `sized` within its object."""

    assumed: int
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """As the directive says it."""
        said = {"assumedSize": self.assumed, "slicingArguments": self.slicing, "sizedFields": self.sized}
        given = {name: value for name, value in said.items() if value}
        return {**given, "requireOneSlicingArgument": False} if self.slicing else given


def declare(schema: GraphQLSchema) -> None:
    """Write the weights into the extensions of types and fields, and the directives into the schema."""
    schema.directives = (*schema.directives, COST, LIST_SIZE)
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        if kind.name == "PageInfo" or kind.name.endswith("Edge"):
            kind.extensions[WEIGHT] = 0
        entity = entity_of(kind.name)
        for name, field in kind.fields.items():
            _declare_field(schema, kind, name, field, entity)


def weight_of(field: GraphQLField) -> float:
    """What a field adds once, or for each item where it is a list."""
    weight: float | None = field.extensions.get(WEIGHT)
    if weight is not None:
        return weight
    inner = get_named_type(field.type)
    if is_leaf_type(inner):
        return 0
    if inner.name.startswith("__"):
        return INTROSPECTION
    return float(inner.extensions.get(WEIGHT, 1))


def size_of(name: str, field: GraphQLField) -> ListSize | None:
    """How long the list is that a field gives; None where it is none, or as long as the object around it says."""
    if get_named_type(field.type).name.startswith("__"):
        return ListSize(INTROSPECTED.get(name, 3)) if is_list_type(get_nullable_type(field.type)) else None
    return field.extensions.get(SIZE)


def _declare_field(  # noqa: C901 -- one clause per kind of field
    schema: GraphQLSchema, kind: GraphQLObjectType, name: str, field: GraphQLField, entity: Entity | None
) -> None:
    if kind is schema.mutation_type:
        _declare_mutation(name, field)
        return
    declared = entity.by_name[name][1] if entity is not None and name in entity.by_name else None
    inner = get_named_type(field.type)
    listed = is_list_type(get_nullable_type(field.type)) and not is_leaf_type(inner)
    if kind is schema.query_type and name in TOLD:
        field.extensions[WEIGHT] = MUTATION
    elif kind is schema.query_type and name == "nodes":
        field.extensions[SIZE] = ListSize(PLAIN_LIST, ("ids",))
    elif inner.name.endswith("Connection"):
        field.extensions[SIZE] = ListSize(DEFAULT_PAGE, PAGE, SIZED)
    elif kind.name.endswith("Connection"):
        if name == "totalCount":
            field.extensions[WEIGHT] = COUNT
    elif isinstance(declared, CustomFields):
        field.extensions[SIZE] = ListSize(PLAIN_LIST, ("keys",))
    elif listed:
        field.extensions[SIZE] = ListSize(PLAIN_LIST)
    elif isinstance(declared, Embedded):
        field.extensions[WEIGHT] = 0
    elif isinstance(declared, Expression | Decided) and is_leaf_type(inner):
        field.extensions[WEIGHT] = 1


def _declare_mutation(name: str, field: GraphQLField) -> None:
    bulk = is_list_type(get_nullable_type(field.type))
    if bulk:
        field.extensions[SIZE] = ListSize(PLAIN_LIST, ("input.items",))
    else:
        field.extensions[WEIGHT] = EXPORT if name == "exportOperation" else MUTATION
    for argument in field.args.values():
        inner = get_named_type(argument.type)
        for given in inner.fields.values() if isinstance(inner, GraphQLInputObjectType) else ():
            if is_list_type(get_nullable_type(given.type)) and not is_leaf_type(get_named_type(given.type)):
                given.extensions[WEIGHT] = MUTATION if bulk else 1


def weighted_lists(field: GraphQLField) -> list[tuple[tuple[str, ...], float]]:
    """The lists in a field's input whose every item weighs something, by their paths."""
    return [
        ((name, inner), given.extensions[WEIGHT])
        for name, argument in field.args.items()
        if isinstance(kind := get_named_type(argument.type), GraphQLInputObjectType)
        for inner, given in kind.fields.items()
        if WEIGHT in given.extensions
    ]
