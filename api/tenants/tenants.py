"""Tenants: their brand and settings, readable before anyone signs in, and a sandbox's clock."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.engine.fields import column, embedded, sql
from api.engine.types import Node, only, part, planned
from api.mutations import Command, Told, changes, mutation, refusal
from api.permissions import ADMINS, PUBLIC, Access
from api.scalars import URL, EmailAddress, Locale, TimeZone
from api.words import enum
from domain import history
from domain.journeys import sweeps
from tenants import registry

enum(
    registry.TenantRefusal,
    "TenantRefusal",
    "Why a tenant's settings or clock could not be changed.",
    INVALID="A value is not acceptable; `field` says which.",
    NAME_TAKEN="Another tenant has this name.",
    NOT_A_SANDBOX="Only a sandbox's clock can be moved.",
    CLOCK_ONLY_MOVES_FORWARD="The time given has passed already.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
TenantRefused = refusal(
    "TenantRefused", registry.TenantRefused, registry.TenantRefusal, "Why the tenant stays as it is."
)


@part
class Branding:
    """How a tenant looks: what a white-label frontend needs before anyone signs in."""

    display_name: str = column("The name that learners see.")
    logo_url: URL | None = column("The logo, to be shown on a light ground.")
    primary_color: str = column("The main color: `#` and six hexadecimal digits.")
    accent_color: str = column("The color of what stands out.")
    support_email: EmailAddress | None = column("Where learners find help.")


@part
class Benchmark:
    """The mix of experience, social and formal learning that the tenant compares with: a benchmark, never a rule."""

    experience: int = column("Percent from direct experience.", name="benchmark_experience")
    social: int = column("Percent from others.", name="benchmark_social")
    formal: int = column("Percent from formal training.", name="benchmark_formal")


@part
class Settings:
    """What a tenant has set for all of its programs."""

    time_zone: TimeZone = column("Where wall times belong that name no other zone.")
    locale: Locale = column("The language of what the tenant itself writes.")
    benchmark: Benchmark = embedded("The mix of learning to compare with.")
    check_in_offset_days: int = column(
        "Days after a session until its cohort's check-in, unless a program says otherwise."
    )
    pulse_offset_days: int = column("Days after a session until its pulse survey, unless a program says otherwise.")
    allowed_origins: list[str] | None = column(
        "The web addresses, beside its own, whose pages may open a WebSocket. For administrators; else null.",
        only=Access(ADMINS, "settings:read"),
    )
    open_introspection: bool = column("Whether the schema may be read by introspection without signing in.")


@planned(registry.Tenant, visible=PUBLIC, prefix="ten", tenant_column="id")
class Tenant(Node):
    """Whose data and brand this is."""

    slug: str = column("The short name: in the host name and in keys.")
    name: str = column("The name in contracts and lists.")
    sandbox: bool = column("Whether this is a place to rehearse, whose clock can be moved.")
    now: datetime = sql("{now}", "The tenant's own time. A sandbox's may be ahead of the world's.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    branding: Branding = embedded("How the tenant looks.")
    settings: Settings = embedded("What the tenant has set.")


only("tenant", "Tenant", "The tenant at this address: its brand and settings.", allow=PUBLIC)


@strawberry.input(description="Where to move a sandbox's clock.")
class MoveClockInput:
    to: datetime = strawberry.field(description="The time it shall be. It only moves forward.")


@strawberry.input(description="The three shares in percent; they add up to 100.")
class BenchmarkInput:
    experience: int = strawberry.field(description="From direct experience.")
    social: int = strawberry.field(description="From others.")
    formal: int = strawberry.field(description="From formal training.")


@strawberry.input(description="What to change of the tenant's brand and settings. What is left out stays.")
class UpdateTenantInput:
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="The name in contracts and lists.")
    display_name: str | None = strawberry.field(default=strawberry.UNSET, description="The name that learners see.")
    logo_url: URL | None = strawberry.field(default=strawberry.UNSET, description="The logo; null for none.")
    primary_color: str | None = strawberry.field(default=strawberry.UNSET, description="Such as `#1f4e79`.")
    accent_color: str | None = strawberry.field(default=strawberry.UNSET, description="Such as `#c8553d`.")
    support_email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="Where learners find help; null for nowhere."
    )
    time_zone: TimeZone | None = strawberry.field(default=strawberry.UNSET, description="Of wall times without one.")
    locale: Locale | None = strawberry.field(default=strawberry.UNSET, description="Of what the tenant itself writes.")
    benchmark: BenchmarkInput | None = strawberry.field(
        default=strawberry.UNSET, description="The mix to compare with."
    )
    check_in_offset_days: int | None = strawberry.field(default=strawberry.UNSET, description="Between 1 and 365.")
    pulse_offset_days: int | None = strawberry.field(default=strawberry.UNSET, description="Between 1 and 365.")
    allowed_origins: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The web addresses, beside the tenant's own, whose pages may open a WebSocket, "
        "such as `https://learn.example.com`. They replace those there are.",
    )
    open_introspection: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether introspection needs no signing in."
    )


@mutation(
    "Change the tenant's brand and settings.",
    answers=Tenant,
    refuses=[TenantRefused],
    allow=Access(ADMINS, "settings:write"),
)
async def update_tenant(command: Command, input: UpdateTenantInput) -> registry.Tenant:  # noqa: A002 -- the schema's word
    wanted = changes(input, clearable={"logo_url", "support_email"})
    benchmark = wanted.pop("benchmark", None)
    if benchmark is not None:
        wanted |= {f"benchmark_{share}": percent for share, percent in vars(benchmark).items()}
    changed = await registry.update(command.db, command.viewer.tenant.id, wanted, revision=input.expected_revision)
    tenant = await registry.by_id(command.db, command.viewer.tenant.id)
    if changed:
        await history.record(command.db, tenant, "updated", by=command.by, now=command.now, **changed)
    return tenant


@mutation(
    "Move a sandbox's clock forward. Everything that is due by then happens at once.",
    answers=Tenant,
    refuses=[TenantRefused],
    allow=Access(ADMINS, "settings:write"),
)
async def move_clock(command: Command, input: MoveClockInput) -> Told:  # noqa: A002 -- the schema's word
    tenant = await registry.move_clock(command.db, command.viewer.tenant.id, to=input.to, wall=command.wall)
    await history.record(command.db, tenant, "moved_clock", by=command.by, now=command.now, to=input.to)
    await sweeps.open_due(command.db, now=input.to)
    return Told(tenant, now=input.to)
