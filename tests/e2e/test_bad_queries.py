"""Bad arguments of queries get a clear error, or match nothing."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import cycle, islice

import pytest

from api.schema import schema
from tenants.keys import Role
from tests.academy import an_academy
from tests.attacks import document, least
from tests.e2e.answered import ask
from tests.e2e.conftest import a_client
from tests.spoiling import put, spoiled

MATCHES_NOTHING = {"100,000 characters", "x", "10,000 characters", "a whole number", "another type's"}
"""What no place takes as input, a comparison may: nothing is equal to it."""
WAYS_PER_PLACE = 4


@pytest.fixture
async def client(http, doors, tenant):
    return await a_client(http, doors, tenant, Role.TENANT_ADMIN)


@pytest.fixture
async def academy(doors, tenant, client):
    return await an_academy(doors, tenant)


@pytest.fixture
def deep_client(client, academy, deep_http):
    return replace(client, http=deep_http)


def chosen(name, field, academy):
    """Some ways to spoil each place, so that every way that fits a type is tried as often as any other."""
    by_place = defaultdict(list)
    for argument, spec in field.args.items():
        for bad in spoiled(spec.type, (argument,), academy.by_type["Tenant"][0]):
            by_place[bad.path].append(bad)
    for ways in by_place.values():
        start = TURNS[ways[-1].kind]
        TURNS[ways[-1].kind] += WAYS_PER_PLACE
        yield from islice(cycle(ways), start % len(ways), start % len(ways) + min(WAYS_PER_PLACE, len(ways)))


TURNS = Counter()


@pytest.mark.slow
async def test_bad_arguments_of_a_query_get_a_clear_error(client, academy):
    found, ways = [], Counter()
    for name, field in schema().query_type.fields.items():
        text = document(schema(), "query", name, field)
        sound = least(name, field, academy.by_type)
        sound |= {argument: academy.ids[0] for argument in field.args if argument == "id"}
        sound |= {argument: "{ tenant { id } }" for argument in field.args if argument == "document"}
        sound |= {argument: academy.ids[:2] for argument in field.args if argument == "ids"}
        for bad in chosen(name, field, academy):
            answer = await ask(client, text, put(sound, bad.path, bad.value), name)
            ways[bad.kind, bad.way] += 1
            never = (
                bad.never and bad.way not in MATCHES_NOTHING and not (bad.kind == "ID" and isinstance(bad.value, str))
            )
            if answer.leak:
                found.append(f"{name}({bad}): '{answer.leak}' is no word for clients: {answer.no}")
            elif "errors" not in answer.body:
                found += [f"{name}({bad}): is taken: {str(answer.body)[:300]}"] if never else []
            elif not answer.names(bad.path):
                found.append(f"{name}({bad}): the error does not say where: {answer.no}")

    assert found == []


PEOPLE = """
query ($first: Int, $after: String, $last: Int, $before: String, $where: PersonFilter, $orderBy: PersonOrder) {
  people(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    nodes { name } pageInfo { startCursor endCursor }
  }
}
"""
NAMES = ["Ada Lovelace", "Orchid Ada", "Orchid Bea", "Orchid Cora", "Orchid Cyd"]


async def refusal(client, **variables):
    """The one error that there is."""
    answer = await ask(client, PEOPLE, variables, "people")
    [error] = answer.body["errors"]
    assert answer.body.get("data") is None
    return error["extensions"]["code"], error["message"]


async def names(client, **variables):
    return [person["name"] for person in (await client.data(PEOPLE, **variables))["people"]["nodes"]]


@pytest.mark.parametrize("side", ["first", "last"])
@pytest.mark.parametrize("size", [-1, 101, 2**31 - 1])
async def test_a_page_that_is_too_large_or_less_than_nothing_is_refused(client, side, size):
    assert await refusal(client, **{side: size}) == (
        "BAD_USER_INPUT",
        f"`{side}` is between 0 and 100; ask for the next page with a cursor.",
    )


async def test_a_page_has_one_end(client):
    assert await refusal(client, first=1, last=1) == ("BAD_USER_INPUT", "Give either `first` or `last`, not both.")


async def test_an_empty_page_and_the_largest_are_pages(client, academy):
    assert await names(client, first=0) == []
    assert await names(client, first=100) == NAMES


@pytest.mark.parametrize("side", ["after", "before"])
async def test_a_cursor_that_no_list_made_is_refused(client, academy, side):
    cursor = (await client.data(PEOPLE, first=2))["people"]["pageInfo"]["endCursor"]
    broken = [
        "",
        "x",
        "AQ",
        "\x00",
        "\u00e9",
        "a" * 100_000,
        cursor[:-1],
        f"{cursor}=",
        f"{cursor}A",
        f" {cursor}",
        f"{cursor[:9]}!{cursor[9:]}",
        f"{cursor[:9]}\n{cursor[9:]}",
        f"Ag{cursor[2:]}",
    ]

    refused = {await refusal(client, **{side: text}) for text in broken}

    message = f"The cursor in `{side}` was not made by this list in this order. Use one of its own."
    assert refused == {("BAD_USER_INPUT", message)}
    assert await names(client, **{side: cursor}) == (NAMES[2:] if side == "after" else NAMES[:1])


async def test_a_cursor_of_another_list_order_or_tenant_is_refused(http, doors, client, academy, other_tenant):
    await an_academy(doors, other_tenant)
    stranger = await a_client(http, doors, other_tenant, Role.TENANT_ADMIN)
    by_date = {"field": "CREATED_AT", "direction": "ASCENDING"}
    backwards = {"field": "NAME", "direction": "DESCENDING"}
    cursors = [
        (await stranger.data(PEOPLE, first=1))["people"]["pageInfo"]["endCursor"],
        (await client.data(PEOPLE, first=1, orderBy=by_date))["people"]["pageInfo"]["endCursor"],
        (await client.data(PEOPLE, first=1, orderBy=backwards))["people"]["pageInfo"]["endCursor"],
        (await client.data("{ organizations { pageInfo { endCursor } } }"))["organizations"]["pageInfo"]["endCursor"],
    ]

    refused = {await refusal(client, after=cursor) for cursor in cursors}

    message = "The cursor in `after` was not made by this list in this order. Use one of its own."
    assert refused == {("BAD_USER_INPUT", message)}


async def test_what_contradicts_itself_matches_nothing_and_what_asks_nothing_everything(client, academy):
    everyone = [{}, {"and": []}, {"name": {}}, {"not": {"or": []}}, {"name": None}, {"id": {"in": None}}]
    nobody = [
        {"or": []},
        {"not": {}},
        {"name": {"in": []}},
        {"name": {"eq": None}},
        {"id": {"eq": "x"}},
        {"id": {"in": []}},
        {"id": {"in": ["", "x", "per_" + "0" * 32]}},
        {"name": {"eq": "Orchid Ada", "in": ["Orchid Bea"]}},
        {"and": [{"name": {"startsWith": "Orchid"}}, {"not": {"name": {"startsWith": "Orchid"}}}]},
        {"createdAt": {"gt": "2027-01-01T00:00:00Z", "lt": "2026-01-01T00:00:00Z"}},
        {"createdAt": {"lt": "0002-01-01T00:00:00Z"}},
    ]

    assert [await names(client, where=where) for where in everyone] == [NAMES] * len(everyone)
    assert [await names(client, where=where) for where in nobody] == [[]] * len(nobody)


@pytest.mark.parametrize("word", ["and", "or", "not"])
async def test_a_filter_may_be_nested_deeply_and_one_that_can_not_be_read_is_refused(deep_client, word):
    def nested(levels):
        where = {"name": {"eq": "Orchid Ada"}}
        for _ in range(levels):
            where = {word: where if word == "not" else [where]}
        return where

    assert await names(deep_client, where=nested(50)) == ["Orchid Ada"]
    code, message = await refusal(deep_client, where=nested(400))
    assert code == "TOO_DEEP"
    assert "nested too deeply" in message


async def test_a_filter_of_more_values_than_a_statement_takes_is_refused(deep_client):
    some = {"name": {"eq": "Orchid Ada"}}

    assert await names(deep_client, where={"or": [some] * 1_000}) == ["Orchid Ada"]
    assert await names(deep_client, where={"name": {"in": ["Orchid Ada"] * 1_000}}) == ["Orchid Ada"]
    assert await refusal(deep_client, where={"or": [some] * 1_001}) == (
        "LIST_TOO_LONG",
        "`where.or` holds 1,001 items, and a list of input holds at most 1,000. Send it in parts.",
    )
    assert await refusal(deep_client, where={"or": [{"and": [some] * 900}] * 5}) == (
        "TOO_MANY_VALUES",
        "The variables hold more than 10,000 values. Send them in several requests.",
    )


@pytest.mark.parametrize("given", [{}, {"id": None}, {"id": "per_1", "externalRef": "1"}])
async def test_one_row_is_asked_for_in_one_way(client, given):
    document = "query ($id: ID, $externalRef: String) { person(id: $id, externalRef: $externalRef) { name } }"

    answer = await client.answer(document, **given)

    assert [error["message"] for error in answer["errors"]] == ["Give either `id` or `externalRef`."]


async def test_what_a_mutation_answers_with_is_checked_before_it_does_anything(client, academy):
    document = """mutation ($input: CreateOrganizationInput!, $first: Int, $after: String) {
    createOrganization(input: $input) { ... on Organization { people(first: $first, after: $after) { nodes { id } } } }
    }"""

    answers = [
        await client.answer(document, input={"name": "New"}, **bad) for bad in ({"first": 1_000}, {"after": "garbage"})
    ]

    assert [[error["extensions"]["code"] for error in answer["errors"]] for answer in answers] == [
        ["BAD_USER_INPUT"],
        ["BAD_USER_INPUT"],
    ]
    found = await client.data("{ organizations { nodes { name } } }")
    assert found == {"organizations": {"nodes": [{"name": "Orchid Ltd"}]}}
