"""The arguments of a field, for the second request of a plan and all after it."""

import pytest
from graphql import parse
from graphql.execution.values import get_argument_values, get_variable_values

from api.engine.parameters import Source
from api.schema import schema

DOCUMENT = """
query ($first: Int, $after: String, $where: SessionFilter, $from: DateTime, $ids: [ID!], $title: String) {
  a: sessions(first: $first, after: $after, where: $where) { totalCount }
  b: sessions(where: {and: [{startsAt: {gte: $from}}, {id: {in: $ids}}], title: {eq: $title, contains: "x"}}) {
    totalCount
  }
  c: sessions(where: {and: {title: {eq: $title}}}, orderBy: {field: TITLE}) { totalCount }
}
"""
ONE = {
    "first": 5,
    "after": "x",
    "where": {"title": {"eq": "A"}},
    "from": "2026-01-01T00:00:00Z",
    "ids": ["ses_1", "ses_2"],
    "title": "A",
}
OTHER = ONE | {"first": 7, "where": {"title": {"eq": "B"}}, "from": "2027-01-01T00:00:00Z", "ids": ["ses_3", "ses_4"]}
WITHOUT = {"title": None}


@pytest.mark.parametrize("field", [0, 1, 2])
@pytest.mark.parametrize("requests", [[ONE, OTHER, ONE], [WITHOUT, WITHOUT | {"title": None}]])
def test_arguments_are_what_graphql_core_makes_of_them_in_every_request(field, requests):
    operation = parse(DOCUMENT).definitions[0]
    node = operation.selection_set.selections[field]
    definition = schema().query_type.fields["sessions"]
    source = Source(definition, node)

    for variables in requests:
        coerced = get_variable_values(schema(), operation.variable_definitions, variables)

        assert source.values(coerced) == get_argument_values(definition, node, coerced)
