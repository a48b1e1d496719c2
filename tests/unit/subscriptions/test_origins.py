import pytest

from api.subscriptions.origins import may_connect, same_host
from tenants.registry import Tenant
from tests.conftest import NOW


def a_tenant(*origins):
    return Tenant(slug="acme", name="Acme", display_name="Acme", created_at=NOW, allowed_origins=list(origins))


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://acme.example", "acme.example", True),
        ("https://acme.example", "acme.example:443", True),
        ("https://acme.example:443", "acme.example", True),
        ("https://ACME.example", "acme.EXAMPLE", True),
        ("http://acme.example:8000", "acme.example:8000", True),
        ("http://acme.example", "acme.example:8000", False),
        ("https://acme.example:8443", "acme.example", False),
        ("https://evil.acme.example", "acme.example", False),
        ("https://acme.example.evil", "acme.example", False),
        ("ftp://acme.example", "acme.example", False),
        ("null", "acme.example", False),
        ("", "acme.example", False),
        ("https://acme.example", None, False),
        ("https://[::1]:8000", "[::1]:8000", True),
        ("https://[::1]", "[::1]:443", True),
        ("https://[", "acme.example", False),
    ],
)
def test_a_page_of_the_same_host_and_port_is_the_tenants_own(origin, host, same):
    assert same_host(origin, host) == same


def test_who_sends_no_origin_is_no_page():
    assert may_connect(None, "acme.example", None)


def test_a_page_that_the_tenant_allows_may_connect():
    tenant = a_tenant("https://learn.example")

    assert may_connect("https://learn.example", "acme.example", tenant)
    assert not may_connect("http://learn.example", "acme.example", tenant)
    assert not may_connect("https://learn.example:8443", "acme.example", tenant)
    assert not may_connect("https://learn.example", "acme.example", None)
