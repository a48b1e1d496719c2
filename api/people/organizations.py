"""Organizations: where people work, and who sends them or hosts sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.custom import values as custom
from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, Told, changes, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.words import enum
from domain.custom.fields import Carrier
from domain.people import organizations

if TYPE_CHECKING:
    from api.people.people import Person
    from api.sessions.sessions import Session

enum(
    organizations.OrganizationRefusal,
    "OrganizationRefusal",
    "Why an organization could not be written.",
    NOT_FOUND="There is no such organization.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another organization has this external reference.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
OrganizationRefused = refusal(
    "OrganizationRefused",
    organizations.OrganizationRefused,
    organizations.OrganizationRefusal,
    "Why the organization was not written.",
)


@planned(
    organizations.Organization,
    prefix="org",
    visible=signed_in("people:read"),
    filters=("name", "external_ref", "created_at"),
    orders=("name", "created_at"),
)
class Organization(Node):
    """Where people work, or a client that sends them. An organization is no tenant: it has no wall around it."""

    name: str = column("Its name.")
    external_ref: str | None = column("Your own reference, for integrations.")
    created_at: datetime = column("When it became known here.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    people: Connection[Person] = to_many("organization_id", "Who works there.", order="name")
    hosted_sessions: Connection[Session] = to_many("host_organization_id", "The sessions it hosts.", order="starts_at")
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.ORGANIZATION, "people:read")


@planned(organizations.Organization, visible=Access(STAFF, "people:write"))
class UpsertedOrganization:
    """An organization that was brought in by your own reference."""

    organization: Organization = to_one("id", "The organization, as it is now.")
    created: bool = sql("{created}", "Whether it is new; otherwise it was known, and is changed where you said so.")


one(
    "organization", "Organization", "One organization, by its id or your own reference.", allow=signed_in("people:read")
)
many("organizations", "Organization", "The organizations.", allow=Access(TEACHING, "people:read"), order="name")


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="Its name.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="What to change of an organization. What is left out stays.")
class UpdateOrganizationInput:
    id: strawberry.ID = strawberry.field(description="Which organization.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(
    description="An organization by your own reference. What is left out stays, or is not said of a new one."
)
class UpsertOrganizationInput:
    external_ref: str = strawberry.field(description="Your own reference.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


WRITE = Access(STAFF, "people:write")


@mutation(
    "Add an organization.",
    answers=Organization,
    refuses=[OrganizationRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="createOrganizations",
)
async def create_organization(command: Command, input: CreateOrganizationInput) -> organizations.Organization:  # noqa: A002 -- the schema's word
    new = organizations.NewOrganization(name=input.name, external_ref=input.external_ref)
    organization = await organizations.create(command.db, new, by=command.by, now=command.now)
    await custom.write(command, organization, input.custom_fields, new=True)
    return organization


@mutation(
    "Change an organization.",
    answers=Organization,
    refuses=[OrganizationRefused, custom.CustomValueRefused],
    allow=WRITE,
)
async def update_organization(command: Command, input: UpdateOrganizationInput) -> organizations.Organization:  # noqa: A002 -- the schema's word
    organization = await organizations.update(
        command.db,
        command.row(Organization, input.id),
        organizations.OrganizationChanges(**changes(input, clearable={"external_ref"})),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await custom.write(command, organization, input.custom_fields)
    return organization


@mutation(
    "Bring in an organization by your own reference: created when it is new, changed when it is known. A new one "
    "needs as much as creating it does. Bringing in the same twice changes nothing.",
    answers=UpsertedOrganization,
    refuses=[OrganizationRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="upsertOrganizations",
)
async def upsert_organization(command: Command, input: UpsertOrganizationInput) -> Told:  # noqa: A002 -- the schema's word
    wanted = changes(input)
    reference = wanted.pop("external_ref")
    said = organizations.OrganizationChanges(**wanted)  # type: ignore[typeddict-item]
    upserted = await organizations.upsert(command.db, reference, said, by=command.by, now=command.now)
    await custom.write(command, upserted.record, input.custom_fields, new=upserted.created)
    return Told.upserted(upserted)
