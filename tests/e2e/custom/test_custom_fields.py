"""Custom fields are declared by administrators, for one tenant."""

import pytest

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.custom.declared import a_field, a_person
from tests.e2e.rows import do, error_of, nobodys, refused

DECLARED = """CustomField {
  record key kind refersTo label help required visibility choices { value label } retiredAt
}"""
LIST = "{ customFields { totalCount nodes { record key } } }"
REGIONS = [{"value": "NORTH", "label": "North"}, {"value": "SOUTH", "label": "South"}]


async def declare(admin, **facts):
    given = {"record": "PERSON", "key": "costCenter", "kind": "TEXT", "label": "Cost center", **facts}
    return await do(admin, "declareCustomField", DECLARED, **given)


async def test_a_field_is_declared_and_read_by_everyone(admin, learner):
    declared = await declare(admin, label=" Cost center ", help="As in the ledger.", required=True)

    assert declared == {
        "record": "PERSON",
        "key": "costCenter",
        "kind": "TEXT",
        "refersTo": None,
        "label": "Cost center",
        "help": "As in the ledger.",
        "required": True,
        "visibility": "EVERYONE",
        "choices": [],
        "retiredAt": None,
    }
    read = await learner.data(LIST)
    assert read == {"customFields": {"totalCount": 1, "nodes": [{"record": "PERSON", "key": "costCenter"}]}}


async def test_the_same_key_may_be_of_several_records(admin):
    await declare(admin)
    await declare(admin, record="SESSION")

    of_sessions = await admin.data("{ customFields(where: {record: {eq: SESSION}}) { nodes { record key } } }")

    assert of_sessions == {"customFields": {"nodes": [{"record": "SESSION", "key": "costCenter"}]}}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"key": "Cost center"}, "key"),
        ({"key": "c" * 41}, "key"),
        ({"label": " "}, "label"),
        ({"help": "x" * 1001}, "help"),
        ({"kind": "CHOICE"}, "choices"),
        ({"choices": REGIONS}, "choices"),
        ({"kind": "CHOICE", "choices": [*REGIONS, REGIONS[0]]}, "choices.2.value"),
        ({"kind": "CHOICE", "choices": [{"value": "not one word", "label": "x"}]}, "choices.0.value"),
        ({"kind": "REFERENCE"}, "refersTo"),
        ({"refersTo": "PERSON"}, "refersTo"),
    ],
    ids=str,
)
async def test_what_can_not_be_declared_is_refused_with_the_field_at_fault(admin, facts, field):
    assert await do(admin, "declareCustomField", DECLARED, **{
        "record": "PERSON", "key": "costCenter", "kind": "TEXT", "label": "Cost center", **facts,
    }) == refused("INVALID", field)  # fmt: skip


async def test_a_key_is_used_once_and_a_retired_one_says_so(admin):
    field = await a_field(admin)
    await do(admin, "retireCustomField", "CustomField { id }", id=field)
    document = """mutation {
      declareCustomField(input: {record: PERSON, key: "costCenter", kind: DATE, label: "x"}) {
        ... on Refused { code field message }
      }
    }"""

    assert (await admin.data(document))["declareCustomField"] == {
        "code": "KEY_TAKEN",
        "field": "key",
        "message": "There is a custom field 'costCenter' of this record already. "
        "It is retired: restore it, or choose another key.",
    }


async def test_a_field_changes_how_it_is_shown_and_asked_for(admin):
    field = await a_field(admin, "region", "CHOICE", choices=REGIONS)

    changed = await do(
        admin, "updateCustomField", "CustomField { label help required visibility choices { value label } }",
        id=field, label="Sales region", help="Where they sell.", required=True, visibility="STAFF",
        choices=[{"value": "WEST", "label": "West"}, {"value": "NORTH", "label": "The north"}],
    )  # fmt: skip

    assert changed == {
        "label": "Sales region",
        "help": "Where they sell.",
        "required": True,
        "visibility": "STAFF",
        "choices": [{"value": "WEST", "label": "West"}, {"value": "NORTH", "label": "The north"}],
    }


async def test_only_a_choice_has_choices_and_nothing_is_changed_that_is_not_there(admin):
    field = await a_field(admin)

    choices = await do(admin, "updateCustomField", "CustomField { id }", id=field, choices=REGIONS)
    nobody = await do(admin, "updateCustomField", "CustomField { id }", id=nobodys("fld"), label="x")

    assert (choices, nobody) == (refused("INVALID", "choices"), refused("NOT_FOUND", "id"))


async def test_a_retired_field_is_gone_until_it_is_restored(admin, coordinator, learner):
    field = await a_field(admin)
    ada = await a_person(coordinator, "Ada", costCenter={"text": "42"})
    said = "query ($id: ID!) { person(id: $id) { customFields { text } } }"

    await do(admin, "retireCustomField", "CustomField { id }", id=field)
    gone = await coordinator.data(said, id=ada)
    write = await do(
        coordinator, "updatePerson", "Person { id }", id=ada, customFields=[{"key": "costCenter", "text": "43"}]
    )
    of_learner, of_admin = await learner.data(LIST), await admin.data(LIST)
    await do(admin, "restoreCustomField", "CustomField { id }", id=field)
    back = await coordinator.data(said, id=ada)

    assert gone == {"person": {"customFields": []}}
    assert write == refused("UNKNOWN_FIELD", "customFields.costCenter")
    assert (of_learner["customFields"]["totalCount"], of_admin["customFields"]["totalCount"]) == (0, 1)
    assert back == {"person": {"customFields": [{"text": "42"}]}}


async def test_a_record_has_at_most_fifty_fields_in_use(admin):
    for number in range(50):
        field = await a_field(admin, f"field{number}")

    assert await declare(admin) == refused("TOO_MANY", "record")
    await do(admin, "retireCustomField", "CustomField { id }", id=field)
    assert (await declare(admin))["key"] == "costCenter"
    assert await do(admin, "restoreCustomField", "CustomField { id }", id=field) == refused("TOO_MANY", "id")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INSTRUCTOR, Role.LEARNER])
async def test_only_administrators_declare(http, database, tenant, role):
    client = await a_client(http, database, tenant, role)

    given = {"record": "PERSON", "key": "costCenter", "kind": "TEXT", "label": "Cost center"}
    assert await error_of(client, "declareCustomField", "CustomField { id }", **given) == "FORBIDDEN"


async def test_another_tenant_knows_nothing_of_a_field(admin, http, database, other_tenant):
    field = await a_field(admin)
    stranger = await a_client(http, database, other_tenant, Role.TENANT_ADMIN)

    read = await stranger.data(
        "query ($id: ID!) { customField(id: $id) { key } customFields { totalCount } }", id=field
    )
    changed = await do(stranger, "updateCustomField", "CustomField { id }", id=field, label="Ours")
    own = await a_field(stranger)

    assert read == {"customField": None, "customFields": {"totalCount": 0}}
    assert changed == refused("NOT_FOUND", "id")
    assert own != field
