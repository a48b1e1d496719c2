"""Instruments through GraphQL."""

import pytest

from tenants.keys import Role
from tests.e2e.rows import do, error_of, refused
from tests.e2e.social import NOBODYS, someone

WORTH = {"kind": "RATING", "code": "worth", "prompt": "It was worth it", "choices": ["No", "Yes"], "required": True}
MORE = {"kind": "TEXT", "code": "more", "prompt": "Anything else?"}
INSTRUMENT = """Instrument {
  id name version latest level anonymous externalRef
  items { position kind code prompt choices required } evaluations { totalCount }
}"""


async def create(client, **facts):
    new = {"name": "After the workshop", "level": "REACTION", "items": [WORTH, MORE], **facts}
    return await do(client, "createInstrument", INSTRUMENT, **new)


async def revise(client, instrument, **facts):
    return await do(client, "reviseInstrument", INSTRUMENT, **{"id": instrument, "items": [WORTH], **facts})


async def test_a_coordinator_makes_an_instrument(coordinator):
    made = await create(coordinator, anonymous=True, externalRef="level-1")

    assert made == {
        "id": made["id"],
        "name": "After the workshop",
        "version": 1,
        "latest": True,
        "level": "REACTION",
        "anonymous": True,
        "externalRef": "level-1",
        "items": [
            {"position": 1, **WORTH},
            {"position": 2, **MORE, "choices": [], "required": False},
        ],
        "evaluations": {"totalCount": 0},
    }
    found = await coordinator.data('{ instrument(externalRef: "level-1") { id items { code } } }')
    assert found == {"instrument": {"id": made["id"], "items": [{"code": "worth"}, {"code": "more"}]}}


async def test_a_revision_is_a_new_version_and_leaves_the_old_one(coordinator):
    first = await create(coordinator, externalRef="level-1")

    second = await revise(coordinator, first["id"], externalRef="level-1-shorter")
    third = await revise(coordinator, first["id"], items=[MORE])

    assert (second["version"], second["latest"], [item["code"] for item in second["items"]]) == (2, True, ["worth"])
    assert (third["version"], third["latest"], third["externalRef"]) == (3, True, None)
    versions = await coordinator.data("{ instruments { nodes { version latest items { code } } } }")
    assert versions == {
        "instruments": {
            "nodes": [
                {"version": 3, "latest": True, "items": [{"code": "more"}]},
                {"version": 2, "latest": False, "items": [{"code": "worth"}]},
                {"version": 1, "latest": False, "items": [{"code": "worth"}, {"code": "more"}]},
            ]
        }
    }


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": " "}, "INVALID", "name"),
        ({"items": []}, "INVALID", "items"),
        ({"items": [{**WORTH, "choices": ["Yes"]}]}, "INVALID", "items.0.choices"),
        ({"items": [MORE, {**WORTH, "choices": ["Yes", "Yes"]}]}, "INVALID", "items.1.choices"),
        ({"items": [{**MORE, "choices": ["Yes", "No"]}]}, "INVALID", "items.0.choices"),
        ({"items": [{**MORE, "code": "9th"}]}, "INVALID", "items.0.code"),
        ({"items": [MORE, MORE]}, "INVALID", "items.1.code"),
        ({"items": [{**MORE, "prompt": ""}]}, "INVALID", "items.0.prompt"),
        ({"name": "Taken"}, "NAME_TAKEN", "name"),
        ({"externalRef": "taken"}, "REFERENCE_TAKEN", "externalRef"),
    ],
)
async def test_what_is_wrong_with_an_instrument_is_named(coordinator, facts, code, field):
    await create(coordinator, name="Taken", externalRef="taken")

    assert await create(coordinator, **facts) == refused(code, field)
    assert await coordinator.data("{ instruments { totalCount } }") == {"instruments": {"totalCount": 1}}


async def test_what_is_wrong_with_a_revision_is_named(coordinator):
    made = await create(coordinator, externalRef="level-1")

    assert await revise(coordinator, f"ins_{NOBODYS}") == refused("NOT_FOUND", "id")
    assert await revise(coordinator, made["id"], items=[]) == refused("INVALID", "items")
    assert await revise(coordinator, made["id"], externalRef="level-1") == refused("REFERENCE_TAKEN", "externalRef")


async def test_only_coordinators_write_instruments_and_learners_do_not_list_them(
    coordinator, learner, visitor, http, database, tenant
):
    made = await create(coordinator)
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)
    new = {"name": "Another", "level": "REACTION", "items": [MORE]}

    assert await error_of(learner, "createInstrument", INSTRUMENT, **new) == "FORBIDDEN"
    assert await error_of(instructor, "reviseInstrument", INSTRUMENT, id=made["id"], items=[MORE]) == "FORBIDDEN"
    assert await error_of(visitor, "createInstrument", INSTRUMENT, **new) == "UNAUTHENTICATED"
    assert (await instructor.data("{ instruments { totalCount } }"))["instruments"] == {"totalCount": 1}
    listed = await learner.answer("{ instruments { totalCount } }")
    assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_another_tenant_sees_no_instrument(coordinator, http, database, other_tenant):
    made = await create(coordinator)
    stranger = await someone(http, database, other_tenant, "Eve", Role.TENANT_ADMIN)

    assert await stranger.data("query ($id: ID!) { node(id: $id) { id } }", id=made["id"]) == {"node": None}
    assert await revise(stranger, made["id"]) == refused("NOT_FOUND", "id")
