"""GraphQL over HTTP: methods, media types, sizes and status codes."""

import json
from urllib.parse import quote

import httpx
import pytest

from api.app import application
from api.http import MAX_BODY
from api.http.statuses import Statuses
from tests.e2e.answered import problem, said

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
ASK = "{ tenant { name } }"
ANSWER = {"data": {"tenant": {"name": "Acme"}}}
RENAME = 'mutation { updateTenant(input: {name: "Other"}) { __typename } }'


# Methods.


async def test_a_query_is_asked_by_get_and_by_post(send, post):
    by_get = await send("GET", params={"query": ASK})
    by_post = await post({"query": ASK})

    assert [(one.status_code, said(one)) for one in (by_get, by_post)] == [(200, ANSWER)] * 2


async def test_a_slash_at_the_end_of_the_address_changes_nothing(send):
    response = await send(path="/graphql/", json={"query": ASK})

    assert (response.status_code, said(response)) == (200, ANSWER)


async def test_get_takes_variables_and_an_operations_name(send):
    document = "query A { viewer { displayName } } query B($is: Boolean!) { tenant { name @include(if: $is) slug } }"

    asked = {"query": document, "operationName": "B", "variables": '{"is": false}'}

    answer = (await send("GET", params=asked)).json()
    assert answer["data"]["tenant"].keys() == {"slug"}


async def test_head_is_answered_like_get(send):
    response = await send("HEAD", params={"query": ASK})

    assert (response.status_code, response.headers["content-type"]) == (200, f"{JSON}; charset=utf-8")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_mutation_is_sent_by_post_only(admin, method):
    response = await admin.http.request(
        method, "/graphql", params={"query": RENAME}, headers={"host": admin.host, **admin.headers}
    )

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    if method == "GET":
        assert problem(response) == (405, "METHOD_NOT_ALLOWED", "Send mutations by POST.")
    assert await admin.data(ASK) == ANSWER["data"]


async def test_a_subscription_is_no_operation_here(post):
    assert problem(await post({"query": "subscription { tenant }"}))[:2] == (200, "GRAPHQL_VALIDATION_FAILED")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_told_which_there_are(send, method):
    response = await send(method, json={"query": ASK})

    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert problem(response) == (
        405,
        "METHOD_NOT_ALLOWED",
        f"{method} is not possible here; `Allow` names what is.",
    )


@pytest.mark.parametrize("path", ["/graphqls", "/api", "/explorer", "/%00", "/../etc/passwd", "/" + "x" * 5000])
async def test_where_there_is_nothing_it_is_said_in_json(send, path):
    status, code, message = problem(await send("GET", path))

    assert (status, code) == (404, "NOT_FOUND")
    assert message.endswith("The API is at /graphql.")
    assert len(message) < 200


# Media types.


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON}", RESPONSE),
        (f"{JSON}, {RESPONSE}", JSON),
        (f"{JSON};q=0.5, {RESPONSE};q=0.9", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON};q=0.9", JSON),
        (f"{RESPONSE}; charset=utf-8, {JSON}; charset=utf-8", RESPONSE),
        (f"text/event-stream;q=0.1, {RESPONSE};q=0.2", RESPONSE),
        (f"{RESPONSE}, {JSON}, text/event-stream", RESPONSE),
        (f"text/html, {RESPONSE};q=0, */*;q=0.1", JSON),
        ("APPLICATION/JSON", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_is_liked_best(http, tenant, accept, media):
    headers = {"host": f"{tenant.slug}.localhost", "content-type": JSON} | (
        {"accept": accept} if accept is not None else {}
    )
    request = http.build_request("POST", "/graphql", content=json.dumps({"query": ASK}), headers=headers)
    if accept is None:
        del request.headers["accept"]

    response = await http.send(request)

    assert (response.status_code, response.headers["content-type"]) == (200, f"{media}; charset=utf-8")
    assert said(response) == ANSWER


@pytest.mark.parametrize("accept", ["text/html", "image/*", f"{JSON};q=0", f"{JSON};q=none", ",;,=", "x" * 5_000])
async def test_an_answer_that_nobody_can_read_is_not_acceptable(post, accept):
    assert problem(await post({"query": ASK}, accept=accept)) == (
        406,
        "NOT_ACCEPTABLE",
        f"Answers are {RESPONSE}, {JSON} or text/event-stream: accept one.",
    )


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_request_is_json(post, content_type):
    response = await post({"query": ASK}, content_type=content_type)

    assert problem(response) == (415, "UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.")


async def test_a_request_may_say_its_encoding(post):
    assert said(await post({"query": ASK}, content_type="Application/JSON; charset=UTF-8")) == ANSWER


# Bodies.


async def test_a_body_has_a_largest_size(post):
    padding = len(json.dumps({"query": ASK, "variables": {"a": ""}}))
    fits = {"query": ASK, "variables": {"a": "x" * (MAX_BODY - padding)}}
    too_large = {"query": ASK, "variables": {"a": "x" * (MAX_BODY - padding + 1)}}

    assert said(await post(fits)) == ANSWER
    assert problem(await post(too_large)) == (413, "CONTENT_TOO_LARGE", "A request holds at most 1,000,000 bytes.")


async def test_a_body_whose_length_is_not_told_is_read_no_further_than_that(send):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 100_000

    response = await send(content=endless(), headers={"content-type": JSON})

    assert problem(response)[:2] == (413, "CONTENT_TOO_LARGE")
    assert sent == MAX_BODY // 100_000 + 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "{",
        '{"query": "{ tenant { name } }"',
        "{'query': 1}",
        "query=1",
        "NaN",
        '{"query": "{ tenant { name } }", "variables": {"a": 1e999}}',
        b"\xff\xfe",
        "[" * 100_000,
        '{"a":' * 10_000,
    ],
)
async def test_what_is_no_json_is_refused(post, body):
    status, code, message = problem(await post(body))

    assert (status, code) == (400, "BAD_REQUEST")
    assert message.startswith("The body is no JSON: ")


@pytest.mark.parametrize("body", ["[]", "null", "1", '"{ tenant { name } }"', '[{"query": "{ tenant { name } }"}]'])
async def test_a_request_is_one_object(post, body):
    message = "A request is one JSON object with `query`, `variables` and `operationName`."

    assert problem(await post(body)) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "`query` holds the document, as text."),
        ({"query": None}, "`query` holds the document, as text."),
        ({"query": ""}, "`query` holds the document, as text."),
        ({"query": " \n"}, "`query` holds the document, as text."),
        ({"query": 1}, "`query` holds the document, as text."),
        ({"query": [ASK]}, "`query` holds the document, as text."),
        ({"query": ASK, "operationName": 1}, "`operationName` is text, or null."),
        ({"query": ASK, "operationName": ["a"]}, "`operationName` is text, or null."),
        ({"query": ASK, "operationName": 0}, "`operationName` is text, or null."),
        ({"query": ASK, "operationName": False}, "`operationName` is text, or null."),
        ({"query": ASK, "variables": []}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "variables": "{}"}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "variables": 0}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "variables": ""}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "extensions": [1]}, "`extensions` is a JSON object, or null."),
        ({"query": ASK, "extensions": "x"}, "`extensions` is a JSON object, or null."),
    ],
)
async def test_a_part_of_another_kind_is_named(post, asked, message):
    assert problem(await post(asked)) == (400, "BAD_REQUEST", message)


async def test_parts_may_be_null_and_others_are_ignored(post):
    asked = {"query": ASK, "variables": None, "operationName": None, "extensions": {"a": [1]}, "id": "1", "x\u0000": 1}

    assert said(await post(asked)) == ANSWER


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"query": "{ tenant { name } }", "variables": {"a": ["b", {"c": "\\ud800"}]}}', "variables.a[1].c"),
        ('{"query": "\\udc00"}', "query"),
        ('{"\\ud800": "\\ud800"}', "?"),
    ],
)
async def test_half_a_character_is_found(post, body, where):
    message = f"`{where}` holds half of a surrogate pair, which is no character. Send whole characters."

    assert problem(await post(body)) == (400, "BAD_USER_INPUT", message)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("", "`query` holds the document, as text."),
        ("query=", "`query` holds the document, as text."),
        (f"query={quote(ASK)}&variables=[1]", "`variables` is a JSON object, or null."),
        (f"query={quote(ASK)}&variables=&extensions=[1]", "`extensions` is a JSON object, or null."),
    ],
)
async def test_a_get_that_is_no_request_is_refused(send, parameters, message):
    assert problem(await send("GET", f"/graphql?{parameters}")) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize("variables", ["{", "x", "%FF", "%00", '{"a":"\\ud800"}'])
async def test_variables_in_a_get_are_json(send, variables):
    status, code, message = problem(await send("GET", f"/graphql?query={quote(ASK)}&variables={variables}"))

    assert status == 400
    assert code in ("BAD_REQUEST", "BAD_USER_INPUT")
    assert "variables" in message or "`a`" in message


# The statuses of the text to come.


async def test_the_draft_tells_what_does_not_fit_the_schema_from_what_is_no_graphql(database, tenant):
    transport = httpx.ASGITransport(application(database, statuses=Statuses.DRAFT))
    headers = {"host": f"{tenant.slug}.localhost", "accept": RESPONSE}
    async with httpx.AsyncClient(transport=transport, base_url="http://collegium.test") as http:
        asked = [await http.post("/graphql", json={"query": query}, headers=headers) for query in (ASK, "{ no }", "{")]

    assert [response.status_code for response in asked] == [200, 422, 400]
