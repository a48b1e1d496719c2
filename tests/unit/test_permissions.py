"""Who may: roles, scopes, and what is left to those without."""

import uuid

import pytest

from api.permissions import EVERYONE, PUBLIC, SCOPES, STAFF, Access, signed_in
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


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [None, OWN])
@pytest.mark.parametrize("public", [True, False])
def test_a_person_may_by_role_or_what_is_their_own(role, own, public):
    person = Viewer(TENANT, uuid.uuid4(), roles=frozenset({role}))

    conditions = {
        roles: Access(roles, "people:read", own=own, public=public).condition(person) for roles in (STAFF, EVERYONE)
    }

    assert conditions[EVERYONE] is None
    assert conditions[STAFF] == (None if public or role in STAFF else own or "false")


@pytest.mark.parametrize("scope", ["people:read", "people:write"])
@pytest.mark.parametrize("held", sorted(SCOPES))
def test_an_app_may_by_its_scope_and_who_may_write_may_read(scope, held):
    app = Viewer(TENANT, app_id=uuid.uuid4(), scopes=frozenset({held}))

    assert Access(STAFF, scope).allows(app) == (held in {scope, "people:write"})


def test_scopes_of_rows_that_lead_here_let_in_as_well():
    access = signed_in("people:read", "cohorts:read")

    assert access.scopes == {"people:read", "people:write", "cohorts:read", "cohorts:write"}


def test_a_persons_key_has_no_use_of_scopes_and_an_apps_none_of_roles():
    access = Access(STAFF, "people:read")

    assert not access.allows(Viewer(TENANT, uuid.uuid4(), scopes=SCOPES))
    assert not Access(STAFF).allows(Viewer(TENANT, app_id=uuid.uuid4(), scopes=SCOPES))


def test_several_roles_may_what_any_of_them_may():
    both = Viewer(TENANT, uuid.uuid4(), roles=frozenset({Role.LEARNER, Role.COORDINATOR}))

    assert Access(STAFF, own=OWN).condition(both) is None


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (PUBLIC, "Anyone may ask, signed in or not."),
        (Access(STAFF), "For: tenant admin, coordinator."),
        (Access(STAFF, "people:read"), "For: tenant admin, coordinator; apps with the scope `people:read`."),
        (Access(EVERYONE, "people:read"), "For: any signed-in person; apps with the scope `people:read`."),
        (Access(frozenset(), "people:read"), "For: apps with the scope `people:read`."),
    ],
)
def test_access_is_told_in_words(access, words):
    assert access.words == words
