"""The check on our own statements finds what it is for."""

import pytest

from tests.statements import untied

JOINED = """
  SELECT p.id FROM person p JOIN organization o ON o.tenant_id = p.tenant_id AND o.id = p.organization_id
  WHERE p.tenant_id = $1::uuid
"""
JOINED_BY_ID = "SELECT p.id FROM person p JOIN organization o ON o.id = p.organization_id WHERE p.tenant_id = $1"
IN_ONE = """
  WITH known AS (SELECT id FROM person WHERE tenant_id = $1), claimed AS (UPDATE session s SET waiting = 1 WHERE {} = $1
  AND EXISTS (SELECT FROM known) RETURNING s.id), added AS (INSERT INTO app (tenant_id, id) SELECT $1, id FROM claimed)
  SELECT id FROM claimed
"""
COUNTED = "SELECT (SELECT count(*) FROM registration r WHERE r.tenant_id = {}) FROM session s WHERE s.tenant_id = $1"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM person WHERE tenant_id = $1",
        JOINED,
        COUNTED.format("$1"),
        IN_ONE.format("s.tenant_id"),
        "UPDATE session SET seats_taken = 1 WHERE session.tenant_id = $1 AND session.id = $2",
        "INSERT INTO app (tenant_id, id, name) VALUES ($1, $2, $3)",
    ],
)
def test_a_statement_that_names_its_tenant_everywhere_passes(statement):
    assert untied(statement) == ()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("SELECT id FROM person", "person"),
        ("SELECT id FROM person WHERE tenant_id = $1 OR name = $2", "person"),
        (JOINED_BY_ID, "organization"),
        (COUNTED.format("s.tenant_id"), "registration"),
        (IN_ONE.format("s.id"), "session"),
        (IN_ONE.format("s.tenant_id").replace("(tenant_id, id)", "(id)"), "app"),
        ("DELETE FROM app WHERE id = $1", "app"),
        ("INSERT INTO app (id, name) VALUES ($1, $2)", "app"),
    ],
)
def test_a_table_without_its_tenant_is_named(statement, table):
    (finding,) = untied(statement)

    assert finding.startswith(table)
