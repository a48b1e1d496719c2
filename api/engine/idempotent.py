"""`@idempotent(key:)`: the directive, and where it may stand."""

from typing import Any

from graphql import (
    DirectiveLocation,
    DirectiveNode,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLError,
    GraphQLNonNull,
    GraphQLString,
    ValidationRule,
)

LONGEST_KEY = 255
IDEMPOTENT = GraphQLDirective(
    "idempotent",
    [DirectiveLocation.FIELD],
    {
        "key": GraphQLArgument(
            GraphQLNonNull(GraphQLString),
            description=f"A name of your own for what is to be done, at most {LONGEST_KEY} characters: a random UUID.",
        )
    },
    description=(
        "On a mutation: whoever sends it again under the same key within 24 hours gets the first answer, and it is not "
        "done again. Another mutation, input or selection under the same key is refused with the code "
        "IDEMPOTENCY_KEY_REUSED. Keys are each person's and each app's own."
    ),
)


class IdempotentMutationsRule(ValidationRule):
    """What changes nothing needs no key, and would wrongly be thought to be kept."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value != IDEMPOTENT.name:
            return
        if self.context.get_parent_type() is not self.context.schema.mutation_type:
            self.report_error(GraphQLError("`@idempotent` stands on the fields of a mutation, nowhere else.", node))
