"""GraphQL over HTTP: methods, media types, sizes and status codes; and JSON whatever goes wrong."""

import json
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from api.app import application
from api.engine.documents import MAX_DEPTH
from api.http import MAX_BODY
from tests.academy import an_academy

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
ASK = "{ tenant { name } }"
ANSWER = {"data": {"tenant": {"name": "Acme"}}}
RENAME = 'mutation { updateTenant(input: {name: "Other"}) { __typename } }'


@pytest.fixture
def send(http, tenant):
    """Any request to the tenant's address."""

    async def request(method="POST", path="/graphql", **more):
        headers = {"host": f"{tenant.slug}.localhost", **more.pop("headers", {})}
        return await http.request(method, path, headers=headers, **more)

    return request


@pytest.fixture
def post(send):
    """A body as it is, as JSON."""

    async def request(body, **headers):
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await send(content=content, headers={"content-type": JSON, **named})

    return request


def problem(response):
    """The status, and the one error's code and message; JSON without `data`, as every error of a request is."""
    assert response.headers["content-type"].endswith("json; charset=utf-8")
    body = response.json()
    assert body.keys() == {"errors"}
    [error] = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


# Methods.


async def test_a_query_is_asked_by_get_and_by_post(send, post):
    by_get = await send("GET", params={"query": ASK})
    by_post = await post({"query": ASK})

    assert [(one.status_code, one.json()) for one in (by_get, by_post)] == [(200, ANSWER)] * 2


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
        (f"text/event-stream, {RESPONSE};q=0.1", RESPONSE),
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
    assert response.json() == ANSWER


@pytest.mark.parametrize("accept", ["text/html", "image/*", f"{JSON};q=0", f"{JSON};q=none", ",;,=", "x" * 5_000])
async def test_an_answer_that_nobody_can_read_is_not_acceptable(post, accept):
    assert problem(await post({"query": ASK}, accept=accept)) == (
        406,
        "NOT_ACCEPTABLE",
        f"Answers are {RESPONSE} or {JSON}: accept one of them.",
    )


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_request_is_json(post, content_type):
    response = await post({"query": ASK}, content_type=content_type)

    assert problem(response) == (415, "UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.")


async def test_a_request_may_say_its_encoding(post):
    assert (await post({"query": ASK}, content_type="Application/JSON; charset=UTF-8")).json() == ANSWER


# Bodies.


async def test_a_body_has_a_largest_size(post):
    padding = len(json.dumps({"query": ASK, "variables": {"a": ""}}))
    fits = {"query": ASK, "variables": {"a": "x" * (MAX_BODY - padding)}}
    too_large = {"query": ASK, "variables": {"a": "x" * (MAX_BODY - padding + 1)}}

    assert (await post(fits)).json() == ANSWER
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
        ({"query": ASK, "variables": []}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "variables": "{}"}, "`variables` is a JSON object, or null."),
        ({"query": ASK, "variables": 1}, "`variables` is a JSON object, or null."),
    ],
)
async def test_a_part_of_another_kind_is_named(post, asked, message):
    assert problem(await post(asked)) == (400, "BAD_REQUEST", message)


async def test_parts_may_be_null_and_others_are_ignored(post):
    asked = {"query": ASK, "variables": None, "operationName": None, "extensions": {"a": [1]}, "id": "1", "x\u0000": 1}

    assert (await post(asked)).json() == ANSWER


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


# Operations and documents.


async def test_of_several_operations_one_is_named(post):
    several = "query A { tenant { name } } query B { viewer { displayName } }"

    named = await post({"query": several, "operationName": "A"})
    unnamed = await post({"query": several})
    unknown = await post({"query": several, "operationName": "C"})
    empty = await post({"query": several, "operationName": ""})

    assert named.json() == ANSWER
    code = "OPERATION_RESOLUTION_FAILURE"
    several_message = "The document holds several operations: say which by `operationName`."
    assert problem(unnamed) == problem(empty) == (200, code, several_message)
    assert problem(unknown) == (200, code, "The document holds no operation named 'C'.")


async def test_a_document_without_an_operation_is_refused(post):
    response = await post({"query": "fragment F on Tenant { name }"})

    assert problem(response)[1] in ("OPERATION_RESOLUTION_FAILURE", "GRAPHQL_VALIDATION_FAILED")


WRONG = [
    ("{", "GRAPHQL_PARSE_FAILED"),
    ("{ tenant { name } ", "GRAPHQL_PARSE_FAILED"),
    ('{ session(id: "\\ud800") { id } }', "GRAPHQL_PARSE_FAILED"),
    ("{ \u0000 }", "GRAPHQL_PARSE_FAILED"),
    ("type A { b: Int }", "GRAPHQL_VALIDATION_FAILED"),
    ("{ tenant { password } }", "GRAPHQL_VALIDATION_FAILED"),
    ("{ tenant }", "GRAPHQL_VALIDATION_FAILED"),
    ("{ a }" * 8_000, "GRAPHQL_PARSE_FAILED"),
    ("{ tenant { ...A } } fragment A on Tenant { ...B } fragment B on Tenant { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    ("query ($a: Int!) { tenant { name @include(if: $a) } }", "GRAPHQL_VALIDATION_FAILED"),
    ("query ($a: Boolean!) { tenant { name @include(if: $a) } }", "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("document", "code"), WRONG)
async def test_a_document_that_can_not_be_run_has_no_data(post, document, code):
    answers = [await post({"query": document}, accept=media) for media in (JSON, RESPONSE)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert [answer.headers["content-type"].partition(";")[0] for answer in answers] == [JSON, RESPONSE]
    for answer in answers:
        assert answer.json().keys() == {"errors"}
        assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {code}


async def test_an_error_in_a_field_is_an_answer(learner):
    answers = [
        await learner.http.post(
            "/graphql",
            json={"query": "{ people { nodes { name } } }"},
            headers={"host": learner.host, "accept": media, **learner.headers},
        )
        for media in (JSON, RESPONSE)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(answer.json()["data"], len(answer.json()["errors"])) for answer in answers] == [(None, 1)] * 2


@pytest.mark.parametrize(
    "document",
    [
        "{ a " * 10_000 + "}" * 10_000,
        "{ tenant " * 4_900 + "}" * 4_900,
        "{ tenant { " + "... { " * 4_900 + "name" + "}" * 4_900 + "} }",
        "{ nodes(ids: " + "[" * 7_000 + "]" * 7_000 + ") { id } }",
        "{ sessions(where: " + "{not: " * 3_000 + "}" * 3_000 + ") { totalCount } }",
        "query ($a: " + "[" * 7_000 + "Int" + "]" * 7_000 + ") { tenant { name } }",
        "{ tenant { ...F0 } } "
        + " ".join(f"fragment F{number} on Tenant {{ ...F{number + 1} }}" for number in range(1_500))
        + " fragment F1500 on Tenant { name }",
    ],
)
async def test_a_document_that_is_nested_deeply_is_refused_and_not_the_end(post, document):
    response = await post({"query": document})

    _, code, message = problem(response)
    assert code in ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED")
    assert "nested too deeply" in message or "more than 15000 tokens" in message
    assert (await post({"query": ASK})).json() == ANSWER


def nested(levels):
    """A document of so many levels of fields."""
    fields = "program { sessions(first: 1) { nodes { "
    depth, rest = divmod(levels - 3, 3)
    assert rest == 0
    return f"{{ sessions {{ nodes {{ {fields * depth} id {'} } }' * depth} }} }} }}"


async def test_levels_are_counted_up_to_the_deepest_that_both_completions_take(doors, tenant, admin, deep_http):
    await an_academy(doors, tenant)
    admin = replace(admin, http=deep_http)
    deepest = nested(MAX_DEPTH - MAX_DEPTH % 3)

    plain = await admin.data(deepest)
    completed = await admin.data(deepest.replace("id", "program { audit { code } } id"))

    assert plain["sessions"]["nodes"] != []
    assert completed["sessions"]["nodes"] != []
    answer = await admin.answer(nested(MAX_DEPTH - MAX_DEPTH % 3 + 3))
    assert [error["message"] for error in answer["errors"]] == [
        "The document is nested too deeply: at most 50 levels of fields."
    ]


async def test_levels_behind_fragments_count_as_well(admin):
    parts = [
        f"fragment F{number} on Session {{ program {{ sessions {{ nodes {{ ...F{number + 1} }} }} }} }}"
        for number in range(20)
    ]
    document = " ".join(["{ sessions { nodes { ...F0 } } }", *parts, "fragment F20 on Session { id }"])

    answer = await admin.answer(document)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]


async def test_what_a_few_fragments_multiply_is_refused(admin):
    """A kilobyte of fragments, each twice in the one before it, would be millions of fields."""
    parts = [
        f"fragment F{number} on Session {{"
        f" a{number}: program {{ sessions {{ nodes {{ ...F{number + 1} }} }} }}"
        f" b{number}: program {{ sessions {{ nodes {{ ...F{number + 1} }} }} }} }}"
        for number in range(14)
    ]
    document = " ".join(["{ sessions { nodes { ...F0 } } }", *parts, "fragment F14 on Session { id }"])

    answer = await admin.answer(document)

    assert [error["message"] for error in answer["errors"]] == [
        "This asks for more than 10,000 fields, fragments spelled out."
    ]


async def test_long_texts_in_a_document_are_texts(admin):
    answer = await admin.data(f'{{ session(id: "{"x" * 900_000}") {{ id }} }}')

    assert answer == {"session": None}


# Faults of ours.


async def test_a_fault_of_ours_is_told_in_json_with_a_trace_and_nothing_else(http, tenant, database, monkeypatch):
    async def away(*_):
        raise OSError("postgresql://collegium_app:secret@db:5432 is away")

    monkeypatch.setattr(database.pool, "read", away)
    transport = httpx.ASGITransport(http._transport.app, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/graphql", json={"query": ASK}, headers={"host": f"{tenant.slug}.localhost"})

    status, code, message = problem(response)
    trace = response.json()["errors"][0]["extensions"]["trace"]
    assert (status, code) == (500, "INTERNAL_SERVER_ERROR")
    assert message == f"Something went wrong on our side. Nothing was changed. Ask support about {trace}."
    assert "secret" not in response.text


async def test_a_read_that_fails_is_told_with_a_trace(admin, database, monkeypatch):
    _break_planned_reads(database, monkeypatch)

    answer = await admin.answer("{ organizations { nodes { name } } }")

    trace = answer["errors"][0]["extensions"]["trace"]
    assert answer == {
        "errors": [
            {
                "message": f"Something went wrong on our side. Nothing was changed. Ask support about {trace}.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "trace": trace},
            }
        ],
        "data": None,
    }


async def test_what_was_done_is_not_called_undone_when_its_answer_fails(admin, database, monkeypatch):
    with monkeypatch.context() as broken:
        _break_planned_reads(database, broken)
        answer = await admin.answer('mutation { createOrganization(input: {name: "New"}) { __typename } }')

    [error] = answer["errors"]
    trace = error["extensions"]["trace"]
    assert error["message"] == (
        f"Something went wrong on our side. It was done, but can't be shown. Ask support about {trace}."
    )
    assert await admin.data("{ organizations { nodes { name } } }") == {"organizations": {"nodes": [{"name": "New"}]}}


def _break_planned_reads(database, monkeypatch):
    """Signing in works; the reads of organizations do not."""
    read = database.pool.read

    async def broken(statement, arguments):
        if "organization" in statement:
            raise OSError("connection lost")
        return await read(statement, arguments)

    monkeypatch.setattr(database.pool, "read", broken)


async def test_the_database_being_away_is_no_health(send, database, monkeypatch):
    assert (await send("GET", "/health")).json() == {"status": "ok"}

    def away(*_):
        raise OSError("db:5432 is away")

    monkeypatch.setattr(database, "platform", away)
    response = await send("GET", "/health")

    assert (response.status_code, response.json()) == (503, {"status": "database away"})


async def test_an_application_without_explorer_has_none(database, tenant):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(database)), base_url="http://test"
    ) as client:
        response = await client.get("/explorer", headers={"host": f"{tenant.slug}.localhost"})

    assert problem(response)[0] == 404
