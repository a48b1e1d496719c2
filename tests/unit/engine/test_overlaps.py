"""Overlapping fields: as graphql-core tells them apart, in linear time."""

import sys

import pytest
from graphql import build_schema, parse, validate
from graphql.validation import OverlappingFieldsCanBeMergedRule

from api.engine.overlaps import overlaps

SCHEMA = build_schema(
    """
    interface Being { name: String!, friend: Being, age(in: String): Int }
    type Dog implements Being { name: String!, friend: Being, age(in: String): Int, barks: Boolean, owner: Person }
    type Cat implements Being { name: String!, friend: Being, age(in: String): Int, barks: String, owner: [Person] }
    type Person { name: String, dogs(first: Int): [Dog!]!, cats(first: Int): [Cat!]! }
    union Pet = Dog | Cat
    type Query { being: Being, pet: Pet, dog: Dog, person: Person }
    """
)
DOCUMENTS = [
    "{ dog { name name } }",
    "{ dog { a: name a: barks } }",
    "{ dog { name: barks name } }",
    '{ dog { age(in: "years") age(in: "days") } }',
    '{ dog { age(in: "years") age(in: "years") } }',
    "query ($a: String) { dog { age(in: $a) age(in: $a) ... { age } } }",
    '{ being { ... on Dog { a: age } ... on Cat { a: age(in: "x") } } }',
    "{ being { ... on Dog { barks } ... on Cat { barks } } }",
    "{ being { name ... on Dog { name: age } } }",
    "{ pet { ... on Dog { a: name } ... on Cat { a: owner { name } } } }",
    "{ pet { ... on Dog { owner { name } } ... on Cat { o: owner { name } } } }",
    "{ pet { ... on Dog { owner { name } } ... on Cat { owner { name } } } }",
    "{ being { ... on Dog { friend { a: name } } ... on Cat { friend { a: age } } } }",
    "{ being { friend { a: name } ... on Cat { friend { a: age } } } }",
    "{ being { ...A ...B } } fragment A on Dog { x: friend { age } } fragment B on Being { x: friend { age: name } }",
    "{ person { dogs { name } ...P } } fragment P on Person { dogs { name: barks } }",
    "{ person { dogs(first: 1) { name } ...P } } fragment P on Person { dogs { name } }",
    "{ person { ...P ...P x: name } } fragment P on Person { x: name cats { owner { name } } }",
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_fields_overlap_where_graphql_core_says_so(document):
    ast = parse(document)

    found = overlaps(SCHEMA, ast)

    assert bool(found) == bool(validate(SCHEMA, ast, [OverlappingFieldsCanBeMergedRule]))


def test_a_conflict_is_told_with_both_fields():
    [error] = overlaps(SCHEMA, parse("{ dog { a: name a: barks } }"))

    assert error.message == (
        "Fields 'a' conflict because they return conflicting types 'String!' and 'Boolean'."
        " Use different aliases on the fields to fetch both if this was intentional."
    )
    assert [place.column for place in error.locations] == [9, 17]


def steps(document):
    """How many calls of Python functions it takes."""
    ast, calls = parse(document), 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        assert overlaps(SCHEMA, ast) == []
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "repeated",
    [
        lambda times: "{ dog { " + "name " * times + "} }",
        lambda times: "{ person { " + "dogs(first: 1) { owner { name } } " * times + "} }",
        lambda times: (
            "{ person { "
            + " ".join(f"...F{n}" for n in range(times))
            + " } } "
            + " ".join(f"fragment F{n} on Person {{ dogs {{ name owner {{ name }} }} }}" for n in range(times))
        ),
    ],
    ids=["leaves", "objects", "fragments"],
)
def test_twice_the_fields_are_twice_the_work(repeated):
    assert steps(repeated(400)) < 2.2 * steps(repeated(200))
