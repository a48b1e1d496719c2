"""The explorer's examples: every one can be run as it stands."""

import json

import pytest
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from api.explorer import SOURCE
from api.schema import schema

EXAMPLES = sorted((SOURCE / "examples").glob("*/*.graphql"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def example(request):
    return request.param


def test_an_example_fits_the_schema(example):
    assert [error.message for error in validate(schema(), parse(example.read_text()))] == []


def test_an_example_brings_the_variables_it_needs(example):
    operation = parse(example.read_text()).definitions[0]
    variables = example.with_suffix(".json")
    given = json.loads(variables.read_text()) if variables.exists() else {}

    assert isinstance(operation, OperationDefinitionNode)
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    errors = get_variable_values(schema(), operation.variable_definitions or (), given)
    assert (errors if isinstance(errors, list) else [], given.keys() - declared) == ([], set())


def test_an_example_says_first_what_it_is_for(example):
    first, second = example.read_text().splitlines()[:2]

    assert first.startswith("# ")
    assert first.endswith(".")
    assert not second.startswith("#")


def test_no_variables_stand_without_their_example():
    assert [
        path for path in (SOURCE / "examples").glob("*/*.json") if path.with_suffix(".graphql") not in EXAMPLES
    ] == []
