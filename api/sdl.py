"""The schema in its definition language, with the directives that tell what its fields cost."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLDirective,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
    print_schema,
)
from graphql.utilities import ast_from_value

from api.engine.weights import COST, LIST_SIZE, SIZE, WEIGHT


def printed(schema: GraphQLSchema) -> str:
    """As text, ending with a line feed."""
    text = print_schema(schema) + "\n"
    for place, words in sorted(_said(schema, text), reverse=True):
        text = text[:place] + words + text[place:]
    return text


def _said(schema: GraphQLSchema, text: str) -> Iterator[tuple[int, str]]:
    """The directives, and where in the text they belong."""
    for definition in parse(text).definitions:
        if not isinstance(definition, ObjectTypeDefinitionNode | InputObjectTypeDefinitionNode):
            continue
        kind: Any = schema.type_map[definition.name.value]
        heads = [definition.name, *(getattr(definition, "interfaces", None) or ())]
        places: list[tuple[Any, dict[str, Any]]] = [(heads[-1], kind.extensions)]
        places += [(node.type, kind.fields[node.name.value].extensions) for node in definition.fields or ()]
        yield from ((node.loc.end, words) for node, extensions in places if (words := _words(extensions)))


def _words(extensions: dict[str, Any]) -> str:
    words = ""
    if WEIGHT in extensions:
        words += _directive(COST, {"weight": f"{extensions[WEIGHT]:g}"})
    if SIZE in extensions:
        words += _directive(LIST_SIZE, extensions[SIZE].arguments)
    return words


def _directive(directive: GraphQLDirective, values: dict[str, Any]) -> str:
    written: dict[str, Any] = {name: ast_from_value(value, directive.args[name].type) for name, value in values.items()}
    return f" @{directive.name}({', '.join(f'{name}: {print_ast(node)}' for name, node in written.items())})"
