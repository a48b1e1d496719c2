import pytest

from domain.people import people
from domain.people.people import PersonRefusal, PersonRefused
from tests.conftest import BY, NOW
from tests.rows import a_person, an_organization, events_of, unknown


async def test_a_person_is_kept_with_where_they_work(db):
    acme = await an_organization(db)

    ada = await a_person(db, name=" Ada ", email="Ada@Example.org", organization_id=acme.id, external_ref="hr-7")

    assert (ada.name, ada.email, ada.organization_id, ada.created_at) == ("Ada", "ada@example.org", acme.id, NOW)
    facts = {"name": "Ada", "email": "ada@example.org", "organization_id": str(acme.id), "external_ref": "hr-7"}
    assert await events_of(db, ada) == [("created", facts)]


async def test_an_address_belongs_to_one_person_however_it_is_written(db):
    ada = await a_person(db, email="ada@example.org")
    eve = await a_person(db, name="Eve")

    with pytest.raises(PersonRefused) as created:
        await a_person(db, name="Other Ada", email="ADA@example.org")
    with pytest.raises(PersonRefused) as updated:
        await people.update(db, eve.id, {"email": "Ada@example.org"}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (created, updated)]
    assert refusals == [(PersonRefusal.EMAIL_TAKEN, "email")] * 2
    assert await people.update(db, ada.id, {"email": "ada@example.org"}, by=BY, now=NOW) == ada


async def test_many_people_may_have_no_address(db):
    ada, eve = await a_person(db), await a_person(db, name="Eve")

    assert (ada.email, eve.email) == (None, None)


async def test_a_reference_names_one_person(db):
    await a_person(db, external_ref="hr-7")

    with pytest.raises(PersonRefused) as refused:
        await a_person(db, external_ref="hr-7")

    assert (refused.value.reason, refused.value.field) == (PersonRefusal.REFERENCE_TAKEN, "externalRef")


async def test_a_person_may_leave_their_organization(db):
    acme = await an_organization(db)
    ada = await a_person(db, organization_id=acme.id)

    await people.update(db, ada.id, {"organization_id": None}, by=BY, now=NOW)

    assert ada.organization_id is None
    assert (await events_of(db, ada))[1:] == [("updated", {"organization_id": None})]


async def test_what_is_not_there_is_refused(db):
    ada = await a_person(db)

    with pytest.raises(PersonRefused) as person:
        await people.update(db, unknown(), {"name": "Eve"}, by=BY, now=NOW)
    with pytest.raises(PersonRefused) as organization:
        await people.update(db, ada.id, {"organization_id": unknown()}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (person, organization)]
    assert refusals == [(PersonRefusal.NOT_FOUND, "id"), (PersonRefusal.NOT_FOUND, "organizationId")]
