"""Whether data fit their document: graphql-core completes them once more, from the committed schema alone."""

from graphql import build_schema, execute, parse
from graphql.language import FieldNode, NameNode, SelectionSetNode, Visitor, print_ast, visit

from api.schema import schema
from tests.processes import REPOSITORY

COMMITTED = build_schema((REPOSITORY / "api" / "schema.graphql").read_text())
TYPENAME = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())


def _read_back(name):
    """What leaves as a scalar is what the scalar takes."""
    read = schema().type_map[name].parse_value

    def serialized(value):
        read(value)
        return value

    return serialized


for scalar in ("DateTime", "Date", "LocalDateTime", "Duration", "TimeZone", "Decimal", "EmailAddress", "URL", "Locale"):
    if scalar in COMMITTED.type_map:
        COMMITTED.type_map[scalar].serialize = _read_back(scalar)


def misfits(source, variables, data, met=None):
    """What is missing, too much, null where it may not be, or not of its type. Objects have to say `__typename`.

    `met` learns of which types which fields were there.
    """

    def value_of(value, info, **arguments):
        if met is not None:
            met.add((info.parent_type.name, info.field_name))
        return value[info.path.key]

    told = execute(
        COMMITTED,
        parse(source),
        data,
        variable_values=variables,
        field_resolver=value_of,
        type_resolver=lambda value, info, kind: value["__typename"],
    )
    if told.errors:
        return [f"{error.path}: {error.message or type(error.original_error)}" for error in told.errors]
    return [] if told.data == data else [f"{told.data} would have been the data"]


class _Named(Visitor):
    def leave_selection_set(self, node, *_):
        return SelectionSetNode(selections=(*node.selections, TYPENAME))


def with_typenames(source):
    """The document, whose objects all say their type."""
    return print_ast(visit(parse(source), _Named()))
