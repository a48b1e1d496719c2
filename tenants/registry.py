"""The registry of tenants: who they are, where they are found, how they look, and what time it is for them.

Invariant: a tenant is found by its host name or named in a key; where both speak, they agree. A suspended tenant is
found and refused. Only a sandbox's clock moves, and only forward.
"""

import math
import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import auto
from zoneinfo import available_timezones

import babel
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col, select

from tenants.records import UTC as TIMESTAMP
from tenants.records import Word, choice, new_id
from tenants.refusals import Refused
from tenants.revisions import CHANGED, stale

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LONGEST_NAME = 200
LONGEST_OFFSET_DAYS = 365
PERCENT = 100
COLOR = re.compile(r"#[0-9a-f]{6}")
ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
MOST_ORIGINS = 50
FARTHEST = timedelta(days=100 * 365)


class TenantStatus(Word):
    ACTIVE = auto()
    SUSPENDED = auto()


class TenantRefusal(Word):
    """Why the registry said no."""

    INVALID = auto()
    NAME_TAKEN = auto()
    NOT_A_SANDBOX = auto()
    CLOCK_ONLY_MOVES_FORWARD = auto()
    REVISION_CHANGED = auto()


class TenantRefused(Refused[TenantRefusal]):
    pass


class Tenant(SQLModel, table=True):
    """Whose data and brand it is. Offsets are days after a session ends; the benchmark is in percent and sums to 100.

    `secret` seals what clients carry back to us, such as cursors. `allowed_origins` are the web addresses, beside the
    tenant's own, whose pages may open a WebSocket.
    """

    __table_args__ = (
        UniqueConstraint("slug", name="tenant_slug_key"),
        CheckConstraint("benchmark_experience + benchmark_social + benchmark_formal = 100", name="benchmark"),
        CheckConstraint("clock_offset_seconds >= 0", name="clock_forward"),
        CheckConstraint("sandbox OR clock_offset_seconds = 0", name="clock_sandbox"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    slug: str
    name: str
    status: TenantStatus = Field(default=TenantStatus.ACTIVE, sa_type=choice(TenantStatus, "status"))
    sandbox: bool = False
    clock_offset_seconds: int = Field(default=0, sa_type=BigInteger)
    time_zone: str = "UTC"
    locale: str = "en"
    benchmark_experience: int = 70
    benchmark_social: int = 20
    benchmark_formal: int = 10
    check_in_offset_days: int = 14
    pulse_offset_days: int = 21
    display_name: str
    logo_url: str | None = None
    primary_color: str = "#1f4e79"
    accent_color: str = "#c8553d"
    allowed_origins: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    support_email: str | None = None
    open_introspection: bool = False
    secret: bytes = Field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    created_at: datetime = Field(sa_type=TIMESTAMP)

    def now(self, wall: datetime) -> datetime:
        """The tenant's own time, given the wall's."""
        return wall + timedelta(seconds=self.clock_offset_seconds)


class TenantHost(SQLModel, table=True):
    """A host name that belongs to one tenant."""

    __tablename__ = "tenant_host"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    host: str = Field(primary_key=True)
    tenant_id: uuid.UUID


def wall() -> datetime:
    """The time of the world. Read at the edges only; everything else is told."""
    return datetime.now(UTC)


def checked(tenant: Tenant) -> Tenant:
    """The tenant, or which of its facts is wrong and what to do about it."""
    if not SLUG.fullmatch(tenant.slug):
        raise _invalid("slug", "A short name holds 1 to 40 lower-case letters, digits and dashes, such as 'acme'.")
    _check_brand(tenant)
    _check_settings(tenant)
    return tenant


def _check_brand(tenant: Tenant) -> None:
    for field, text in (("name", tenant.name), ("displayName", tenant.display_name)):
        if not 0 < len(text.strip()) <= LONGEST_NAME or "\x00" in text:
            raise _invalid(field, f"A name has 1 to {LONGEST_NAME} characters, and no NUL among them.")
    for field, color in (("primaryColor", tenant.primary_color), ("accentColor", tenant.accent_color)):
        if not COLOR.fullmatch(color):
            raise _invalid(field, "A color is written in six hexadecimal digits, such as '#1f4e79'.")


def _check_settings(tenant: Tenant) -> None:
    if tenant.time_zone not in available_timezones():
        raise _invalid("timeZone", f"'{tenant.time_zone}' is no IANA time zone. Use a name such as 'Europe/Zurich'.")
    try:
        babel.Locale.parse(tenant.locale, sep="-")
    except (ValueError, babel.UnknownLocaleError):
        raise _invalid("locale", f"'{tenant.locale}' is no locale. Use a tag such as 'en' or 'de-CH'.") from None
    shares = (tenant.benchmark_experience, tenant.benchmark_social, tenant.benchmark_formal)
    if sum(shares) != PERCENT or min(shares) < 0:
        raise _invalid("benchmark", "The three shares are percentages that add up to 100, such as 70, 20 and 10.")
    _check_origins(tenant.allowed_origins)
    offsets = {"checkInOffsetDays": tenant.check_in_offset_days, "pulseOffsetDays": tenant.pulse_offset_days}
    for field, days in offsets.items():
        if not 0 < days <= LONGEST_OFFSET_DAYS:
            raise _invalid(field, f"An offset is between 1 and {LONGEST_OFFSET_DAYS} days after the session.")


def _check_origins(origins: list[str]) -> None:
    if len(origins) > MOST_ORIGINS or len(set(origins)) < len(origins):
        raise _invalid("allowedOrigins", f"Give at most {MOST_ORIGINS} origins, each once.")
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            message = "An origin is a scheme, a host and perhaps a port, such as 'https://learn.example.com'."
            raise _invalid("allowedOrigins", f"{message} It is written in lower case, and nothing follows.")


def moved_clock(tenant: Tenant, to: datetime, wall: datetime) -> int:
    """The sandbox's new offset in seconds, rounded up so that `to` is reached, or why its clock can't go there."""
    if not tenant.sandbox:
        raise TenantRefused(TenantRefusal.NOT_A_SANDBOX, "Only a sandbox's clock can be moved. Create one to rehearse.")
    if to <= tenant.now(wall):
        raise TenantRefused(
            TenantRefusal.CLOCK_ONLY_MOVES_FORWARD,
            f"It is {tenant.now(wall):%Y-%m-%d %H:%M} UTC for this tenant already; its clock only moves forward.",
            field="to",
        )
    if to - wall > FARTHEST:
        raise _invalid("to", f"A sandbox's clock is at most {FARTHEST.days // 365} years ahead of the world's.")
    return math.ceil((to - wall).total_seconds())


def _invalid(field: str, message: str) -> TenantRefused:
    return TenantRefused(TenantRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, tenant: Tenant, *, hosts: list[str]) -> Tenant:
    """Platform work: a new tenant at its host names."""
    checked(tenant)
    if await db.scalar(select(Tenant.id).where(Tenant.slug == tenant.slug)):
        raise TenantRefused(TenantRefusal.NAME_TAKEN, f"There is a tenant '{tenant.slug}' already.", field="slug")
    taken = await db.scalar(select(TenantHost.host).where(col(TenantHost.host).in_(hosts)))
    if taken:
        raise TenantRefused(TenantRefusal.NAME_TAKEN, f"The host '{taken}' belongs to a tenant already.", field="host")
    db.add(tenant)
    await db.flush()
    db.add_all(TenantHost(host=host, tenant_id=tenant.id) for host in hosts)
    await db.flush()
    return tenant


async def by_slug(db: AsyncSession, slug: str) -> Tenant | None:
    return await db.scalar(select(Tenant).where(Tenant.slug == slug))


async def by_id(db: AsyncSession, tenant_id: uuid.UUID) -> Tenant:
    """The tenant of this transaction, or any by the platform's door."""
    return (await db.scalars(select(Tenant).where(Tenant.id == tenant_id))).one()


async def every(db: AsyncSession) -> list[Tenant]:
    """Platform work: all tenants, in the order of their short names."""
    return list(await db.scalars(select(Tenant).order_by(Tenant.slug)))


async def hosts(db: AsyncSession) -> dict[uuid.UUID, list[str]]:
    """Platform work: the host names of every tenant."""
    found: dict[uuid.UUID, list[str]] = {}
    for host in await db.scalars(select(TenantHost).order_by(TenantHost.host)):
        found.setdefault(host.tenant_id, []).append(host.host)
    return found


async def lock(db: AsyncSession, tenant_id: uuid.UUID) -> Tenant:
    """The tenant as it is now; its settings and clock are ours until the transaction ends."""
    mine = select(Tenant).where(Tenant.id == tenant_id).with_for_update(key_share=True)
    return (await db.scalars(mine.execution_options(populate_existing=True))).one()


async def move_clock(db: AsyncSession, tenant_id: uuid.UUID, *, to: datetime, wall: datetime) -> Tenant:
    """Move a sandbox's clock forward. What is due by then is for the caller to let happen."""
    tenant = await lock(db, tenant_id)
    tenant.clock_offset_seconds = moved_clock(tenant, to, wall)
    await db.flush()
    return tenant


async def update(
    db: AsyncSession, tenant_id: uuid.UUID, changes: Mapping[str, object], *, revision: int | None = None
) -> dict[str, object]:
    """Change the tenant's brand and settings; what was changed, for the history."""
    tenant = await lock(db, tenant_id)
    if stale(tenant.revision, revision):
        raise TenantRefused(TenantRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    changed = {name: value for name, value in changes.items() if getattr(tenant, name) != value}
    for name, value in changed.items():
        setattr(tenant, name, value)
    if changed:
        tenant.revision += 1
    checked(tenant)
    await db.flush()
    return changed


async def set_status(db: AsyncSession, tenant_id: uuid.UUID, status: TenantStatus) -> Tenant:
    """Suspend a tenant, or let it in again."""
    tenant = await lock(db, tenant_id)
    tenant.status = status
    await db.flush()
    return tenant
