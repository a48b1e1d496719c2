"""Who may: roles, scopes, and what is left to those without."""

import uuid

import pytest

from api.permissions import PUBLIC, STAFF, Access, signed_in
from tenants.keys import Role
from tenants.registry import Tenant
from tenants.viewer import Viewer
from tests.conftest import NOW

TENANT = Tenant(slug="acme", name="Acme", display_name="Acme", created_at=NOW)
VISITOR = Viewer(TENANT)
LEARNER = Viewer(TENANT, uuid.uuid4(), roles=frozenset({Role.LEARNER}))
COORDINATOR = Viewer(TENANT, uuid.uuid4(), roles=frozenset({Role.COORDINATOR}))
READER = Viewer(TENANT, app_id=uuid.uuid4(), scopes=frozenset({"people:read"}))
STRANGER = Viewer(TENANT, app_id=uuid.uuid4(), scopes=frozenset({"sessions:read"}))
OWN = "{t}.person_id = {viewer}"


@pytest.mark.parametrize(
    ("access", "viewer", "condition"),
    [
        (PUBLIC, VISITOR, None),
        (Access(STAFF, "people:read", own=OWN), COORDINATOR, None),
        (Access(STAFF, "people:read", own=OWN), READER, None),
        (Access(STAFF, "people:read", own=OWN), LEARNER, OWN),
        (Access(STAFF, "people:read"), LEARNER, "false"),
        (Access(STAFF, "people:read"), STRANGER, "false"),
        (Access(STAFF, "people:read", own=OWN), VISITOR, "false"),
        (signed_in("people:read"), LEARNER, None),
        (signed_in("people:read"), STRANGER, "false"),
    ],
)
def test_what_a_row_has_to_fulfill(access, viewer, condition):
    assert access.condition(viewer) == condition


def test_a_scope_that_there_is_not_stops_the_start():
    with pytest.raises(ValueError, match="unknown scope"):
        Access(STAFF, "people:own")
