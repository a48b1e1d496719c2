"""Communities of practice: what they are about, who belongs to them, and where they talk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.communities import voices
from api.custom import values as custom
from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, changes, mutation, refusal
from api.permissions import MODERATING, STAFF, Access, signed_in
from api.programs.programs import Program
from api.words import enum
from domain.communities import communities
from domain.communities.communities import Visibility
from domain.communities.memberships import MembershipRole
from domain.custom.fields import Carrier

if TYPE_CHECKING:
    from api.communities.channels import Channel
    from api.communities.memberships import Membership

enum(
    Visibility,
    "Visibility",
    "Who may find a community, read in it and join it.",
    PUBLIC="Anyone who has signed in.",
    PRIVATE="Its members. Coordinators and its moderators bring people in.",
)
enum(
    communities.CommunityRefusal,
    "CommunityRefusal",
    "Why a community could not be founded or changed.",
    NOT_FOUND="There is no such community or program; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another community has this external reference.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
CommunityRefused = refusal(
    "CommunityRefused",
    communities.CommunityRefused,
    communities.CommunityRefusal,
    "Why the community was not founded or changed.",
)

ACTIVE = "SELECT %s FROM membership m WHERE m.tenant_id = {tenant} AND m.community_id = {t}.id AND m.left_at IS NULL"


@planned(
    communities.Community,
    prefix="com",
    visible=Access(MODERATING, "communities:read", own=voices.community("{t}")),
    filters=("name", "program", "visibility", "external_ref", "created_at"),
    orders=("name", "created_at"),
)
class Community(Node):
    """A community of practice: people who care about the same thing. It outlives every program and cohort."""

    name: str = column("Its name.")
    domain: str = column("What it is about: the thing its members care for.")
    charter: str = column("How its members want to work together; may be empty.")
    program: Program | None = to_one("program_id", "The program it continues, if it is connected to one.")
    visibility: Visibility = column("Who may find it, read in it and join it.")
    external_ref: str | None = column("Your own reference, for integrations.")
    created_at: datetime = column("When it was founded.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    channel: Channel = to_one("id", "Where its members talk and ask.", by="community_id")
    member_count: int = sql(f"({ACTIVE})" % "count(*)", "How many belong to it now.")
    viewer_role: MembershipRole | None = sql(
        f"({ACTIVE} AND m.person_id = {{viewer}})" % "m.role",
        "What the viewer is in it; null for those who do not belong to it.",
    )
    memberships: Connection[Membership] = to_many(
        "{c}.community_id = {t}.id AND {c}.left_at IS NULL", "Who belongs to it now.", order="joined_at"
    )
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.COMMUNITY, "communities:read")


one(
    "community",
    "Community",
    "One community, by its id or your own reference.",
    allow=signed_in("communities:read"),
)
many(
    "communities",
    "Community",
    "The communities that the viewer may see.",
    allow=signed_in("communities:read"),
    order="name",
)


@strawberry.input(description="A new community.")
class FoundCommunityInput:
    name: str = strawberry.field(description="Its name.")
    domain: str = strawberry.field(description="What it is about: the thing its members care for.")
    charter: str = strawberry.field(default="", description="How its members want to work together.")
    program_id: strawberry.ID | None = strawberry.field(default=None, description="The program it continues, if any.")
    visibility: Visibility = strawberry.field(
        default=Visibility.PUBLIC, description="Who may find it, read in it and join it."
    )
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="What to change of a community. What is left out stays.")
class UpdateCommunityInput:
    id: strawberry.ID = strawberry.field(description="Which community.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name. Its channel keeps its own.")
    domain: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is about: the thing its members care for."
    )
    charter: str | None = strawberry.field(
        default=strawberry.UNSET, description="How its members want to work together."
    )
    program_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The program it continues; null for none."
    )
    visibility: Visibility | None = strawberry.field(
        default=strawberry.UNSET, description="Who may find it, read in it and join it from now on."
    )
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@mutation(
    "Found a community, with a channel to talk in.",
    answers=Community,
    refuses=[CommunityRefused, custom.CustomValueRefused],
    allow=Access(STAFF, "communities:write"),
)
async def found_community(command: Command, input: FoundCommunityInput) -> communities.Community:  # noqa: A002 -- the schema's word
    new = communities.NewCommunity(
        name=input.name,
        domain=input.domain,
        charter=input.charter,
        program_id=command.row_or_none(Program, input.program_id),
        visibility=input.visibility,
        external_ref=input.external_ref,
    )
    community = await communities.found(command.db, new, by=command.by, now=command.now)
    await custom.write(command, community, input.custom_fields, new=True)
    return community


@mutation(
    "Change a community. Its members stay.",
    answers=Community,
    refuses=[CommunityRefused, custom.CustomValueRefused],
    allow=Access(STAFF, "communities:write"),
)
async def update_community(command: Command, input: UpdateCommunityInput) -> communities.Community:  # noqa: A002 -- the schema's word
    wanted = changes(input, clearable={"program_id", "external_ref"})
    if "program_id" in wanted:
        wanted["program_id"] = command.row_or_none(Program, wanted["program_id"])
    community = await communities.update(
        command.db,
        command.row(Community, input.id),
        communities.CommunityChanges(**wanted),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await custom.write(command, community, input.custom_fields)
    return community
