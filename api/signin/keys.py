"""Signing in with a key."""

from datetime import datetime

from tenants import keys, lookup
from tenants.database import Database
from tenants.registry import Tenant
from tenants.viewer import Viewer

tenant_of = keys.tenant_named_in


async def sign_in(database: Database, tenant: Tenant, text: str, now: datetime) -> Viewer | None:
    grant = await lookup.grant_of(database, tenant.id, text)
    if grant is None or not keys.valid(grant, now):
        return None
    return Viewer(
        tenant,
        grant.person_id,
        grant.app_id,
        grant.roles,
        grant.scopes,
        grant.key_id,
        grant.expires_at,
        keys.locked(grant),
    )
