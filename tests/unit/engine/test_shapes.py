"""Variables of one shape share a plan."""

import pytest
from graphql import parse
from graphql.execution.values import get_variable_values

from api.engine.shapes import shape_of
from api.schema import schema

DOCUMENT = """
query ($id: ID!, $first: Int, $deep: Boolean = false, $where: SessionFilter, $order: SessionOrder) {
  session(id: $id) { title @include(if: $deep) }
  sessions(first: $first, where: $where, orderBy: $order) { totalCount nodes { title } }
}
"""
(OPERATION,) = parse(DOCUMENT).definitions
ID = "ses_" + "0" * 32
LATEST = {"field": "STARTS_AT", "direction": "DESCENDING"}


def shape(**variables):
    definitions = OPERATION.variable_definitions
    return shape_of(schema(), definitions, get_variable_values(schema(), definitions, {"id": ID, **variables}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"first": 1}, {"first": 2}),
        ({"id": ID}, {"id": "ses_" + "f" * 32}),
        ({"where": {"title": {"eq": "A"}}}, {"where": {"title": {"eq": "B"}}}),
        ({"deep": False}, {}),
    ],
)
def test_values_alone_make_no_other_plan(one, other):
    assert shape(**one) == shape(**other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"first": 1}, {"first": None}),
        ({"first": 1}, {}),
        ({"id": ID}, {"id": "per_" + "0" * 32}),
        ({"deep": True}, {"deep": False}),
        ({"where": {"title": {"eq": "A"}}}, {"where": {"title": {"contains": "A"}}}),
        ({"where": {"title": {"eq": "A"}}}, {"where": {"title": {"eq": None}}}),
        ({"where": {"or": [{"title": {"eq": "A"}}]}}, {"where": {"or": []}}),
        ({"order": LATEST}, {"order": {**LATEST, "direction": "ASCENDING"}}),
    ],
)
def test_null_booleans_enums_types_and_structure_make_another_plan(one, other):
    assert shape(**one) != shape(**other)
