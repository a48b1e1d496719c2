"""`--http-statuses` and COLLEGIUM_HTTP_STATUSES: which status an answer has on the wire of a running server."""

import httpx
import pytest

from api.http.media import JSON, RESPONSE
from tests.attacks import NOBODYS
from tests.e2e.answered import said
from tests.processes import Started

pytestmark = pytest.mark.slow

WHOLE = "{ tenant { name } }"
PARTIAL = f'{{ tenant {{ name }} key(id: "key_{NOBODYS}") {{ id }} }}'
NOTHING = "{ tenant { name } keys { totalCount } }"
UNFIT = "{ no }"
UNGIVEN = "query ($id: ID!) { node(id: $id) { id } }"
NO_GRAPHQL = "{"
ALL = (WHOLE, PARTIAL, NOTHING, UNFIT, UNGIVEN, NO_GRAPHQL)
CURRENT = [200, 200, 200, 400, 400, 400]
DRAFT = [200, 294, 200, 422, 422, 400]


@pytest.fixture
def asked(administrator_url, learner, tmp_path):
    """Whatever a learner asks of a server that was started by these words, by GET and by POST."""

    def asked(*words, accept=RESPONSE, documents=ALL, **given):
        settings = {"DATABASE_URL": administrator_url, "COLLEGIUM_HOME": str(tmp_path), "PORT": "0"}
        headers = {"host": learner.host, "accept": accept, **learner.headers}
        with Started("serve", "--no-worker", *words, log=tmp_path / "log", **settings, **given) as server:
            url = server.says(r"(http://127\.0\.0\.1:\d+/graphql)")[1]
            with httpx.Client(headers=headers, trust_env=False) as http:
                by_get = [http.get(url, params={"query": document}) for document in documents]
                by_post = [http.post(url, json={"query": document}) for document in documents]
        assert list(map(said, by_get)) == list(map(said, by_post))
        assert [one.status_code for one in by_get] == [one.status_code for one in by_post]
        assert {one.headers["content-type"] for one in by_get + by_post} == {f"{accept}; charset=utf-8"}
        return by_post

    return asked


def statuses(responses):
    return [response.status_code for response in responses]


def test_the_switch_tells_apart_what_today_is_one(asked):
    assert statuses(asked("--http-statuses", "draft")) == DRAFT


def test_the_environment_tells_it_too(asked):
    assert statuses(asked(COLLEGIUM_HTTP_STATUSES="draft")) == DRAFT


def test_without_it_the_statuses_are_those_of_today(asked):
    assert statuses(asked()) == CURRENT


def test_who_accepts_plain_json_is_answered_by_200(asked):
    assert statuses(asked("--http-statuses", "draft", accept=JSON)) == [200] * len(ALL)


def test_an_answer_that_lacks_something_says_what_and_holds_the_rest(asked):
    [partial] = asked("--http-statuses", "draft", documents=[PARTIAL])

    assert partial.status_code == 294
    assert said(partial) == {
        "errors": [
            {
                "message": "You may not ask for `key`. For: tenant admin; apps with the scope `settings:read`.",
                "locations": [{"line": 1, "column": 19}],
                "path": ["key"],
                "extensions": {"code": "FORBIDDEN"},
            }
        ],
        "data": {"tenant": {"name": "Acme"}, "key": None},
    }


def test_what_does_not_fit_says_why_and_holds_no_data(asked):
    unfit, ungiven, no_graphql = asked("--http-statuses", "draft", documents=[UNFIT, UNGIVEN, NO_GRAPHQL])

    told = [
        (one.status_code, said(one).keys(), [error["extensions"]["code"] for error in said(one)["errors"]])
        for one in (unfit, ungiven, no_graphql)
    ]
    assert told == [
        (422, {"errors"}, ["GRAPHQL_VALIDATION_FAILED"]),
        (422, {"errors"}, ["BAD_USER_INPUT"]),
        (400, {"errors"}, ["GRAPHQL_PARSE_FAILED"]),
    ]
