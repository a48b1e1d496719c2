"""What an operator does in a tenant: find it by its short name, and hand out keys."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from collegium.output import Problem
from domain import history
from domain.people import people
from domain.people.people import NewPerson, Person
from tenants import keys, registry
from tenants.database import Database
from tenants.keys import App, IssuedKey, Role
from tenants.registry import Tenant, wall
from tenants.viewer import Actor

OPERATOR = Actor()
ADMINISTRATOR = NewPerson(name="Administrator", external_ref="administrator")


async def tenant_named(database: Database, slug: str) -> Tenant:
    async with database.platform() as db:
        tenant = await registry.by_slug(db, slug)
        known = [] if tenant else list(await db.scalars(select(Tenant.slug).order_by(col(Tenant.slug)).limit(10)))
    if tenant is None:
        there = f"There are: {', '.join(known)}." if known else "Create one: `collegium tenant create`."
        raise Problem(f"There is no tenant '{slug}'. {there}")
    return tenant


async def app_named(db: AsyncSession, tenant: Tenant, name: str) -> App:
    known = await db.scalar(select(App).where(App.name == name).order_by(col(App.created_at)))
    if known is None:
        raise Problem(f"{tenant.name} knows no app '{name}'. Make a key for it: `collegium key create --app '{name}'`.")
    return known


async def issue(
    db: AsyncSession,
    tenant: Tenant,
    holder: Person | App,
    *,
    roles: frozenset[Role],
    scopes: frozenset[str] = frozenset(),
    expires: datetime | None = None,
) -> IssuedKey:
    now = tenant.now(wall())
    issued = await keys.create(
        db,
        tenant,
        person_id=holder.id if isinstance(holder, Person) else None,
        app_id=holder.id if isinstance(holder, App) else None,
        roles=roles,
        scopes=scopes,
        expires_at=expires,
        now=now,
    )
    await history.record(db, issued.key, "created", by=OPERATOR, now=now, prefix=issued.key.prefix)
    return issued


async def app_known(db: AsyncSession, tenant: Tenant, name: str) -> App:
    """The app of this name, which is made known where it is new."""
    known = await db.scalar(select(App).where(App.name == name).order_by(col(App.created_at)))
    if known is not None:
        return known
    now = tenant.now(wall())
    new = await keys.create_app(db, name, now=now)
    await history.record(db, new, "created", by=OPERATOR, now=now, name=new.name)
    return new


async def administrator(db: AsyncSession, tenant: Tenant) -> Person:
    """The person whom an operator's keys belong to where nobody else is named."""
    known = await db.scalar(select(Person).where(Person.external_ref == ADMINISTRATOR.external_ref))
    return known or await people.create(db, ADMINISTRATOR, by=OPERATOR, now=tenant.now(wall()))
