"""Signing in: from a request's host name and credentials to a viewer.

A way of signing in is one file with a `sign_in` and a `tenant_of`, named here after its Authorization scheme.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from api.signin import keys
from tenants import lookup
from tenants.database import Database
from tenants.registry import Tenant, TenantStatus
from tenants.viewer import Viewer


@dataclass(frozen=True)
class Way:
    """`tenant_of` names the tenant that a credential speaks of; `sign_in` gives its holder, or None."""

    tenant_of: Callable[[str], str | None]
    sign_in: Callable[[Database, Tenant, str, datetime], Awaitable[Viewer | None]]


WAYS = {"bearer": Way(keys.tenant_of, keys.sign_in)}


class SignInError(Exception):
    """The request names no tenant, the wrong one, or nobody known there."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def viewer_of(database: Database, *, host: str | None, authorization: str | None, wall: datetime) -> Viewer:
    """Who asks, or why the request is turned away."""
    way, credential = _way(authorization)
    slug = way.tenant_of(credential) if way else None
    if way and slug is None:
        raise _not_valid()
    located = await lookup.locate(database, host=_host_name(host), slug=slug)
    tenant = _agreed(located, by_credential=way is not None)
    if tenant.status is TenantStatus.SUSPENDED:
        raise SignInError(403, "TENANT_SUSPENDED", f"{tenant.name} is suspended. Ask whoever runs this platform.")
    if way is None:
        return Viewer(tenant)
    viewer = await way.sign_in(database, tenant, credential, tenant.now(wall))
    if viewer is None:
        raise _not_valid()
    return viewer


def _way(authorization: str | None) -> tuple[Way | None, str]:
    if not authorization:
        return None, ""
    scheme, _, credential = authorization.strip().partition(" ")
    way = WAYS.get(scheme.lower())
    if way is None:
        raise SignInError(
            401, "UNAUTHENTICATED", f"Sign in by `Authorization: Bearer …`; '{scheme[:20]}' is not known here."
        )
    return way, credential.strip()


def _agreed(located: lookup.Located, *, by_credential: bool) -> Tenant:
    if by_credential:
        if located.by_slug is None or (located.by_host is not None and located.by_host.id != located.by_slug.id):
            raise _not_valid()
        return located.by_slug
    if located.by_host is None:
        raise SignInError(404, "NO_TENANT", "No tenant lives at this address. Use a tenant's host name, or send a key.")
    return located.by_host


def _not_valid() -> SignInError:
    """One and the same "no" for all that is wrong with a key. Raised anew each time: an error keeps its traceback."""
    return SignInError(401, "UNAUTHENTICATED", "This key is not valid here. Check it, the host name, and its expiry.")


def _host_name(host: str | None) -> str | None:
    return host.rsplit(":", 1)[0].lower().rstrip(".") if host else None
