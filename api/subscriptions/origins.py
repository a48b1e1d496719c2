"""Origins: from which web pages a browser may open a WebSocket here.

A browser sends the page's origin and asks nobody. A page of the very host that is asked may, and so may those that the
tenant allows. Programs send no origin, and are known by their key alone.
"""

from urllib.parse import urlsplit

from tenants.registry import Tenant

DEFAULT_PORTS = {"http": 80, "https": 443}


def same_host(origin: str, host: str | None) -> bool:
    """Whether the page comes from the host, and port, that it asks."""
    address = urlsplit(origin)
    if address.scheme not in DEFAULT_PORTS or not host:
        return False
    return _named(address.netloc, address.scheme) == _named(host, address.scheme)


def may_connect(origin: str | None, host: str | None, tenant: Tenant | None) -> bool:
    if origin is None or same_host(origin, host):
        return True
    return tenant is not None and origin.lower().rstrip("/") in tenant.allowed_origins


def _named(host: str, scheme: str) -> str:
    name, _, port = host.lower().partition(":")
    return f"{name}:{port or DEFAULT_PORTS[scheme]}"
