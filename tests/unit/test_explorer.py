"""The explorer's examples: every one can be run as it stands, and together they tell one story."""

import re
from importlib import import_module

import pytest
from graphql import parse, validate
from graphql.execution.values import get_variable_values

from api.engine.filters import camel
from api.engine.types import CHANGES, ENTITIES, ROOTS, TOLD
from api.mutations import MUTATIONS
from api.schema import CAPABILITIES, schema
from tests.examples import EXAMPLES, FOLDER, PLACEHOLDER, Reader


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.name)
def example(request):
    return request.param


def test_an_example_fits_the_schema(example):
    assert [error.message for error in validate(schema(), parse(example.document))] == []


def test_an_example_brings_the_variables_it_needs(example):
    definitions = example.operation.variable_definitions or ()
    given = Reader().filled(example.variables)

    errors = get_variable_values(schema(), definitions, given)
    declared = {definition.variable.name.value for definition in definitions}
    assert (errors if isinstance(errors, list) else [], given.keys() - declared) == ([], set())


def test_an_example_says_first_what_it_is_for(example):
    assert [line for line in example.comment if not re.fullmatch(r"# [A-Z].*\.", line)] == []
    assert 1 <= len(example.comment) <= 2
    assert example.operation.name.value == example.title.title().replace(" ", "")


def test_an_example_that_needs_ids_names_others_that_show_them(example):
    titles = {other.title: other for other in EXAMPLES}
    opens = [prefix for prefix, *_ in PLACEHOLDER.findall(example.variables) if prefix] or "<id of" in example.variables

    assert bool(example.shown_by) == bool(opens)
    assert {title for title in example.shown_by if title not in titles} == set()
    assert all("id" in re.findall(r"\w+", titles[title].document) for title in example.shown_by)


def test_a_mutation_shows_its_row_or_why_there_is_none(example):
    if example.is_query or example.is_subscription:
        return

    assert "__typename" in example.document
    refused = re.search(r"\.\.\. on Refused \{([^}]*)\}", example.document)
    assert refused[1].split() == ["message", "field", "code"]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_every_capability_has_examples(capability):
    fields = fields_of(capability)
    examples = [example for example in EXAMPLES if example.capability == capability.rpartition(".")[2]]

    if not fields:
        assert examples == []
        return
    assert 1 <= len(examples) <= 4
    assert fields & set.union(*(example.root_fields for example in examples))


def fields_of(capability):
    """The root fields and mutations that a capability's module declares."""
    schema()
    module = import_module(f"api.{capability}")
    queries = {name for name, root in ROOTS.items() if ENTITIES[root.entity].cls.__module__ == module.__name__}
    told = {name for name, field in TOLD.items() if field.base_resolver.wrapped_func.__module__ == module.__name__}
    followed = {name for name, one in CHANGES.items() if ENTITIES[one.entity].cls.__module__ == module.__name__}
    asked = {camel(name) for name in vars(module)}
    return {camel(name) for name in queries | told | followed} | (asked & MUTATIONS.keys())


def test_every_file_has_its_one_place_in_the_story():
    told = sorted(example.path for example in EXAMPLES)
    variables = [path.with_suffix(".graphql") for path in FOLDER.glob("*/*.json")]

    assert told == sorted(FOLDER.glob("*/*.graphql"))
    assert [path for path in variables if path not in told] == []


def test_titles_differ():
    titles = [example.title for example in EXAMPLES]

    assert sorted(titles) == sorted(set(titles))
