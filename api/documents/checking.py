"""Documents held against the schema before they are registered: every one of them, with everything that is wrong."""

from collections.abc import Sequence
from dataclasses import replace

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode

from api.engine.documents import RequestError, parsed
from tenants.documents import DocumentProblem, NewDocument, refused

LONGEST_SHOWN = 60


def checked(schema: GraphQLSchema, documents: Sequence[NewDocument]) -> list[NewDocument]:
    """The documents, each with what operations it holds; or a refusal that says of each what is wrong with it."""
    good, problems = [], []
    for document in documents:
        try:
            good.append(replace(document, operations=_operations(schema, document)))
        except RequestError as error:
            problems += [_problem(document, one) for one in error.errors]
    if problems:
        raise refused(problems)
    return good


def _operations(schema: GraphQLSchema, document: NewDocument) -> list[str]:
    ast = parsed(schema, document.text)
    operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        raise RequestError([GraphQLError("The document holds no operation.")])
    return [f"{node.operation.value} {node.name.value}" if node.name else node.operation.value for node in operations]


def _problem(document: NewDocument, error: GraphQLError) -> DocumentProblem:
    place = error.locations[0] if error.locations else None
    name = document.id or " ".join(document.text.split())[:LONGEST_SHOWN]
    return DocumentProblem(name, error.message, place and place.line, place and place.column)
