"""SQL that writes JSON text writes exactly that text."""

import asyncio
import json

import asyncpg
import pytest
from graphql import GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLString
from hypothesis import given, settings
from hypothesis import strategies as st

from api.engine.emission import ARGUMENTS_PER_CALL, Sql, concat, leaf, literal, members

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
HARD = [
    "",
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    "\\\\",
    "E'\\x01'",
    "$1",
    "$$",
    "{}",
    "%s",
    "--",
    "/*",
    "\n",
    "\x01",
    "\U0001f600",
    "\u202e",
]


@pytest.fixture(scope="module")
def value_of(administrator_url):
    """What PostgreSQL makes of an expression."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(administrator_url))
        yield lambda expression, *arguments: runner.run(connection.fetchval(f"SELECT {expression}", *arguments))
        runner.run(connection.close())


@pytest.mark.parametrize("text", HARD)
def test_a_literal_is_its_text(value_of, text):
    assert value_of(literal(text)) == text


@given(parts=st.lists(st.tuples(st.booleans(), TEXT), min_size=1, max_size=20))
@settings(deadline=None, max_examples=100)
def test_parts_are_joined_in_their_order(value_of, parts):
    written = [Sql(f"{literal(text)}::text") if computed else text for computed, text in parts]

    assert value_of(concat(written)) == "".join(text for _, text in parts)


@pytest.mark.parametrize(
    "count",
    [
        1,
        2,
        ARGUMENTS_PER_CALL - 1,
        ARGUMENTS_PER_CALL,
        ARGUMENTS_PER_CALL + 1,
        100,
        101,
        500,
        ARGUMENTS_PER_CALL**2 + 1,
    ],
)
def test_there_may_be_more_parts_than_a_function_takes(value_of, count):
    parts = [Sql(f"'{number},'") for number in range(count)]

    assert value_of(concat(parts)) == "".join(f"{number}," for number in range(count))


def test_literals_beside_each_other_are_one(value_of):
    assert concat(["a", "b", Sql("'c'"), "d", "'"]) == "concat('ab', 'c', 'd''')"


def test_null_is_no_text(value_of):
    assert value_of(concat(["[", Sql("NULL"), "]"])) == "[]"


@given(texts=st.dictionaries(st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,20}", fullmatch=True), TEXT, max_size=8))
@settings(deadline=None, max_examples=50)
def test_members_are_an_object(value_of, texts):
    pairs = [(name, leaf(GraphQLNonNull(GraphQLString), f"{literal(text)}::text")) for name, text in texts.items()]

    assert json.loads(value_of(concat(members(pairs)))) == texts


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [
        (GraphQLString, "NULL::text", None),
        (GraphQLString, "'null'::text", "null"),
        (GraphQLString, "chr(1) || '\"\\'", '\x01"\\'),
        (GraphQLInt, "NULL::int", None),
        (GraphQLInt, "-2147483648", -2147483648),
        (GraphQLFloat, "0.1::float8", 0.1),
        (GraphQLFloat, "1e300::float8", 1e300),
        (GraphQLBoolean, "NULL::boolean", None),
        (GraphQLBoolean, "false", False),
        (GraphQLList(GraphQLNonNull(GraphQLString)), "NULL::text[]", None),
        (GraphQLList(GraphQLNonNull(GraphQLString)), "'{}'::text[]", []),
        (GraphQLList(GraphQLNonNull(GraphQLString)), "ARRAY['a\"', '\\']", ['a"', "\\"]),
    ],
)
def test_a_leaf_is_json(value_of, kind, expression, value):
    assert json.loads(value_of(concat(leaf(kind, expression)))) == value
    if value is not None:
        assert json.loads(value_of(concat(leaf(GraphQLNonNull(kind), expression)))) == value
