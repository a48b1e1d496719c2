"""How a row that another refers to is joined."""

import re
import uuid

import pytest

from api.engine.documents import Document
from api.engine.parameters import Request
from api.schema import schema
from tenants.keys import Role
from tenants.registry import Tenant
from tenants.viewer import Viewer
from tests.conftest import NOW

TENANT = Tenant(slug="acme", name="Acme", display_name="Acme", created_at=NOW)
JOIN = re.compile(r"(LEFT JOIN|JOIN) (\w+)")


def joins(selection, role=Role.COORDINATOR):
    """The joins of a statement, and how often it looks whether a row is there."""
    document = Document(schema(), selection, None)
    viewer = Viewer(TENANT, uuid.uuid4(), roles=frozenset({role}))
    sql = document.plan(Request(viewer, NOW, document.coerce({})), core=False).sql
    return JOIN.findall(sql), sql.count("IS NOT NULL THEN")


@pytest.mark.parametrize(
    ("selection", "joined", "looks"),
    [
        ("{ registrations { nodes { person { name } } } }", [("JOIN", "person")], 0),
        ("{ sessions { nodes { hostOrganization { name } } } }", [("LEFT JOIN", "organization")], 1),
        (
            "{ sessions { nodes { program { title } hostOrganization { name } } } }",
            [("LEFT JOIN", "program"), ("LEFT JOIN", "organization")],
            1,
        ),
    ],
    ids=["promised and alone", "not promised", "promised, and another one"],
)
def test_a_promised_row_is_there_without_a_look(selection, joined, looks):
    assert joins(selection) == (joined, looks)


def test_a_row_that_may_be_hidden_is_looked_for():
    selection = "{ answers { nodes { question { title } } } }"

    assert joins(selection, Role.TENANT_ADMIN) == ([("JOIN", "question")], 0)
    assert [joined for joined, _ in joins(selection, Role.LEARNER)[0]][:1] == ["LEFT JOIN"]
