import pytest

from domain.people import organizations
from domain.people.organizations import OrganizationRefusal, OrganizationRefused
from domain.records import find
from tests.conftest import BY, NOW
from tests.rows import an_organization, events_of, unknown


async def test_an_organization_is_kept_with_its_history(db):
    acme = await an_organization(db, name=" Acme ", external_ref="crm-1")

    assert (acme.name, acme.external_ref, acme.created_at) == ("Acme", "crm-1", NOW)
    assert await events_of(db, acme) == [("created", {"name": "Acme", "external_ref": "crm-1"})]


async def test_an_update_changes_what_it_names_and_says_what_was_different(db):
    acme = await an_organization(db, external_ref="crm-1")

    updated = await organizations.update(db, acme.id, {"name": "Acme AG"}, by=BY, now=NOW)

    assert (updated.name, updated.external_ref) == ("Acme AG", "crm-1")
    assert (await events_of(db, acme))[1:] == [("updated", {"name": "Acme AG"})]


async def test_an_update_without_a_difference_leaves_no_event(db):
    acme = await an_organization(db)

    await organizations.update(db, acme.id, {"name": "Acme"}, by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, acme)] == ["created"]


async def test_a_reference_names_one_organization(db):
    await an_organization(db, external_ref="crm-1")
    beta = await an_organization(db, name="Beta")

    with pytest.raises(OrganizationRefused) as created:
        await an_organization(db, external_ref="crm-1")
    with pytest.raises(OrganizationRefused) as updated:
        await organizations.update(db, beta.id, {"external_ref": " crm-1 "}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (created, updated)]
    assert refusals == [(OrganizationRefusal.REFERENCE_TAKEN, "externalRef")] * 2


async def test_a_reference_of_another_tenant_is_free(database, tenant, other_tenant):
    for each in (tenant, other_tenant):
        async with database.transaction(each.id) as db:
            acme = await an_organization(db, external_ref="crm-1")

    async with database.transaction(tenant.id) as db:
        assert await find(db, type(acme), acme.id) is None


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"name": ""}, OrganizationRefusal.INVALID, "name"),
        ({"name": None}, OrganizationRefusal.INVALID, "name"),
        ({"external_ref": "\x00"}, OrganizationRefusal.INVALID, "externalRef"),
    ],
)
async def test_an_update_that_cannot_be_is_refused(db, changes, reason, field):
    acme = await an_organization(db)

    with pytest.raises(OrganizationRefused) as refused:
        await organizations.update(db, acme.id, changes, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (reason, field)


async def test_another_tenants_organization_is_not_there_to_change(database, tenant, other_tenant):
    async with database.transaction(other_tenant.id) as db:
        theirs = await an_organization(db)

    async with database.transaction(tenant.id) as db:
        for organization_id in (theirs.id, unknown()):
            with pytest.raises(OrganizationRefused) as refused:
                await organizations.update(db, organization_id, {"name": "Mine"}, by=BY, now=NOW)

            assert refused.value.reason == OrganizationRefusal.NOT_FOUND
