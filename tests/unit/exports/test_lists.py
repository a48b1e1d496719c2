import pytest
from graphql import print_ast

from api.engine.documents import Document
from api.engine.limits import MAX_COST
from api.exports.lists import listed
from api.schema import schema

NESTED = (
    "{ sessions { nodes { registrations(first: 100) { nodes { person { organization { id } } session { id } } } } } }"
)


def asked(text, **variables):
    return listed(Document(schema(), text, None), variables)


def spaceless(document):
    return " ".join(print_ast(document.ast).split())


def test_a_page_asks_for_the_rows_alone_and_where_the_list_goes_on():
    found = asked("{ all: sessions(first: 7) { totalCount edges { cursor node { id } } pageInfo { startCursor } } }")

    assert spaceless(found.next) == (
        "query Export($size: Int, $after: String) "
        "{ list: sessions(orderBy: { field: ID }, first: $size, after: $after) "
        "{ rows: nodes { id } page: pageInfo { hasNextPage endCursor } } }"
    )
    assert spaceless(found.first) == spaceless(found.next).replace("{ rows", "{ total: totalCount rows")


def test_what_the_rows_do_not_use_is_left_out():
    found = asked(
        "query Q($size: Int, $after: String, $x: Boolean!) { people(first: $size, after: $after) { ...p } } "
        "fragment p on PersonConnection { pageInfo { ...i } nodes { ...n @include(if: $x) id } } "
        "fragment i on PageInfo { endCursor } fragment n on Person { name }",
        x=True,
    )

    assert spaceless(found.next) == (
        "query Export($x: Boolean!, $size_: Int, $after_: String) "
        "{ list: people(orderBy: { field: ID }, first: $size_, after: $after_) "
        "{ rows: nodes { ...n @include(if: $x) id } page: pageInfo { hasNextPage endCursor } } } "
        "fragment n on Person { name }"
    )


BY_NOTHING = ["query { people(orderBy: null)", "query ($order: PersonOrder) { people(orderBy: $order)"]


@pytest.mark.parametrize("asks", BY_NOTHING)
def test_a_list_without_an_order_goes_by_id(asks):
    found = asked(f"{asks} {{ nodes {{ id }} }} }}")

    assert "list: people(orderBy: { field: ID }, first" in spaceless(found.next)


def test_an_order_is_kept():
    found = asked("query ($order: PersonOrder) { people(orderBy: $order) { nodes { id } } }", order={"field": "NAME"})

    assert "list: people(orderBy: $order, first" in spaceless(found.next)


def test_a_page_is_as_large_as_costs_allow():
    flat, nested = asked("{ people { nodes { id } } }"), asked(NESTED)

    assert (flat.largest, nested.largest) == (100, 50)
    assert nested.first.cost.of({nested.size: 50}) <= MAX_COST < nested.first.cost.of({nested.size: 100})
