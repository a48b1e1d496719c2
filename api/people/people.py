"""People: everyone known to the tenant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from api.custom import values as custom
from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, Told, changes, mutation, refusal
from api.people.organizations import Organization
from api.permissions import MODERATING, STAFF, TEACHING, Access, signed_in
from api.scalars import EmailAddress
from api.words import enum
from domain.custom.fields import Carrier
from domain.people import people

if TYPE_CHECKING:
    from api.communities.memberships import Membership
    from api.programs.enrollments import Enrollment
    from api.sessions.attendance import Attendance
    from api.sessions.registrations import Registration

enum(
    people.PersonRefusal,
    "PersonRefusal",
    "Why a person could not be written.",
    NOT_FOUND="There is no such person or organization; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    EMAIL_TAKEN="Another person has this address.",
    REFERENCE_TAKEN="Another person has this external reference.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
PersonRefused = refusal("PersonRefused", people.PersonRefused, people.PersonRefusal, "Why the person was not written.")
ABOUT = Access(TEACHING, "people:read", own="{t}.id = {viewer}")


@planned(
    people.Person,
    prefix="per",
    visible=signed_in(
        "people:read",
        "cohorts:read",
        "registrations:read",
        "attendance:read",
        "communities:read",
        "questions:read",
        "evaluations:read",
    ),
    filters=("name", "email", "organization", "external_ref", "created_at"),
    orders=("name", "created_at"),
)
class Person(Node):
    """Someone known to the tenant. Names are seen by everyone who learns here, addresses by few."""

    name: str = column("The name others see.")
    email: EmailAddress | None = column("The address; null for those who may not see it.", only=ABOUT)
    external_ref: str | None = column("Your own reference; null for those who may not see it.", only=ABOUT)
    organization: Organization | None = to_one("organization_id", "Where they work, or who sent them.")
    created_at: datetime = column("When they became known here.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    enrollments: Connection[Enrollment] = to_many(
        "person_id", "Their cohorts. Learners see their own.", order="enrolled_at", descending=True
    )
    registrations: Connection[Registration] = to_many(
        "person_id",
        "Their seats, and places in queues. Learners see their own.",
        order="registered_at",
        descending=True,
    )
    memberships: Connection[Membership] = to_many(
        "person_id", "Their communities, as far as the viewer may see them.", order="joined_at", descending=True
    )
    attendance: Connection[Attendance] = to_many(
        "person_id", "Where they were. Learners see their own.", order="recorded_at", descending=True
    )
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.PERSON, "people:read")


@planned(people.Person, visible=Access(STAFF, "people:write"))
class UpsertedPerson:
    """A person that was brought in by your own reference."""

    person: Person = to_one("id", "The person, as it is now.")
    created: bool = sql("{created}", "Whether it is new; otherwise it was known, and is changed where you said so.")


one("person", "Person", "One person, by id or your own reference.", allow=signed_in("people:read"))
many("people", "Person", "The people of this tenant.", allow=Access(MODERATING, "people:read"), order="name")


@strawberry.input(description="Someone new.")
class CreatePersonInput:
    name: str = strawberry.field(description="The name others see.")
    email: EmailAddress | None = strawberry.field(default=None, description="The address; unique in the tenant.")
    organization_id: strawberry.ID | None = strawberry.field(default=None, description="Where they work.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="What to change of a person. What is left out stays.")
class UpdatePersonInput:
    id: strawberry.ID = strawberry.field(description="Which person.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="The name others see.")
    email: EmailAddress | None = strawberry.field(default=strawberry.UNSET, description="The address; null for none.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Where they work; null for nowhere known."
    )
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="A person by your own reference. What is left out stays, or is not said of a new one.")
class UpsertPersonInput:
    external_ref: str = strawberry.field(description="Your own reference.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="The name others see.")
    email: EmailAddress | None = strawberry.field(default=strawberry.UNSET, description="The address; null for none.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Where they work; null for nowhere known."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


WRITE = Access(STAFF, "people:write")


@mutation(
    "Add a person.",
    answers=Person,
    refuses=[PersonRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="createPeople",
)
async def create_person(command: Command, input: CreatePersonInput) -> people.Person:  # noqa: A002 -- the schema's word
    new = people.NewPerson(
        name=input.name,
        email=input.email,
        organization_id=command.row_or_none(Organization, input.organization_id),
        external_ref=input.external_ref,
    )
    person = await people.create(command.db, new, by=command.by, now=command.now)
    await custom.write(command, person, input.custom_fields, new=True)
    return person


@mutation(
    "Change a person.",
    answers=Person,
    refuses=[PersonRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="updatePeople",
)
async def update_person(command: Command, input: UpdatePersonInput) -> people.Person:  # noqa: A002 -- the schema's word
    wanted = _wanted(command, input)
    person = await people.update(
        command.db,
        command.row(Person, input.id),
        people.PersonChanges(**wanted),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await custom.write(command, person, input.custom_fields)
    return person


@mutation(
    "Bring in a person by your own reference: created when it is new, changed when it is known. A new one "
    "needs as much as creating it does. Bringing in the same twice changes nothing.",
    answers=UpsertedPerson,
    refuses=[PersonRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="upsertPeople",
)
async def upsert_person(command: Command, input: UpsertPersonInput) -> Told:  # noqa: A002 -- the schema's word
    wanted = _wanted(command, input)
    reference = wanted.pop("external_ref")
    said = people.PersonChanges(**wanted)  # type: ignore[typeddict-item]
    upserted = await people.upsert(command.db, reference, said, by=command.by, now=command.now)
    await custom.write(command, upserted.record, input.custom_fields, new=upserted.created)
    return Told.upserted(upserted)


def _wanted(command: Command, given: UpdatePersonInput | UpsertPersonInput) -> dict[str, Any]:
    """What is said of a person, as columns."""
    wanted = changes(given, clearable={"email", "organization_id", "external_ref"})
    if "organization_id" in wanted:
        wanted["organization_id"] = command.row_or_none(Organization, wanted["organization_id"])
    return wanted
