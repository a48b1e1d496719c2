"""Origins: from which web pages a browser may open a WebSocket here.

A browser sends the page's origin and asks nobody. A page of the very host that is asked may, and so may those that the
tenant allows. Programs send no origin, and are known by their key alone.
"""

import re

from tenants.registry import Tenant

DEFAULT_PORTS = {"http": "80", "https": "443"}
HOST = re.compile(r"(.+?)(?::([0-9]{1,5}))?")


def same_host(origin: str, host: str | None) -> bool:
    """Whether the page comes from the host, and port, that it asks."""
    scheme, _, address = origin.lower().partition("://")
    port = DEFAULT_PORTS.get(scheme)
    if port is None or not host:
        return False
    asked, named = HOST.fullmatch(host.lower()), HOST.fullmatch(address)
    return bool(asked and named) and _place(asked, port) == _place(named, port)


def may_connect(origin: str | None, host: str | None, tenant: Tenant | None) -> bool:
    if origin is None or same_host(origin, host):
        return True
    return tenant is not None and origin.lower() in tenant.allowed_origins


def _place(match: re.Match[str] | None, port: str) -> tuple[str, str] | None:
    return match and (match[1], match[2] or port)
