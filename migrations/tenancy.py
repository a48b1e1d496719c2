"""What every tenant-owned table gets, in one call."""

from alembic import op

TENANT = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
PLATFORM = "current_setting('app.platform', true) = 'on'"


def protect(table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Bind the table to the transaction's tenant, for reading and writing, whoever asks but the owner."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({TENANT}) WITH CHECK ({TENANT})")
    op.execute(f"GRANT {grants} ON {table} TO collegium_app")


def register(table: str, key: str, *, grants: str) -> None:
    """A table of the platform's registry: a tenant sees its own row, the platform's door sees all."""
    own = f"{key} = nullif(current_setting('app.tenant_id', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY registry ON {table} USING ({own} OR {PLATFORM}) WITH CHECK ({own} OR {PLATFORM})")
    op.execute(f"GRANT {grants} ON {table} TO collegium_app")
