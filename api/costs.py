"""Costs: what a document would cost, told without running it."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from api.engine.documents import RequestError
from api.engine.execution import Context
from api.engine.limits import MAX_COST, check_variables
from api.engine.types import TOLD
from api.scalars import JSON

SHOWN = 5


@strawberry.type(description="What one field of an operation costs.")
class FieldCost:
    field: str = strawberry.field(description="Its name in the answer: its alias, where it has one.")
    requested: int = strawberry.field(description="What it costs, with everything that is asked for within it.")


@strawberry.type(description="What an operation costs whenever it is run.")
class Cost:
    requested: int = strawberry.field(description="What it costs.")
    limit: int = strawberry.field(description="What one operation may cost at most.")
    fields: list[FieldCost] = strawberry.field(description="What each of its outermost fields costs, in their order.")


def cost(
    info: strawberry.Info[Context, Any],
    document: Annotated[str, strawberry.argument(description="The document, as it would be sent as `query`.")],
    operation_name: Annotated[
        str | None, strawberry.argument(description="Which of its operations, where it holds several.")
    ] = None,
    variables: Annotated[
        JSON | None, strawberry.argument(description="Its variables: those that say how many count.")
    ] = None,
) -> Cost:
    if not info.context.viewer.signed_in:
        message = "Sign in to ask for `cost`: send a key as `Authorization: Bearer …`."
        raise GraphQLError(message, extensions={"code": "UNAUTHENTICATED"})
    given: Any = variables or {}
    if not isinstance(given, dict):
        raise GraphQLError("`variables` is a JSON object, or null.", extensions={"code": "BAD_USER_INPUT"})
    try:
        check_variables(given)
        found = info.context.documents.get(document, operation_name, info.context.document.shelf).cost
    except GraphQLError as error:
        raise _about("variables", [error]) from None
    except RequestError as error:
        raise _about("operationName" if operation_name and error.unresolved else "document", error.errors) from None
    return Cost(
        requested=found.of(given),
        limit=MAX_COST,
        fields=[FieldCost(field=key, requested=requested) for key, requested in found.by_field(given)],
    )


def _about(argument: str, errors: list[GraphQLError]) -> GraphQLError:
    """All that is wrong with an argument, as one error."""
    message = " ".join(error.message for error in errors[:SHOWN])
    return GraphQLError(f"`{argument}`: {message}", extensions={"code": (errors[0].extensions or {})["code"]})


DESCRIPTION = (
    "What a document would cost, without running it: with these variables, field by field. "
    "Every answer says the same of itself in `extensions.cost`, with what is left.\n\nFor everyone who has signed in."
)
TOLD["cost"] = strawberry.field(resolver=cost, description=DESCRIPTION)
