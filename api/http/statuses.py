"""The status of an answer: that of today's text of GraphQL over HTTP, or of the one to come.

The text to come tells apart what is no GraphQL (400) from what does not fit the schema (422), and whole answers (200)
from those that lack something (294). Clients that took all but 200 and 400 for a broken connection would break: it is
the operator's to switch on.
"""

from enum import StrEnum

from api.engine.execution import Answer
from api.http.media import JSON

UNPROCESSABLE = 422
PARTIAL = 294
NO_GRAPHQL = b"GRAPHQL_PARSE_FAILED"
WITHOUT_DATA = b'"data":null}'


class Statuses(StrEnum):
    """Which text the statuses of answers follow."""

    CURRENT = "current"
    DRAFT = "draft"

    def of(self, answer: Answer, media: str) -> int:
        """Clients that accept plain JSON get 200 for whatever is an answer of GraphQL."""
        if media == JSON:
            return 200
        if not answer.executed:
            draft = self is Statuses.DRAFT and NO_GRAPHQL not in answer.body
            return UNPROCESSABLE if draft else 400
        partial = not answer.good and not answer.body.endswith(WITHOUT_DATA)
        return PARTIAL if self is Statuses.DRAFT and partial else 200
