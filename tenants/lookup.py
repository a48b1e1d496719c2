"""Looking up who a request speaks of: two short statements, for every request there is."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from tenants.database import Database
from tenants.keys import Grant, Role, digest
from tenants.registry import Tenant, TenantStatus

GRANT = """(SELECT to_jsonb(k) || jsonb_build_object('app_locked',
        coalesce((SELECT a.locked FROM app a WHERE a.tenant_id = $1 AND a.id = k.app_id), false))
    FROM key k WHERE k.tenant_id = $1 AND k.digest = $2::bytea)"""
LOCATE = """
    SELECT jsonb_build_object(
        'by_host', (SELECT to_jsonb(t) || jsonb_build_object('secret', encode(t.secret, 'hex'))
            FROM tenant t JOIN tenant_host h ON h.tenant_id = t.id WHERE h.host = $1::text),
        'by_slug', (SELECT to_jsonb(t) || jsonb_build_object('secret', encode(t.secret, 'hex'))
            FROM tenant t WHERE t.slug = $2::text))
"""


@dataclass(frozen=True)
class Located:
    """What the address and the key say about the tenant. Both None: nobody was named."""

    by_host: Tenant | None
    by_slug: Tenant | None


async def locate(database: Database, *, host: str | None, slug: str | None) -> Located:
    """Platform work: the tenants that the request's host name and key name. One round trip, for every request."""
    found = orjson.loads(await database.read_registry(LOCATE, [host, slug]) or b"{}")
    return Located(*(row and _tenant_of(row) for row in (found["by_host"], found["by_slug"])))


def _tenant_of(row: dict[str, Any]) -> Tenant:
    return Tenant(
        **{
            **row,
            "id": uuid.UUID(row["id"]),
            "status": TenantStatus(row["status"]),
            "secret": bytes.fromhex(row["secret"]),
            "created_at": datetime.fromisoformat(row["created_at"]),
        }
    )


async def grant_of(database: Database, tenant_id: uuid.UUID, text: str) -> Grant | None:
    """What the key with this text allows, still valid or not. One round trip, for every request."""
    found = orjson.loads(await database.read(tenant_id, GRANT, [digest(text)]) or b"null")
    if found is None:
        return None
    person_id, app_id = (found[holder] and uuid.UUID(found[holder]) for holder in ("person_id", "app_id"))
    expires_at, revoked_at = (found[at] and datetime.fromisoformat(found[at]) for at in ("expires_at", "revoked_at"))
    roles, scopes = frozenset(map(Role, found["roles"])), frozenset(found["scopes"])
    return Grant(uuid.UUID(found["id"]), person_id, app_id, roles, scopes, expires_at, revoked_at, found["app_locked"])
