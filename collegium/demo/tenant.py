"""The demo's tenant, and a key to try it with."""

import os
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from collegium.demo import lived
from collegium.output import Problem
from collegium.settings import Settings
from collegium.tenancy import administrator, issue
from domain.programs.programs import Program
from tenants import keys, registry
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import Tenant, wall

SLUG = "demo"
NAME = "Demo Academy"


async def prepare(database: Database, settings: Settings) -> str:
    """The key of the demo's administrator. It is kept in the home folder, so that every start can show it."""
    tenant = await _tenant(database)
    kept = settings.home / "demo-key"
    async with database.transaction(tenant.id) as db:
        await registry.lock(db, tenant.id)
        if await db.scalar(select(Program.id).limit(1)) is None:
            await lived.live(db, now=tenant.now(wall()))
        return await _valid(db, tenant, kept) or await _new(db, tenant, kept)


async def _tenant(database: Database) -> Tenant:
    async with database.platform() as db:
        await db.execute(text("SELECT pg_advisory_xact_lock(hashtext('collegium demo'))"))  # who starts beside us waits
        known = await registry.by_slug(db, SLUG)
        if known is not None:
            return known
        tenant = Tenant(
            slug=SLUG, name=NAME, display_name=NAME, sandbox=True, open_introspection=True, created_at=wall()
        )
        return await registry.create(db, tenant, hosts=[f"{SLUG}.localhost"])


async def _valid(db: AsyncSession, tenant: Tenant, kept: Path) -> str | None:
    """The key that is kept, where this database knows it and it still works."""
    known = read(kept)
    key = await keys.find(db, known) if known else None
    return known if key is not None and keys.valid(key, tenant.now(wall())) else None


async def _new(db: AsyncSession, tenant: Tenant, kept: Path) -> str:
    issued = await issue(db, tenant, await administrator(db, tenant), roles=frozenset({Role.TENANT_ADMIN}))
    try:
        keep(kept, issued.text)
    except OSError as problem:
        raise Problem(f"Can't keep the demo's key in {kept}: {problem.strerror}. Set COLLEGIUM_HOME.") from None
    return issued.text


def read(kept: Path) -> str:
    return kept.read_text().strip() if kept.exists() else ""


def keep(kept: Path, text: str) -> None:
    """Readable by us alone from its first moment, and there whole or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_name(f"{kept.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    unfinished.rename(kept)
