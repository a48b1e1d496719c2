"""What may be cached, by whom, and when it has to be asked for again."""

import pytest

from api.http.media import JSON, RESPONSE
from tests.e2e.documents.asking import ANSWER, NAME, an_app, data, get, hash_of, post

VARY = "Accept, Authorization, Host"


def told(response):
    return {name: response.headers.get(name) for name in ("cache-control", "vary")}


async def test_what_a_visitor_sees_is_public_for_a_short_while(visitor):
    response = await get(visitor, query=NAME)

    assert data(response) == ANSWER
    assert told(response) == {"cache-control": "public, max-age=30", "vary": VARY}


async def test_what_someone_sees_who_signed_in_is_theirs_and_asked_for_again(learner):
    response = await get(learner, query=NAME)

    assert data(response) == ANSWER
    assert told(response) == {"cache-control": "private, no-cache", "vary": VARY}


async def test_where_nothing_has_changed_there_is_no_body(learner, visitor):
    for client in (learner, visitor):
        first = await get(client, query=NAME)
        again = await get(client, {"if-none-match": first.headers["etag"]}, query=NAME)

        assert (again.status_code, again.content) == (304, b"")
        assert told(again) == told(first)
        assert again.headers["etag"] == first.headers["etag"]
        assert {"content-type", "content-length"} & again.headers.keys() == set()


@pytest.mark.parametrize("known", ["*", 'W/"other", {tag}', "{strong}"])
async def test_a_client_may_know_several_answers(learner, known):
    tag = (await get(learner, query=NAME)).headers["etag"]
    known = known.format(tag=tag, strong=tag.removeprefix("W/"))

    assert (await get(learner, {"if-none-match": known}, query=NAME)).status_code == 304


async def test_where_something_has_changed_it_is_told(admin):
    first = await get(admin, query=NAME)
    await admin.data('mutation { updateTenant(input: {name: "Other"}) { __typename } }')

    again = await get(admin, {"if-none-match": first.headers["etag"]}, query=NAME)

    assert (again.status_code, data(again)) == (200, {"tenant": {"name": "Other"}})
    assert again.headers["etag"] != first.headers["etag"]


async def test_another_form_of_the_answer_has_another_tag(learner):
    tags = {(await get(learner, {"accept": media}, query=NAME)).headers["etag"] for media in (JSON, RESPONSE)}

    assert len(tags) == 2


async def test_what_is_asked_by_its_id_can_be_cached_alike(http, database, tenant, visitor):
    await an_app(http, database, tenant, NAME)

    response = await get(visitor, documentId=f"sha256:{hash_of(NAME)}")

    assert (data(response), response.headers["cache-control"]) == (ANSWER, "public, max-age=30")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("{ people { nodes { name } } }", id="errors-beside-no-data"),
        pytest.param('{ tenant { name } node(id: "x") { id } people { nodes { name } } }', id="errors-beside-data"),
        pytest.param("{ nothing }", id="no-valid-document"),
        pytest.param("{", id="no-document"),
        pytest.param("", id="nothing"),
        pytest.param("mutation { unlockApp(input: {id: 1}) { __typename } }", id="a-mutation"),
    ],
)
async def test_an_answer_with_errors_is_never_cached(learner, query):
    response = await get(learner, {"if-none-match": "*"}, query=query)

    assert response.status_code != 304
    assert "errors" in response.json()
    assert (response.headers["cache-control"], response.headers.get("etag")) == ("no-store", None)


async def test_who_may_not_come_in_is_not_told_for_later(visitor):
    response = await get(visitor, {"authorization": "Bearer wrong"}, query=NAME)

    assert (response.status_code, response.headers["cache-control"]) == (401, "no-store")


async def test_an_answer_by_post_is_never_cached(learner, visitor):
    for client in (learner, visitor):
        response = await post(client, {"if-none-match": "*"}, query=NAME)

        assert (response.status_code, data(response)) == (200, ANSWER)
        assert (response.headers["cache-control"], response.headers.get("etag")) == ("no-store", None)
