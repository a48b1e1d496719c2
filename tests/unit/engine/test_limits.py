"""Limits: each has its own code, and what lies within it passes."""

import pytest
from graphql import GraphQLError, parse

from api.engine import limits
from api.engine.limits import (
    MAX_CHAIN,
    MAX_ITEMS,
    MAX_VALUE_DEPTH,
    MAX_VALUES,
    OPEN,
    REGISTERED,
    TOKEN,
    Limits,
    check_document,
    check_text,
    check_variables,
)


def code(check, *given):
    """The code that it is refused with, or None."""
    try:
        check(*given)
    except GraphQLError as error:
        return error.extensions["code"]
    return None


def text(source, limits=OPEN):
    return code(check_text, source, limits)


def document(source, limits=OPEN):
    return code(check_document, parse(source), limits)


def fields(number, name="f"):
    return "{ " + " ".join(f"{name}{n}" for n in range(number)) + " }"


@pytest.mark.parametrize(
    ("within", "beyond", "expected"),
    [
        (f'{{ a(b: "{"x" * 90_000}") }}', f'{{ a(b: "{"x" * 100_000}") }}', "DOCUMENT_TOO_LARGE"),
        ("{" + "a " * 1_498 + "}", "{" + "a " * 1_499 + "}", "TOO_MANY_TOKENS"),
        ("{" + "a:b " * 300 + "}", "{" + "a:b " * 301 + "}", "TOO_MANY_ALIASES"),
        ("{" + "a @b " * 100 + "}", "{" + "a @b " * 101 + "}", "TOO_MANY_DIRECTIVES"),
        ("{ a " * 200, "{ a " * 201, "TOO_DEEP"),
        ("{ a(b: " + "[" * 198, "{ a(b: " + "[" * 199, "TOO_DEEP"),
    ],
)
def test_a_text_is_refused_for_what_it_holds_too_much_of(within, beyond, expected):
    assert text(within) is None
    assert text(beyond) == expected


@pytest.mark.parametrize(
    "source",
    [
        'query ($a: A = {b: "c:d"}) { f(a: {b: [1, {c: 2}]}, e: """@ : { """) }',
        '{ f(a: ":::@@@{{{ \\" ") # a: b @c {{{\n }',
        '{ f(a: """ \\""" : @ {{{ """) }',
        "{ f @a(b: 1) }",
        "",
    ],
)
def test_what_stands_in_texts_comments_and_arguments_is_no_alias(source):
    assert text(source, Limits(aliases=0, directives=1, tokens=40)) is None


def test_the_text_is_read_no_further_than_its_limits(monkeypatch):
    """A million tokens cost no more than the first few thousand."""
    seen = []

    class Counting:
        def finditer(self, source):
            for token in TOKEN.finditer(source):
                seen.append(token)
                yield token

    monkeypatch.setattr(limits, "TOKEN", Counting())

    assert text("a " * 50_000) == "TOO_MANY_TOKENS"
    assert len(seen) == OPEN.tokens + 2


@pytest.mark.parametrize(
    ("within", "beyond", "expected"),
    [
        ("{ a " * 50 + "}" * 50, "{ a " * 51 + "}" * 51, "TOO_DEEP"),
        (fields(50), fields(51), "TOO_MANY_ROOT_FIELDS"),
        (
            " ".join(f"query Q{n} {{ a }}" for n in range(20)),
            " ".join(f"query Q{n} {{ a }}" for n in range(21)),
            "TOO_MANY_OPERATIONS",
        ),
        (
            f"{{ a(b: [{'1,' * MAX_ITEMS}]) }}",
            f"{{ a {{ b(c: {{d: [{'1,' * (MAX_ITEMS + 1)}]}}) }} }}",
            "LIST_TOO_LONG",
        ),
        ("{ a }", f"query ($a: A = [{'1,' * (MAX_ITEMS + 1)}]) {{ a }}", "LIST_TOO_LONG"),
    ],
)
def test_a_document_is_refused_for_what_it_amounts_to(within, beyond, expected):
    assert document(within) is None
    assert document(beyond) == expected


def chained(links, inner="b"):
    parts = " ".join(f"fragment F{n} on T {{ ...F{n + 1} }}" for n in range(links))
    return f"{{ a {{ ...F0 }} }} {parts} fragment F{links} on T {{ {inner} }}"


def test_fragments_stand_in_fragments_only_so_deep():
    assert document(chained(MAX_CHAIN - 1)) is None
    assert document(chained(MAX_CHAIN)) is None
    assert document(chained(MAX_CHAIN + 1)) == "TOO_DEEP"
    assert document(chained(400), REGISTERED) == "TOO_DEEP"


def test_levels_are_counted_through_fragments():
    part = "fragment F{n} on T {{ a {{ ...F{m} }} }}"
    parts = [part.format(n=n, m=n + 1) for n in range(OPEN.depth)]

    assert document(" ".join(["{ ...F1 }", *parts, f"fragment F{OPEN.depth} on T {{ b }}"])) is None
    assert document(" ".join(["{ ...F0 }", *parts, f"fragment F{OPEN.depth} on T {{ b }}"])) == "TOO_DEEP"


def doubled(depth):
    parts = " ".join(f"fragment F{n} on T {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} }}" for n in range(depth))
    return f"{{ q {{ ...F0 }} }} {parts} fragment F{depth} on T {{ c }}"


def test_fields_are_counted_with_every_fragment_spelled_out():
    assert document(doubled(10)) is None
    assert document(doubled(12)) == "TOO_MANY_FIELDS"
    assert document(doubled(30)) == "TOO_MANY_FIELDS"


def test_root_fields_are_counted_through_fragments():
    assert document("{ ...A ...A } fragment A on Query " + fields(25)) is None
    assert document("{ ...A ...A } fragment A on Query " + fields(26)) == "TOO_MANY_ROOT_FIELDS"


def test_circles_of_fragments_are_left_to_the_rules():
    assert document("{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }") is None


@pytest.mark.parametrize(
    ("within", "beyond", "expected"),
    [
        ([1] * MAX_ITEMS, [1] * (MAX_ITEMS + 1), "LIST_TOO_LONG"),
        ([[1] * 900] * 10, [[1] * 900] * 12, "TOO_MANY_VALUES"),
        ([{"a": 1, "b": 2, "c": 3}] * 900, dict.fromkeys(map(str, range(MAX_VALUES + 1))), "TOO_MANY_VALUES"),
    ],
)
def test_variables_are_refused_for_what_they_hold_too_much_of(within, beyond, expected):
    assert code(check_variables, {"v": within}) is None
    assert code(check_variables, {"v": beyond}) == expected


def test_variables_are_nested_only_so_deep():
    def nested(levels):
        value = 1
        for _ in range(levels):
            value = [value]
        return {"v": value}

    assert code(check_variables, nested(MAX_VALUE_DEPTH - 1)) is None
    assert code(check_variables, nested(MAX_VALUE_DEPTH)) == "TOO_DEEP"
