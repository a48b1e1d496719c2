"""Organizations through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.rows import a_person, a_program, a_session, an_organization, do, error_of, nobodys, refused

ORGANIZATION = "Organization { id name externalRef }"


async def test_an_organization_has_its_people_and_the_sessions_it_hosts(coordinator):
    acme, other = await an_organization(coordinator), await an_organization(coordinator, name="Umbrella")
    for name, organization in (("Bea", acme), ("Ada", acme), ("Cyd", other)):
        await a_person(coordinator, name=name, organizationId=organization)
    await a_session(coordinator, await a_program(coordinator), hostOrganizationId=acme)

    answer = await coordinator.data(
        """{ organizations { nodes {
          name people { nodes { name organization { name } } } hostedSessions { totalCount nodes { title } }
        } } }"""
    )

    assert answer["organizations"]["nodes"] == [
        {
            "name": "Acme",
            "people": {"nodes": [{"name": name, "organization": {"name": "Acme"}} for name in ("Ada", "Bea")]},
            "hostedSessions": {"totalCount": 1, "nodes": [{"title": "Workshop"}]},
        },
        {
            "name": "Umbrella",
            "people": {"nodes": [{"name": "Cyd", "organization": {"name": "Umbrella"}}]},
            "hostedSessions": {"totalCount": 0, "nodes": []},
        },
    ]


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": ""}, "INVALID", "name"),
        ({"externalRef": " "}, "INVALID", "externalRef"),
        ({"externalRef": "TAKEN"}, "REFERENCE_TAKEN", "externalRef"),
    ],
)
async def test_an_organization_that_cannot_be_is_refused_with_its_field(coordinator, facts, code, field):
    await an_organization(coordinator, externalRef="TAKEN")
    organization = await an_organization(coordinator)

    created = await do(coordinator, "createOrganization", ORGANIZATION, **{"name": "Acme", **facts})
    updated = await do(coordinator, "updateOrganization", ORGANIZATION, id=organization, **facts)

    assert [created, updated] == [refused(code, field)] * 2


async def test_an_update_changes_what_it_names(coordinator):
    organization = await an_organization(coordinator, externalRef="O-1")

    renamed = await do(coordinator, "updateOrganization", ORGANIZATION, id=organization, name="Umbrella")
    cleared = await do(coordinator, "updateOrganization", ORGANIZATION, id=organization, externalRef=None)
    unknown = await do(coordinator, "updateOrganization", ORGANIZATION, id=nobodys("org"), name="Gone")

    assert renamed == {"id": organization, "name": "Umbrella", "externalRef": "O-1"}
    assert cleared == {"id": organization, "name": "Umbrella", "externalRef": None}
    assert unknown == refused("NOT_FOUND", "id")


async def test_only_staff_write_organizations_and_only_teaching_lists_them(
    coordinator, learner, http, database, tenant
):
    organization = await an_organization(coordinator)
    instructor = await a_client(http, database, tenant, "INSTRUCTOR")

    codes = [
        await error_of(client, "updateOrganization", ORGANIZATION, id=organization, name="Mine")
        for client in (learner, instructor)
    ]
    listed = await instructor.data("{ organizations { nodes { name } } }")
    unlisted = await learner.answer("{ organizations { nodes { name } } }")

    assert codes == ["FORBIDDEN", "FORBIDDEN"]
    assert listed == {"organizations": {"nodes": [{"name": "Acme"}]}}
    assert unlisted["errors"][0]["extensions"]["code"] == "FORBIDDEN"
