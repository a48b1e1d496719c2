"""People who are brought in by reference, when someone else is a little faster."""

import pytest
from sqlmodel import select

from domain import upserts
from domain.people import people
from domain.people.people import NewPerson, Person, PersonRefused
from tests.conftest import BY, NOW
from tests.rows import a_person

NAMED = select(Person).where(Person.external_ref == "hr-1")


async def test_who_was_created_between_the_look_and_the_writing_is_changed(database, tenant):
    """Take the second look out of `upserts.upsert`, and the reference is refused as another's."""

    async def overtaken():
        async with database.transaction(tenant.id) as other:
            await a_person(other, name="Ada", external_ref="hr-1")
        return await people.create(db, NewPerson(name="Countess Ada", external_ref="hr-1"), by=BY, now=NOW)

    async with database.transaction(tenant.id) as db:
        upserted = await upserts.upsert(
            db,
            NAMED,
            create=overtaken,
            update=lambda known: people.update(db, known.id, {"name": "Countess Ada"}, by=BY, now=NOW),
        )

    assert (upserted.created, upserted.record.name, upserted.record.revision) == (False, "Countess Ada", 2)
    async with database.transaction(tenant.id) as db:
        assert len((await db.scalars(NAMED)).all()) == 1


async def test_another_reason_against_someone_new_stands(database, tenant):
    async with database.transaction(tenant.id) as db:
        await a_person(db, email="ada@example.org")

        with pytest.raises(PersonRefused) as refused:
            await people.upsert(db, "hr-1", {"name": "Ada", "email": "ada@example.org"}, by=BY, now=NOW)

        assert refused.value.field == "email"
        assert (await db.scalars(NAMED)).all() == []
