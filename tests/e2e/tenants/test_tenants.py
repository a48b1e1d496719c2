"""A tenant's brand, settings and clock through GraphQL."""

import pytest

UPDATE = """
mutation ($input: UpdateTenantInput!) {
  updateTenant(input: $input) {
    __typename
    ... on Tenant {
      name branding { displayName logoUrl primaryColor supportEmail }
      settings { timeZone locale pulseOffsetDays benchmark { experience social formal } }
    }
    ... on TenantRefused { reason field }
  }
}
"""
MOVE = """
mutation ($to: DateTime!) {
  moveClock(input: {to: $to}) { __typename ... on Tenant { now } ... on TenantRefused { reason field } }
}
"""


async def test_an_administrator_changes_brand_and_settings_for_all_to_see(admin, visitor):
    changed = await admin.data(
        UPDATE,
        input={
            "displayName": "Orchid Academy",
            "logoUrl": "https://orchid.example/logo.svg",
            "primaryColor": "#203040",
            "supportEmail": "Help@orchid.example",
            "timeZone": "Europe/Zurich",
            "locale": "de-CH",
            "pulseOffsetDays": 28,
            "benchmark": {"experience": 60, "social": 25, "formal": 15},
        },
    )

    assert changed["updateTenant"] == {
        "__typename": "Tenant",
        "name": "Acme",
        "branding": {
            "displayName": "Orchid Academy",
            "logoUrl": "https://orchid.example/logo.svg",
            "primaryColor": "#203040",
            "supportEmail": "help@orchid.example",
        },
        "settings": {
            "timeZone": "Europe/Zurich",
            "locale": "de-CH",
            "pulseOffsetDays": 28,
            "benchmark": {"experience": 60, "social": 25, "formal": 15},
        },
    }
    seen = await visitor.data("{ tenant { branding { displayName } settings { timeZone } } }")
    assert seen == {
        "tenant": {"branding": {"displayName": "Orchid Academy"}, "settings": {"timeZone": "Europe/Zurich"}}
    }
    history = await admin.data('{ events(where: {aggregate: {eq: "Tenant"}}) { nodes { verb sequence facts } } }')
    (event,) = history["events"]["nodes"]
    assert (event["verb"], event["sequence"]) == ("updated", 1)
    assert event["facts"]["time_zone"] == "Europe/Zurich"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"benchmark": {"experience": 60, "social": 25, "formal": 16}}, "benchmark"),
        ({"benchmark": {"experience": 120, "social": -10, "formal": -10}}, "benchmark"),
        ({"primaryColor": "blue"}, "primaryColor"),
        ({"displayName": "  "}, "displayName"),
        ({"name": "x" * 201}, "name"),
        ({"pulseOffsetDays": 0}, "pulseOffsetDays"),
        ({"checkInOffsetDays": 366}, "checkInOffsetDays"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_refused_by_its_name(admin, visitor, change, field):
    answer = await admin.data(UPDATE, input=change)

    assert answer["updateTenant"] == {"__typename": "TenantRefused", "reason": "INVALID", "field": field}
    assert (await visitor.data("{ tenant { name } }")) == {"tenant": {"name": "Acme"}}


async def test_a_coordinator_may_not_change_the_tenant(coordinator):
    answer = await coordinator.answer(UPDATE, input={"displayName": "Mine"})

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_sandboxes_clock_moves_forward_and_never_back(admin):
    moved = await admin.data(MOVE, to="2031-01-01T00:00:00Z")
    again = await admin.data(MOVE, to="2030-12-31T00:00:00Z")

    assert moved["moveClock"]["now"] >= "2031-01-01T00:00:00"
    assert again["moveClock"] == {
        "__typename": "TenantRefused",
        "reason": "CLOCK_ONLY_MOVES_FORWARD",
        "field": "to",
    }
