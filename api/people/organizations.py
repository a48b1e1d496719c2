"""Organizations: where people work, and who sends them or hosts sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, to_many
from api.engine.types import Node, many, one, planned
from api.mutations import Command, changes, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.words import enum
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
    people: Connection[Person] = to_many("organization_id", "Who works there.", order="name")
    hosted_sessions: Connection[Session] = to_many("host_organization_id", "The sessions it hosts.", order="starts_at")


one(
    "organization", "Organization", "One organization, by its id or your own reference.", allow=signed_in("people:read")
)
many("organizations", "Organization", "The organizations.", allow=Access(TEACHING, "people:read"), order="name")


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="Its name.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")


@strawberry.input(description="What to change of an organization. What is left out stays.")
class UpdateOrganizationInput:
    id: strawberry.ID = strawberry.field(description="Which organization.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )


WRITE = Access(STAFF, "people:write")


@mutation("Add an organization.", answers=Organization, refuses=[OrganizationRefused], allow=WRITE)
async def create_organization(command: Command, input: CreateOrganizationInput) -> organizations.Organization:  # noqa: A002 -- the schema's word
    new = organizations.NewOrganization(name=input.name, external_ref=input.external_ref)
    return await organizations.create(command.db, new, by=command.by, now=command.now)


@mutation("Change an organization.", answers=Organization, refuses=[OrganizationRefused], allow=WRITE)
async def update_organization(command: Command, input: UpdateOrganizationInput) -> organizations.Organization:  # noqa: A002 -- the schema's word
    return await organizations.update(
        command.db,
        command.row(Organization, input.id),
        organizations.OrganizationChanges(**changes(input, clearable={"external_ref"})),  # type: ignore[typeddict-item]
        by=command.by,
        now=command.now,
    )
