"""What custom fields say is written and read with their records."""

import pytest

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.custom.declared import a_field, a_person, refusal_of
from tests.e2e.rows import (
    a_cohort,
    a_program,
    a_workshop,
    an_organization,
    do,
    nobodys,
    refused,
)

SAID = """customFields {
  key label kind text number date choice { value label } reference { __typename id ... on Organization { name } }
}"""
NOTHING = {"text": None, "number": None, "date": None, "choice": None, "reference": None}
REGIONS = [{"value": "NORTH", "label": "North"}, {"value": "SOUTH", "label": "South"}]


@pytest.fixture
async def declared(admin):
    """A field of people of every kind."""
    await a_field(admin)
    await a_field(admin, "hours", "NUMBER")
    await a_field(admin, "since", "DATE")
    await a_field(admin, "region", "CHOICE", choices=REGIONS)
    await a_field(admin, "client", "REFERENCE", refersTo="ORGANIZATION")


async def said_of(client, person, selection=SAID):
    read = await client.data(f"query ($id: ID!) {{ person(id: $id) {{ {selection} }} }}", id=person)
    return read["person"]["customFields"]


async def write(client, person, *given):
    return await do(client, "updatePerson", f"Person {{ {SAID} }}", id=person, customFields=list(given))


async def test_a_person_is_created_with_custom_fields_of_every_kind(declared, coordinator):
    acme = await an_organization(coordinator)
    everything = [
        {"key": "since", "date": "2026-01-31"},
        {"key": "costCenter", "text": " 42 "},
        {"key": "hours", "number": 7.25},
        {"key": "region", "choice": "SOUTH"},
        {"key": "client", "reference": acme},
    ]

    created = await do(coordinator, "createPerson", f"Person {{ id {SAID} }}", name="Ada", customFields=everything)

    assert created["customFields"] == [
        {**NOTHING, "key": "costCenter", "label": "COSTCENTER", "kind": "TEXT", "text": "42"},
        {**NOTHING, "key": "hours", "label": "HOURS", "kind": "NUMBER", "number": 7.25},
        {**NOTHING, "key": "since", "label": "SINCE", "kind": "DATE", "date": "2026-01-31"},
        {
            **NOTHING,
            "key": "region",
            "label": "REGION",
            "kind": "CHOICE",
            "choice": {"value": "SOUTH", "label": "South"},
        },
        {
            **NOTHING,
            "key": "client",
            "label": "CLIENT",
            "kind": "REFERENCE",
            "reference": {"__typename": "Organization", "id": acme, "name": "Acme"},
        },
    ]
    assert await said_of(coordinator, created["id"]) == created["customFields"]


async def test_only_the_fields_that_are_asked_for_are_read(declared, coordinator):
    ada = await a_person(coordinator, "Ada", costCenter={"text": "42"}, hours={"number": 1})
    asked = """query ($id: ID!, $keys: [String!]) { person(id: $id) {
      one: customFields(keys: ["hours", "unknown"]) { number }
      many: customFields(keys: $keys) { key }
    } }"""

    read = await coordinator.data(asked, id=ada, keys=["costCenter"])
    none = await coordinator.data(asked, id=ada, keys=[])

    assert read == {"person": {"one": [{"number": 1}], "many": [{"key": "costCenter"}]}}
    assert none == {"person": {"one": [{"number": 1}], "many": []}}


async def test_what_is_left_out_stays_and_null_takes_away(declared, coordinator):
    ada = await a_person(
        coordinator, "Ada", costCenter={"text": "42"}, hours={"number": 1}, since={"date": "2026-01-31"}
    )

    await write(coordinator, ada, {"key": "costCenter", "text": None}, {"key": "hours", "number": -2.5})

    assert await said_of(coordinator, ada, "customFields { key number date }") == [
        {"key": "hours", "number": -2.5, "date": None},
        {"key": "since", "number": None, "date": "2026-01-31"},
    ]


@pytest.mark.parametrize(
    ("given", "code", "key"),
    [
        ({"key": "unknown", "text": "x"}, "UNKNOWN_FIELD", "unknown"),
        ({"key": "hours", "text": "x"}, "WRONG_KIND", "hours"),
        ({"key": "hours", "text": None}, "WRONG_KIND", "hours"),
        ({"key": "costCenter", "number": 42}, "WRONG_KIND", "costCenter"),
        ({"key": "costCenter", "text": " "}, "INVALID", "costCenter"),
        ({"key": "costCenter", "text": "x" * 501}, "INVALID", "costCenter"),
        ({"key": "costCenter", "text": "\0"}, "INVALID", "costCenter"),
        ({"key": "hours", "number": 1e16}, "INVALID", "hours"),
        ({"key": "hours"}, "INVALID", "hours"),
        ({"key": "hours", "number": 1, "text": "1"}, "INVALID", "hours"),
        ({"key": "region", "choice": "WEST"}, "UNKNOWN_CHOICE", "region"),
        ({"key": "client", "reference": nobodys("org")}, "NOT_FOUND", "client"),
        ({"key": "client", "reference": "no id"}, "NOT_FOUND", "client"),
        ({"key": "k" * 1000, "text": "x"}, "UNKNOWN_FIELD", "k" * 40 + "…"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_written(declared, coordinator, given, code, key):
    ada = await a_person(coordinator, "Ada", costCenter={"text": "42"})

    answer = await do(coordinator, "updatePerson", "Person { id }", id=ada, name="Eve", customFields=[given])

    assert answer == refused(code, f"customFields.{key}")
    read = await coordinator.data("query ($id: ID!) { person(id: $id) { name customFields { text } } }", id=ada)
    assert read == {"person": {"name": "Ada", "customFields": [{"text": "42"}]}}


async def test_a_field_is_given_once(declared, coordinator):
    twice = [{"key": "hours", "number": 1}, {"key": "hours", "number": 2}]

    answer = await do(coordinator, "createPerson", "Person { id }", name="Ada", customFields=twice)

    assert answer == refused("INVALID", "customFields.hours")


async def test_a_reference_is_of_the_kind_that_the_field_refers_to(declared, coordinator):
    ada = await a_person(coordinator, "Ada")

    answer = await write(coordinator, ada, {"key": "client", "reference": ada})

    assert answer == refused("NOT_FOUND", "customFields.client")


async def test_a_reference_never_leads_to_another_tenant(declared, coordinator, http, database, other_tenant):
    stranger = await a_client(http, database, other_tenant, Role.COORDINATOR)
    theirs = await an_organization(stranger)
    ada = await a_person(coordinator, "Ada")

    answer = await write(coordinator, ada, {"key": "client", "reference": theirs})

    assert answer == refused("NOT_FOUND", "customFields.client")


async def test_a_required_field_is_asked_for_of_what_is_new(admin, coordinator):
    before = await a_person(coordinator, "Ada")
    await a_field(admin, required=True)

    missing = await do(coordinator, "createPerson", "Person { id }", name="Bea")
    null = await do(
        coordinator, "createPerson", "Person { id }", name="Bea", customFields=[{"key": "costCenter", "text": None}]
    )
    changed = await do(coordinator, "updatePerson", "Person { name }", id=before, name="Ada L.")
    bea = await a_person(coordinator, "Bea", costCenter={"text": "42"})
    taken_away = await write(coordinator, bea, {"key": "costCenter", "text": None})

    assert missing == null == taken_away == refused("REQUIRED", "customFields.costCenter")
    assert changed == {"name": "Ada L."}


async def test_a_retired_choice_stays_where_it_was_made_and_is_made_no_more(admin, coordinator):
    region = await a_field(admin, "region", "CHOICE", choices=REGIONS)
    ada = await a_person(coordinator, "Ada", region={"choice": "SOUTH"})
    bea = await a_person(coordinator, "Bea", region={"choice": "NORTH"})

    await do(admin, "updateCustomField", "CustomField { id }", id=region, choices=REGIONS[:1])

    read = await said_of(coordinator, ada, "customFields { choice { value label } }")
    assert read == [{"choice": {"value": "SOUTH", "label": "South"}}]
    assert (await write(coordinator, ada, {"key": "region", "choice": "SOUTH"}))["customFields"]
    assert await write(coordinator, bea, {"key": "region", "choice": "SOUTH"}) == refused(
        "UNKNOWN_CHOICE", "customFields.region"
    )


async def test_what_is_for_staff_is_seen_by_staff_and_apps_with_the_scope(admin, coordinator, http, database, tenant):
    await a_field(admin, visibility="STAFF")
    await a_field(admin, "hours", "NUMBER")
    ada = await a_person(coordinator, "Ada", costCenter={"text": "42"}, hours={"number": 1})
    instructor = await a_client(http, database, tenant, Role.INSTRUCTOR)
    app = await a_client(http, database, tenant, scopes=["people:read"])
    other_app = await a_client(http, database, tenant, scopes=["cohorts:read"])

    document = "query ($id: ID!) { node(id: $id) { ... on Person { customFields { key } } } }"

    async def seen_by(client):
        return [one["key"] for one in (await client.data(document, id=ada))["node"]["customFields"]]

    seen = [await seen_by(client) for client in (coordinator, app, instructor, other_app)]
    filtered = {"where": {"customFields": [{"key": "costCenter", "text": {"eq": "42"}}]}}
    ordered = {"orderBy": {"customField": "costCenter"}}

    assert seen == [["costCenter", "hours"], ["costCenter", "hours"], ["hours"], ["hours"]]
    unknown = 'Person has no custom field "costCenter". There are: hours.'
    assert await refusal_of(instructor, **filtered) == ("BAD_USER_INPUT", f"`where.customFields[0].key`: {unknown}")
    assert await refusal_of(instructor, **ordered) == ("BAD_USER_INPUT", f"`orderBy.customField`: {unknown}")
    declared = await instructor.data("{ customFields { nodes { key } } }")
    assert declared == {"customFields": {"nodes": [{"key": "hours"}]}}


async def test_what_is_written_takes_part_in_history_and_revision(declared, coordinator):
    ada = await a_person(coordinator, "Ada", hours={"number": 1})
    since = {"id": ada, "customFields": [{"key": "since", "date": "2026-01-31"}]}
    changed = await do(coordinator, "updatePerson", "Person { revision }", **since)
    same = await do(coordinator, "updatePerson", "Person { revision }", **since)

    events = await coordinator.data(
        '{ events(where: {aggregate: {eq: "Person"}, verb: {eq: "updated"}}, last: 2) { nodes { facts } } }'
    )
    assert [event["facts"] for event in events["events"]["nodes"]] == [
        {"custom_fields": {"since": "2026-01-31"}},
        {"custom_fields": {"hours": 1}},
    ]
    assert (changed, same) == ({"revision": 2}, {"revision": 2})


async def test_every_record_that_can_have_custom_fields_is_written_and_read(admin):
    async def note(record):
        await a_field(admin, "note", record=record)

    for record in ("PERSON", "ORGANIZATION", "PROGRAM", "COHORT", "SESSION", "COMMUNITY"):
        await note(record)
    said = {"customFields": [{"key": "note", "text": "first"}]}
    program = await a_program(admin, **said)
    rows = {
        "Person": await a_person(admin, "Ada", note={"text": "first"}),
        "Organization": await an_organization(admin, **said),
        "Program": program,
        "Cohort": await a_cohort(admin, program, **said),
        "Session": (await do(admin, "scheduleSession", "Session { id }", **a_workshop(program), **said))["id"],
        "Community": (await do(admin, "foundCommunity", "Community { id }", name="Guild", domain="Feedback", **said))[
            "id"
        ],
    }
    for name, row in rows.items():
        again = [{"key": "note", "text": f"second of {name}"}]
        answer = await do(admin, f"update{name}", f"{name} {{ customFields {{ text }} }}", id=row, customFields=again)
        assert answer == {"customFields": [{"text": f"second of {name}"}]}

        lists = {"Person": "people", "Community": "communities"}.get(name, f"{name.lower()}s")
        found = await admin.data(
            f"query ($where: {name}Filter) {{ {lists}(where: $where) {{ nodes {{ id }} }} }}",
            where={"customFields": [{"key": "note", "text": {"eq": f"second of {name}"}}]},
        )
        assert found == {lists: {"nodes": [{"id": row}]}}


async def test_what_is_brought_in_by_reference_brings_its_custom_fields(admin, coordinator):
    await a_field(admin, required=True)

    async def bring_in(**said):
        selection = "UpsertedPerson { created person { name customFields { text } } }"
        return await do(coordinator, "upsertPerson", selection, externalRef="p-1", name="Ada", **said)

    assert await bring_in() == refused("REQUIRED", "customFields.costCenter")
    new = await bring_in(customFields=[{"key": "costCenter", "text": "42"}])
    known = await bring_in(customFields=[{"key": "costCenter", "text": "43"}])

    assert new == {"created": True, "person": {"name": "Ada", "customFields": [{"text": "42"}]}}
    assert known == {"created": False, "person": {"name": "Ada", "customFields": [{"text": "43"}]}}


async def test_many_are_created_at_once_each_with_its_own(admin, coordinator):
    await a_field(admin, "hours", "NUMBER")
    document = """mutation ($input: CreatePeopleInput!) {
      createPeople(input: $input) { ... on Person { customFields { number } } ... on Refused { code field } }
    }"""
    items = [
        {"name": "Ada", "customFields": [{"key": "hours", "number": 1}]},
        {"name": "Bea", "customFields": [{"key": "hours", "number": 1e300}]},
        {"name": "Cyd", "customFields": [{"key": "hours", "number": 3}]},
    ]

    answer = await coordinator.data(document, input={"items": items})

    assert answer["createPeople"] == [
        {"customFields": [{"number": 1}]},
        {"code": "INVALID", "field": "customFields.hours"},
        {"customFields": [{"number": 3}]},
    ]
