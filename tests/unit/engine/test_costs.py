"""Costs: what an operation costs before it runs, in linear time."""

import sys

import pytest
from graphql import get_introspection_query, parse

from api.engine.costs import cost_of
from api.schema import schema


def cost(document, **variables):
    return compiled(document).of(variables)


def compiled(document):
    ast = parse(document)
    return cost_of(schema(), ast, ast.definitions[0])


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 1),
        ('{ session(id: "x") { id title startsAt } }', 1),
        ('{ session(id: "x") { title program { title price { amountMinor } } } }', 2),
        ('{ session(id: "x") { seatsLeft } }', 2),
        ("{ sessions(first: 50) { nodes { title } } }", 1 + 50),
        ("{ sessions(last: 3) { edges { cursor node { title } } pageInfo { hasNextPage } } }", 1 + 3),
        ("{ sessions { nodes { title } } }", 1 + 20),
        ("{ sessions { totalCount } }", 1 + 5),
        ("{ sessions(first: 20) { nodes { registrations(first: 20) { nodes { person { name } } } } } }", 1 + 20 * 42),
        ("{ a: sessions(first: 2) { nodes { id } } b: sessions(first: 3) { nodes { id } } }", 3 + 4),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ('{ node(id: "x") { ... on Session { program { id } } ... on Person { name } } }', 2),
        ("{ sessions(first: 1000000) { nodes { id } } }", 1 + 100),
        ("{ sessions(first: -1) { nodes { id } } }", 1),
    ],
)
def test_a_query_costs_what_its_objects_and_lists_weigh(document, expected):
    assert cost(document) == expected


def test_a_mutation_weighs_ten_and_what_is_asked_of_its_answer():
    document = (
        "mutation ($i: CreatePersonInput!) { createPerson(input: $i) { ... on Person { organization { name } } } }"
    )

    assert cost(document) == 11


def test_each_item_of_a_long_input_counts():
    document = "mutation ($i: CreateInstrumentInput!) { createInstrument(input: $i) { __typename } }"

    assert cost(document, i={"items": [{}] * 7}) == 17
    assert cost('mutation { createInstrument(input: {name: "x", items: [{}, {}]}) { __typename } }') == 12


SIZED = "query ($n: Int, $m: Int = 7) { sessions(first: $n) { nodes { registrations(last: $m) { nodes { id } } } } }"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, 1 + 20 * (2 + 7)),
        ({"n": None}, 1 + 20 * (2 + 7)),
        ({"n": 0}, 1),
        ({"n": 5, "m": 1}, 1 + 5 * 3),
        ({"n": 5.0, "m": 1}, 1 + 5 * 3),
        ({"n": 2**31, "m": 1e300}, 1 + 100 * 102),
        ({"n": True, "m": "x"}, 1 + 3),
        ({"n": [1, 2], "m": {}}, 1 + 2 * 3),
    ],
)
def test_variables_count_where_they_say_how_many(variables, expected):
    assert cost(SIZED, **variables) == expected


def test_ids_in_a_variable_count_one_by_one():
    assert cost("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a"] * 9) == 9


def test_the_size_of_a_list_counts_within_fragments_too():
    document = """query ($n: Int) { sessions(first: $n) { ...Page } }
    fragment Page on SessionConnection { nodes { ...Row } totalCount }
    fragment Row on Session { program { id } }"""

    assert cost(document, n=10) == 1 + 10 * 2 + 5


def test_the_costs_of_root_fields_are_told_apart():
    found = compiled(
        "query ($n: Int) { a: sessions(first: $n) { nodes { id } } ...F } fragment F on Query { tenant { id } }"
    )

    assert found.by_field({"n": 4}) == [("a", 5), ("tenant", 1)]


def test_introspection_costs_as_much_as_a_long_answer():
    assert 1_000 < cost(get_introspection_query(input_value_deprecation=True)) < 10_000


def calls(document):
    ast, found = parse(document), 0

    def count(frame, event, argument):
        nonlocal found
        found += event == "call"

    sys.setprofile(count)
    try:
        cost_of(schema(), ast, ast.definitions[0]).of({})
    finally:
        sys.setprofile(None)
    return found


def doubling(depth):
    parts = " ".join(
        f"fragment F{n} on Session {{ a: program {{ sessions {{ nodes {{ ...F{n + 1} }} }} }}"
        f" b: program {{ sessions(first: $n) {{ nodes {{ ...F{n + 1} }} }} }} }}"
        for n in range(depth)
    )
    return f"query ($n: Int) {{ sessions {{ nodes {{ ...F0 }} }} }} {parts} fragment F{depth} on Session {{ id }}"


def test_fragments_that_multiply_are_counted_once_each():
    assert calls(doubling(40)) < 2.3 * calls(doubling(20))
    assert cost(doubling(30), n=1) > 10**30
