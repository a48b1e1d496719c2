"""`collegium tenant`: who uses this platform."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from cyclopts import App, Parameter, validators
from rich.table import Table

from collegium.database import opened
from collegium.output import Answer, Problem
from collegium.settings import Given, address
from collegium.tenancy import app_named, tenant_named
from collegium.times import duration, instant
from domain.journeys import sweeps
from tenants import allowances, registry
from tenants.registry import Tenant, TenantStatus, wall

LARGEST = 30_000_000
app = App(name="tenant", help="Tenants: whose data and brand it is.")


@app.command
async def create(
    slug: str,
    /,
    *,
    name: str,
    display_name: str | None = None,
    host: Annotated[list[str] | None, Parameter(negative="")] = None,
    sandbox: Annotated[bool, Parameter(negative="")] = False,
    time_zone: str = "UTC",
    locale: str = "en",
    settings: Given,
) -> Answer:
    """Create a tenant.

    Parameters
    ----------
    slug
        The short name: in its host name and in its keys. Lower-case letters, digits and dashes.
    name
        The name in contracts and lists.
    display_name
        The name that learners see; the name where it is left out.
    host
        A host name that belongs to it; may be repeated. SLUG.localhost where it is left out.
    sandbox
        A place to rehearse, whose clock can be moved.
    time_zone
        Where wall times belong that name no other zone.
    locale
        The language of what the tenant itself writes.
    """
    tenant = Tenant(
        slug=slug,
        name=name,
        display_name=display_name or name,
        sandbox=sandbox,
        time_zone=time_zone,
        locale=locale,
        created_at=wall(),
    )
    hosts = [one.lower().rstrip(".") for one in host or [f"{slug}.localhost"]]
    async with opened(settings) as database, database.platform() as db:
        await registry.create(db, tenant, hosts=hosts)
        facts = described(tenant, hosts)
    here = address(hosts[0], settings.port)
    words = f"Created {tenant.name}, found at {here}/explorer where this server listens on port {settings.port}."
    return Answer(facts, words, f"Next: collegium key create --tenant {slug} --role tenant-admin")


@app.command(name="list")
async def list_(*, settings: Given) -> Answer:
    """List the tenants: their clocks, states and host names."""
    async with opened(settings) as database, database.platform() as db:
        hosts = await registry.hosts(db)
        tenants = [described(tenant, hosts.get(tenant.id, [])) for tenant in await registry.every(db)]
    table = Table("Short name", "Name", "State", "Its time (UTC)", "Hosts")
    for one in tenants:
        state = one["status"].lower() + (", sandbox" if one["sandbox"] else "")
        table.add_row(one["slug"], one["name"], state, f"{one['now']:%Y-%m-%d %H:%M}", "\n".join(one["hosts"]))
    return Answer(tenants, table if tenants else "There are no tenants. Create one: `collegium tenant create`.")


@app.command
async def clock(
    slug: str,
    /,
    *,
    to: Annotated[datetime | None, Parameter(converter=instant, n_tokens=1)] = None,
    forward: Annotated[timedelta | None, Parameter(converter=duration, n_tokens=1)] = None,
    settings: Given,
) -> Answer:
    """Show a tenant's clock, or move a sandbox's forward: everything that is due by then happens.

    Parameters
    ----------
    slug
        Whose clock.
    to
        The time it shall be, such as 2026-12-01T09:00Z.
    forward
        How far to move it, such as P14D or PT90M.
    """
    if to is not None and forward is not None:
        raise Problem("Say either --to or --forward.")
    async with opened(settings) as database:
        tenant = await tenant_named(database, slug)
        now = wall()
        target = to if forward is None else tenant.now(now) + forward
        changed = 0
        if target is not None:
            async with database.transaction(tenant.id) as db:
                tenant = await registry.move_clock(db, tenant.id, to=target, wall=now)
                changed = await sweeps.open_due(db, now=target)
    facts = {"slug": slug, "now": tenant.now(wall()), "steps": changed}
    happened = f" {changed} steps have become due or overdue." if target is not None else ""
    return Answer(facts, f"For {tenant.name} it is {facts['now']:%Y-%m-%d %H:%M} UTC.{happened}")


@app.command
async def limit(
    slug: str,
    /,
    *,
    per_second: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=LARGEST))] = None,
    standard: Annotated[bool, Parameter(negative="")] = False,
    app: str | None = None,
    settings: Given,
) -> Answer:
    """Show or set what a tenant, or one of its apps, may cost in a second; at once, sixty times as much.

    Parameters
    ----------
    slug
        Which tenant.
    per_second
        What its requests may cost in a second.
    standard
        Let it be as for everyone again.
    app
        The app whose own share it is, by its name; the whole tenant's where it is left out.
    """
    if per_second is not None and standard:
        raise Problem("Say either --per-second or --standard.")
    async with opened(settings) as database:
        tenant = await tenant_named(database, slug)
        async with database.transaction(tenant.id) as db:
            holder = None if app is None else await app_named(db, tenant, app)
            if per_second is not None or standard:
                await allowances.limit(db, (holder or tenant).id, per_second)
            own, whole = [await allowances.limit_of(db, one) for one in ((holder or tenant).id, tenant.id)]
    usual = allowances.STANDARD if holder is None else (whole or allowances.STANDARD) // allowances.HOLDER
    found = own or usual
    facts = {
        "tenant": slug,
        "app": app,
        "perSecond": found,
        "burst": found * allowances.WINDOW,
        "standard": own is None,
    }
    who = tenant.name if holder is None else f"{holder.name} of {tenant.name}"
    words = f"{who} may cost {found:,} in a second, and {facts['burst']:,} at once"
    return Answer(facts, f"{words}{', as is standard' if own is None else ''}.")


@app.command
async def suspend(slug: str, /, *, settings: Given) -> Answer:
    """Suspend a tenant: nobody gets in, nothing happens, nothing is lost.

    Parameters
    ----------
    slug
        Which tenant.
    """
    return await _put(slug, TenantStatus.SUSPENDED, settings)


@app.command
async def resume(slug: str, /, *, settings: Given) -> Answer:
    """Let a suspended tenant in again. What became due meanwhile happens.

    Parameters
    ----------
    slug
        Which tenant.
    """
    return await _put(slug, TenantStatus.ACTIVE, settings)


async def _put(slug: str, status: TenantStatus, settings: Given) -> Answer:
    async with opened(settings) as database:
        tenant = await tenant_named(database, slug)
        async with database.transaction(tenant.id) as db:
            tenant = await registry.set_status(db, tenant.id, status)
    return Answer({"slug": slug, "status": status.value}, f"{tenant.name} is {status.value.lower()}.")


def described(tenant: Tenant, hosts: list[str]) -> dict[str, Any]:
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "status": tenant.status.value,
        "sandbox": tenant.sandbox,
        "now": tenant.now(wall()),
        "timeZone": tenant.time_zone,
        "hosts": hosts,
    }
