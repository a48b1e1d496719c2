"""Documents: which operation is meant, and what can't be run."""

from dataclasses import replace

import pytest

from api.engine.limits import OPEN
from tests.academy import an_academy
from tests.e2e.answered import problem, said

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
ASK = "{ tenant { name } }"
ANSWER = {"data": {"tenant": {"name": "Acme"}}}


async def test_of_several_operations_one_is_named(post):
    several = "query A { tenant { name } } query B { viewer { displayName } }"

    named = await post({"query": several, "operationName": "A"})
    unnamed = await post({"query": several})
    unknown = await post({"query": several, "operationName": "C"})
    empty = await post({"query": several, "operationName": ""})

    assert said(named) == ANSWER
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
    ("{ a }" * 8_000, "TOO_MANY_TOKENS"),
    ("{ a } {" + "a " * 1_000, "GRAPHQL_PARSE_FAILED"),
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
        assert said(answer).keys() == {"errors"}
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
    assert code in ("TOO_DEEP", "TOO_MANY_TOKENS")
    assert "nested too deeply" in message or "more than 1,500 tokens" in message
    assert said(await post({"query": ASK})) == ANSWER


def nested(levels):
    """A document of so many levels of fields."""
    fields = "program { sessions(first: 1) { nodes { "
    depth, rest = divmod(levels - 3, 3)
    assert rest == 0
    return f"{{ sessions {{ nodes {{ {fields * depth} id {'} } }' * depth} }} }} }}"


async def test_levels_are_counted_up_to_the_deepest_that_both_completions_take(doors, tenant, admin, deep_http):
    await an_academy(doors, tenant)
    admin = replace(admin, http=deep_http)
    deepest = nested(OPEN.depth - OPEN.depth % 3)

    plain = await admin.data(deepest)
    completed = await admin.data(deepest.replace("id", "program { audit { code } } id"))

    assert plain["sessions"]["nodes"] != []
    assert completed["sessions"]["nodes"] != []
    answer = await admin.answer(nested(OPEN.depth - OPEN.depth % 3 + 3))
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

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_DEEP"]


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
        "The document holds more than 10,000 fields, fragments spelled out. Ask for less, or in several requests."
    ]


async def test_long_texts_in_a_document_are_texts(admin):
    answer = await admin.data(f'{{ session(id: "{"x" * 90_000}") {{ id }} }}')

    assert answer == {"session": None}
