"""Variables of one shape share a plan."""

import uuid

import pytest
from graphql import parse
from graphql.execution.values import get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from api.engine.planner import Planner
from api.engine.shapes import shape_of
from api.engine.variables import signatures_of
from api.schema import schema
from tenants.keys import Role
from tenants.registry import Tenant
from tenants.viewer import Viewer
from tests.conftest import NOW

DOCUMENT = """
query ($id: ID!, $first: Int, $deep: Boolean = false, $where: SessionFilter, $order: SessionOrder) {
  session(id: $id) { title @include(if: $deep) }
  sessions(first: $first, where: $where, orderBy: $order) { totalCount nodes { title } }
}
"""
(OPERATION,) = parse(DOCUMENT).definitions
ID = "ses_" + "0" * 32
LATEST = {"field": "STARTS_AT", "direction": "DESCENDING"}
VIEWER = Viewer(
    Tenant(slug="acme", name="Acme", display_name="Acme", created_at=NOW), uuid.uuid4(), roles=frozenset({Role.LEARNER})
)


def coerced(variables):
    return get_variable_values(schema(), OPERATION.variable_definitions, {"id": ID, **variables})


def shape(**variables):
    return shape_of(signatures_of(schema(), OPERATION), coerced(variables))


def statement(variables):
    return Planner(schema(), {}, OPERATION, coerced(variables), VIEWER, core=False).root()


TEXTS = st.none() | st.sampled_from(["a", "b"])
COMPARISONS = st.fixed_dictionaries(
    {}, optional={"eq": TEXTS, "contains": TEXTS, "in": st.lists(st.just("a"), max_size=2)}
)
FILTERS = st.recursive(
    st.fixed_dictionaries({}, optional={"title": st.none() | COMPARISONS}),
    lambda inner: st.fixed_dictionaries(
        {}, optional={"and": st.lists(inner, max_size=2), "or": st.lists(inner, max_size=2), "not": st.none() | inner}
    ),
    max_leaves=4,
)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([ID, "ses_" + "1" * 32]),
        "first": st.none() | st.integers(0, 5),
        "deep": st.booleans(),
        "where": st.none() | FILTERS,
        "order": st.none() | st.fixed_dictionaries({"field": st.sampled_from(["TITLE", "STARTS_AT"])}),
    },
)


def with_other_values(given):
    """The same structure and nulls; other texts, numbers and ids of the same type."""
    if isinstance(given, dict):
        return {
            name: with_other_values(value) if name not in ("order", "deep") else value for name, value in given.items()
        }
    if isinstance(given, list):
        return [with_other_values(value) for value in given]
    if isinstance(given, str):
        return given[:-1] + "c"
    return None if given is None else given + 1


@given(VARIABLES)
@settings(deadline=None)
def test_other_values_of_the_same_structure_make_the_same_shape_and_statement(variables):
    other = with_other_values(variables)

    assert shape(**variables) == shape(**other)
    assert statement(variables) == statement(other)


@given(VARIABLES, VARIABLES)
@settings(deadline=None)
def test_what_makes_another_statement_has_another_shape(one, other):
    """Else a plan would be used for a request that it does not fit."""
    assert statement(one) == statement(other) or shape(**one) != shape(**other)
    assert hash(shape(**one)) == hash(shape(**one))


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
