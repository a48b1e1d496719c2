"""Signing in with a key."""

from datetime import datetime

from tenants import keys
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import Tenant
from tenants.viewer import Viewer

tenant_of = keys.tenant_named_in


async def sign_in(database: Database, tenant: Tenant, text: str, now: datetime) -> Viewer | None:
    async with database.transaction(tenant.id) as db:
        key = await keys.find(db, text)
    if key is None or not keys.valid(key, now):
        return None
    return Viewer(tenant, key.person_id, key.app_id, frozenset(map(Role, key.roles)), frozenset(key.scopes))
