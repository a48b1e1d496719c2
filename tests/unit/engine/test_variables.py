"""What is read of a request's variables at once is what graphql-core reads."""

import pytest
from graphql import parse
from graphql.execution.values import get_variable_values

from api.engine.variables import coerced, signatures_of
from api.schema import schema

DOCUMENT = """
query ($id: ID!, $first: Int = 3, $where: SessionFilter, $order: SessionOrder, $on: DateTime, $flag: [Boolean!]) {
  session(id: $id) { title }
}
"""
(OPERATION,) = parse(DOCUMENT).definitions
WHOLE = {
    "id": "ses_1",
    "first": 7,
    "where": {"title": {"startsWith": "A"}, "format": {"in": ["VIRTUAL", "HYBRID"]}},
    "order": {"field": "TITLE", "direction": "DESCENDING"},
    "on": "2026-11-24T10:00:00+01:00",
    "flag": True,
}


def at_once(variables):
    return coerced(signatures_of(schema(), OPERATION), variables)


def told(values):
    return values.coerced, {name: source.value for name, source in values.sources.items()}


@pytest.mark.parametrize("one", [{}, {"id": 5}, {"flag": [True, False]}, {"flag": None, "where": None}, {"more": 1}])
def test_what_is_given_and_right_is_read_as_graphql_core_reads_it(one):
    variables = {**WHOLE, **one}
    whole = get_variable_values(schema(), OPERATION.variable_definitions, variables)

    assert told(at_once(variables)) == told(whole)


@pytest.mark.parametrize(
    "one",
    [{"id": None}, {"first": "x"}, {"where": {"titel": {}}}, {"order": {"field": "NO"}}, {"on": "?"}],
)
def test_what_is_missing_or_wrong_is_left_to_graphql_core(one):
    assert at_once({**WHOLE, **one}) is None


def test_what_is_nested_too_deeply_is_left_to_graphql_core():
    where = {"title": {"eq": "A"}}
    for _ in range(2_000):
        where = {"and": [where]}

    assert at_once({**WHOLE, "where": where}) is None


def test_what_may_be_left_out_is_left_out():
    variables = {"id": "ses_1", "first": 1}

    assert told(at_once(variables)) == told(get_variable_values(schema(), OPERATION.variable_definitions, variables))
    assert at_once(variables).coerced == variables


def test_defaults_are_left_to_graphql_core():
    assert at_once({"id": "ses_1"}) is None
