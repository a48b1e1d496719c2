"""Lists are filtered and ordered by custom fields, and paged through."""

import pytest

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.custom.declared import a_field, a_person, names, refusal_of
from tests.e2e.rows import an_organization, do

CHOICES = [{"value": value, "label": value.lower()} for value in ("A", "B", "C")]


@pytest.fixture
async def people(admin, coordinator):
    """Ann, Bob, Cyd and Dan, of whom much is known; of Eve nothing. The administrator and the coordinator are Ada."""
    await a_field(admin)
    await a_field(admin, "hours", "NUMBER")
    await a_field(admin, "since", "DATE")
    await a_field(admin, "region", "CHOICE", choices=CHOICES)
    await a_field(admin, "client", "REFERENCE", refersTo="ORGANIZATION")
    acme, zeta = await an_organization(coordinator), await an_organization(coordinator, name="Zeta")
    for name, text, number, day, choice, client in (
        ("Ann", "Été 7", 10, "2026-03-01", "A", acme),
        ("Bob", "été 42", -1.5, "1999-12-31", "B", acme),
        ("Cyd", "zwölf", 9.25, "2026-02-28", "A", zeta),
        ("Dan", "z", 0, "2026-03-01", "C", zeta),
    ):
        await a_person(
            coordinator, name, costCenter={"text": text}, hours={"number": number}, since={"date": day},
            region={"choice": choice}, client={"reference": client},
        )  # fmt: skip
    await a_person(coordinator, "Eve")
    return {"acme": acme, "zeta": zeta}


def filtered(key, **comparison):
    return {"where": {"customFields": [{"key": key, **comparison}]}}


@pytest.mark.parametrize(
    ("key", "comparison", "found"),
    [
        ("costCenter", {"text": {"eq": "été 42"}}, ["Bob"]),
        ("costCenter", {"text": {"in": ["z", "zwölf", "other"]}}, ["Cyd", "Dan"]),
        ("costCenter", {"text": {"in": []}}, []),
        ("costCenter", {"text": {"startsWith": "z"}}, ["Cyd", "Dan"]),
        ("costCenter", {"text": {"startsWith": ""}}, ["Ann", "Bob", "Cyd", "Dan"]),
        ("costCenter", {"text": {"startsWith": "%"}}, []),
        ("costCenter", {"text": {"contains": "ÉTÉ"}}, ["Ann", "Bob"]),
        ("costCenter", {"text": {"eq": None}}, ["Ada Lovelace", "Ada Lovelace", "Eve"]),
        ("costCenter", {"text": {"startsWith": "z", "contains": "ölf"}}, ["Cyd"]),
        ("costCenter", {"text": {}}, ["Ada Lovelace", "Ada Lovelace", "Ann", "Bob", "Cyd", "Dan", "Eve"]),
        ("hours", {"number": {"eq": 9.25}}, ["Cyd"]),
        ("hours", {"number": {"eq": -0.0}}, ["Dan"]),
        ("hours", {"number": {"gt": 0}}, ["Ann", "Cyd"]),
        ("hours", {"number": {"gte": -1.5, "lt": 9.25}}, ["Bob", "Dan"]),
        ("hours", {"number": {"lte": -1.5}}, ["Bob"]),
        ("hours", {"number": {"lt": 1e300}}, ["Ann", "Bob", "Cyd", "Dan"]),
        ("hours", {"number": {"in": [10, 0]}}, ["Ann", "Dan"]),
        ("since", {"date": {"gte": "2026-03-01"}}, ["Ann", "Dan"]),
        ("since", {"date": {"lt": "2000-01-01"}}, ["Bob"]),
        ("since", {"date": {"eq": "2026-02-28"}}, ["Cyd"]),
        ("region", {"choice": {"eq": "A"}}, ["Ann", "Cyd"]),
        ("region", {"choice": {"in": ["B", "C"]}}, ["Bob", "Dan"]),
    ],
    ids=str,
)
async def test_a_filter_finds_what_a_custom_field_says(people, coordinator, key, comparison, found):
    assert await names(coordinator, **filtered(key, **comparison)) == found


async def test_a_filter_finds_what_is_referred_to(people, coordinator):
    of = lambda row: filtered("client", reference={"eq": row})  # noqa: E731 -- one line says it

    assert await names(coordinator, **of(people["acme"])) == ["Ann", "Bob"]
    assert await names(coordinator, **of(people["acme"].replace("org_", "per_"))) == []
    assert await names(coordinator, **of("no id")) == []
    either = {"in": [people["zeta"], people["acme"]]}
    assert await names(coordinator, **filtered("client", reference=either)) == ["Ann", "Bob", "Cyd", "Dan"]


async def test_filters_are_put_together(people, coordinator):
    north, many = {"key": "region", "choice": {"eq": "A"}}, {"key": "hours", "number": {"gte": 10}}

    assert await names(coordinator, where={"customFields": [north, many]}) == ["Ann"]
    either = [{"customFields": [{"key": "region", "choice": {"eq": "C"}}]}, {"name": {"eq": "Eve"}}]
    assert await names(coordinator, where={"or": either}) == ["Dan", "Eve"]
    others = await names(coordinator, where={"not": {"customFields": [north]}, "name": {"startsWith": "B"}})
    assert others == ["Bob"]


@pytest.mark.parametrize(
    ("key", "ascending"),
    [
        ("costCenter", ["Dan", "Cyd", "Ann", "Bob"]),
        ("hours", ["Bob", "Dan", "Cyd", "Ann"]),
        ("since", ["Bob", "Cyd", "Ann", "Dan"]),
        ("region", ["Ann", "Cyd", "Bob", "Dan"]),
        ("client", ["Ann", "Bob", "Cyd", "Dan"]),
    ],
)
async def test_an_order_goes_by_what_a_custom_field_says_and_puts_what_says_nothing_last(
    people, coordinator, key, ascending
):
    nothing = ["Ada Lovelace", "Ada Lovelace", "Eve"]

    assert await names(coordinator, orderBy={"customField": key}) == ascending + nothing
    descending = await names(coordinator, orderBy={"customField": key, "direction": "DESCENDING"})
    assert descending == ascending[::-1] + nothing[::-1]


PAGE = """query ($order: PersonOrder, $first: Int, $after: String, $last: Int, $before: String, $where: PersonFilter) {
  people(orderBy: $order, first: $first, after: $after, last: $last, before: $before, where: $where) {
    totalCount edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("key", ["hours", "region"])
async def test_a_list_is_paged_through_both_ways_with_and_without_values(people, coordinator, direction, size, key):
    order = {"customField": key, "direction": direction}
    whole = (await coordinator.data(PAGE, order=order, first=100))["people"]["edges"]

    forward, cursor = [], None
    while True:
        page = (await coordinator.data(PAGE, order=order, first=size, after=cursor))["people"]
        forward += page["edges"]
        assert (page["totalCount"], page["pageInfo"]["hasPreviousPage"]) == (7, cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backward, cursor = [], None
    while True:
        page = (await coordinator.data(PAGE, order=order, last=size, before=cursor))["people"]
        backward = page["edges"] + backward
        cursor = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert len(whole) == 7
    assert forward == whole
    assert backward == whole


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
async def test_between_any_two_cursors_lies_what_stands_between_them(people, coordinator, direction):
    order = {"customField": "hours", "direction": direction}
    edges = (await coordinator.data(PAGE, order=order, first=100))["people"]["edges"]
    for start, first in enumerate(edges):
        for end, last in enumerate(edges):
            page = await coordinator.data(PAGE, order=order, after=first["cursor"], before=last["cursor"])
            assert page["people"]["edges"] == edges[start + 1 : end]


async def test_a_cursor_is_of_one_custom_field_in_one_direction(people, coordinator):
    cursor = (await coordinator.data(PAGE, order={"customField": "hours"}, first=1))["people"]["pageInfo"]["endCursor"]

    for order in ({"customField": "since"}, {"customField": "hours", "direction": "DESCENDING"}, {"field": "NAME"}):
        answer = await coordinator.answer(PAGE, order=order, after=cursor)
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["message"] == "The cursor in `after` was not made by this list in this order. Use one of its own."


async def test_lists_within_a_row_are_filtered_and_ordered_alike(people, coordinator):
    for name, hours in (("Gus", 2), ("Hal", 1), ("Ida", 3)):
        person = await a_person(coordinator, name, hours={"number": hours})
        await do(coordinator, "updatePerson", "Person { id }", id=person, organizationId=people["acme"])
    document = """query ($key: String!) {
      organizations(orderBy: {field: NAME}) { nodes { name people(
        orderBy: {customField: $key}, where: {customFields: [{key: $key, number: {gt: 1}}]}, first: 1
      ) { totalCount nodes { name } } } }
    }"""

    answer = await coordinator.data(document, key="hours")

    assert answer["organizations"]["nodes"] == [
        {"name": "Acme", "people": {"totalCount": 2, "nodes": [{"name": "Gus"}]}},
        {"name": "Zeta", "people": {"totalCount": 0, "nodes": []}},
    ]


KINDS = "text, number, date, choice, reference"
EXACTLY_ONE = f"`where.customFields[0]`: compare a custom field by exactly one of: {KINDS}."
DECLARED = "There are: client, costCenter, hours, region, since."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"orderBy": {"customField": "hour"}},
            f'`orderBy.customField`: Person has no custom field "hour". {DECLARED}',
        ),
        (
            filtered("hour", number={"eq": 1}),
            f'`where.customFields[0].key`: Person has no custom field "hour". {DECLARED}',
        ),
        (
            filtered("hours", text={"eq": "1"}),
            '`where.customFields[0].key`: the custom field "hours" holds a NUMBER, compared by `number`.',
        ),
        (
            filtered("hours"),
            EXACTLY_ONE,
        ),
        (
            filtered("hours", text={"eq": "1"}, number={"eq": 1}),
            EXACTLY_ONE,
        ),
        ({"orderBy": {"direction": "DESCENDING"}}, "Order by either `field` or `customField`."),
        ({"orderBy": {"field": "NAME", "customField": "hours"}}, "Order by either `field` or `customField`."),
    ],
    ids=str,
)
async def test_what_can_not_be_asked_is_told_with_what_there_is(people, coordinator, arguments, message):
    assert await refusal_of(coordinator, **arguments) == ("BAD_USER_INPUT", message)


async def test_where_nothing_is_declared_that_is_told(coordinator):
    unknown = '`orderBy.customField`: Person has no custom field "hours". None are declared.'

    assert await refusal_of(coordinator, orderBy={"customField": "hours"}) == ("BAD_USER_INPUT", unknown)


async def test_one_document_serves_tenants_that_declare_otherwise(admin, coordinator, http, database, other_tenant):
    """Plans are kept by document: the key is found in the tenant's own fields each time."""
    theirs = await a_client(http, database, other_tenant, Role.TENANT_ADMIN, name="Zoe")
    await a_field(admin, "hours", "NUMBER")
    await a_field(theirs, "hours", "NUMBER")
    await a_field(theirs, "spent", "NUMBER")
    await a_person(coordinator, "Ann", hours={"number": 1})
    await a_person(theirs, "Xen", hours={"number": 2}, spent={"number": 1})
    positive = lambda key: filtered(key, number={"gt": 0})  # noqa: E731 -- one line says it

    assert await names(coordinator, **positive("hours")) == ["Ann"]
    assert await names(theirs, **positive("hours")) == ["Xen"]
    assert await names(theirs, **positive("spent")) == ["Xen"]
    unknown = '`where.customFields[0].key`: Person has no custom field "spent". There are: hours.'
    assert await refusal_of(coordinator, **positive("spent")) == ("BAD_USER_INPUT", unknown)


async def test_an_unknown_field_breaks_its_own_part_of_the_answer(people, coordinator):
    """As any error of one field does: what can be null is null, and the rest is there."""
    document = """query ($id: ID!) {
      organization(id: $id) { people(orderBy: {customField: "unknown"}) { totalCount } }
      tenant { name }
    }"""

    answer = await coordinator.answer(document, id=people["acme"])

    assert answer["data"] == {"organization": None, "tenant": {"name": "Acme"}}
    [error] = answer["errors"]
    assert error["path"] == ["organization", "people"]
