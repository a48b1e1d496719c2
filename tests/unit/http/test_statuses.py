"""Which status an answer has, by today's text of GraphQL over HTTP and by the one to come."""

import pytest

from api.engine.execution import Answer
from api.http.media import JSON, RESPONSE
from api.http.statuses import Statuses

WHOLE = Answer((b'{"data":{"tenant":null}',))
PARTIAL = Answer((b'{"errors":[{"message":"no"}],"data":{"tenant":null}',))
NOTHING = Answer((b'{"errors":[{"message":"no"}],"data":null',))
INVALID = Answer((b'{"errors":[{"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]',), executed=False)
NO_GRAPHQL = Answer((b'{"errors":[{"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]',), executed=False)


@pytest.mark.parametrize(
    ("answer", "current", "draft"),
    [(WHOLE, 200, 200), (PARTIAL, 200, 294), (NOTHING, 200, 200), (INVALID, 400, 422), (NO_GRAPHQL, 400, 400)],
)
def test_the_text_to_come_tells_more_apart(answer, current, draft):
    assert [statuses.of(answer, RESPONSE) for statuses in Statuses] == [current, draft]


@pytest.mark.parametrize("answer", [WHOLE, PARTIAL, NOTHING, INVALID, NO_GRAPHQL])
def test_plain_json_is_always_a_success(answer):
    assert [statuses.of(answer, JSON) for statuses in Statuses] == [200, 200]
