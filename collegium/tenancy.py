"""A tenant by its short name, for commands that work in one."""

from sqlmodel import select

from collegium.output import Problem
from tenants import registry
from tenants.database import Database
from tenants.registry import Tenant


async def tenant_named(database: Database, slug: str) -> Tenant:
    async with database.platform() as db:
        tenant = await registry.by_slug(db, slug)
        known = list(await db.scalars(select(Tenant.slug).order_by(Tenant.slug).limit(10))) if tenant is None else []
    if tenant is None:
        there = f"There are: {', '.join(known)}." if known else "Create one: `collegium tenant create`."
        raise Problem(f"There is no tenant '{slug}'. {there}")
    return tenant
