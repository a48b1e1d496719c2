"""What must hold of every table, whoever adds one: isolation proved in the catalog, and records that agree with it."""

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import migrations
from migrations.tenancy import TENANT

REGISTRY = "('tenant', 'tenant_host', 'alembic_version')"
TABLES = f"""
  SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
    (SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id') AS tenant
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND c.relname NOT IN {REGISTRY}
"""

RULES = {
    "a table has a tenant, as uuid, not null, without default": """
      SELECT t.relname FROM tables t LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.tenant
      WHERE t.tenant IS NULL OR a.atttypid <> 'uuid'::regtype OR NOT a.attnotnull OR a.atthasdef""",
    "a primary key is (tenant_id, id)": """
      SELECT t.relname FROM tables t WHERE NOT EXISTS (
        SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'id'
        WHERE k.conrelid = t.oid AND k.contype = 'p' AND k.conkey = ARRAY[t.tenant, a.attnum])""",
    "a unique index contains the tenant": """
      SELECT i.indexrelid::regclass::text FROM tables t JOIN pg_index i ON i.indrelid = t.oid
      WHERE i.indisunique AND NOT t.tenant = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])""",
    "an exclusion contains the tenant": """
      SELECT k.conname FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid
      WHERE k.contype = 'x' AND NOT t.tenant = ANY (k.conkey)""",
    "a foreign key pairs tenant with tenant and has no action": """
      SELECT k.conname FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid JOIN tables f ON f.oid = k.confrelid
      WHERE k.contype = 'f' AND (k.confdeltype <> 'a' OR k.confupdtype <> 'a' OR NOT EXISTS (
        SELECT FROM unnest(k.conkey, k.confkey) AS pair(a, b) WHERE pair.a = t.tenant AND pair.b = f.tenant))""",
    "nothing is deferrable": "SELECT conname FROM pg_constraint WHERE condeferrable",
    "row security is on and forced": "SELECT relname FROM tables WHERE NOT (relrowsecurity AND relforcerowsecurity)",
    "there is one policy, for reading and writing, word for word": """
      SELECT t.relname FROM tables t LEFT JOIN pg_policy p ON p.polrelid = t.oid GROUP BY t.relname
      HAVING count(p) <> 1 OR min(pg_get_expr(p.polqual, p.polrelid)) <> min(pg_get_expr(p.polwithcheck, p.polrelid))
        OR min(pg_get_expr(p.polqual, p.polrelid)) <>
          '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)'
        OR bool_or(p.polcmd <> '*')""",
    "no trigger, rule or sequence": """
      SELECT tgname FROM pg_trigger JOIN tables t ON t.oid = tgrelid WHERE NOT tgisinternal
      UNION ALL SELECT rulename FROM pg_rewrite JOIN tables t ON t.oid = ev_class
      UNION ALL SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace""",
    "no native enum": "SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace",
    "a view runs with its caller's rights, and none is materialized": """
      SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions::text, '') ~ 'security_invoker=(true|on)')""",
    "a name has at most 52 characters": """
      SELECT conname FROM pg_constraint WHERE length(conname) > 52 AND connamespace = 'public'::regnamespace
      UNION ALL SELECT relname FROM pg_class WHERE length(relname) > 52 AND relnamespace = 'public'::regnamespace""",
    "the application is a plain role": """
      SELECT rolname FROM pg_roles WHERE rolname = 'collegium_app' AND (rolsuper OR rolbypassrls OR rolcreaterole
        OR rolcreatedb OR pg_has_role(oid, 'collegium_owner', 'MEMBER') OR oid IN (SELECT relowner FROM tables))""",
    "the owner bypasses row security": """
      SELECT t.relname FROM tables t JOIN pg_roles r ON r.oid = t.relowner
      WHERE NOT r.rolbypassrls OR r.rolname <> 'collegium_owner'""",
    "no function runs with its owner's rights": """
      SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace""",
    "history is only appended to": """
      SELECT privilege_type FROM information_schema.table_privileges
      WHERE table_name = 'event' AND grantee = 'collegium_app' AND privilege_type NOT IN ('SELECT', 'INSERT')""",
}


@pytest.fixture
async def catalog(administrator_url):
    connection = await asyncpg.connect(administrator_url)
    yield connection
    await connection.close()


async def breaches(catalog, rule):
    return [row[0] for row in await catalog.fetch(f"WITH tables AS ({TABLES}) {RULES[rule]}")]


@pytest.mark.parametrize("rule", RULES)
async def test_the_catalog_holds(catalog, rule):
    assert await breaches(catalog, rule) == []


FAULTS = {
    "a table has a tenant, as uuid, not null, without default": "CREATE TABLE fault (id uuid)",
    "a primary key is (tenant_id, id)": "CREATE TABLE fault (id uuid PRIMARY KEY, tenant_id uuid NOT NULL)",
    "a unique index contains the tenant": "CREATE UNIQUE INDEX fault ON app (id)",
    "a foreign key pairs tenant with tenant and has no action": """
      ALTER TABLE app ADD person_id uuid, ADD CONSTRAINT fault FOREIGN KEY (id, person_id) REFERENCES person""",
    "nothing is deferrable": "ALTER TABLE app ADD UNIQUE (tenant_id, id) DEFERRABLE",
    "row security is on and forced": "ALTER TABLE app NO FORCE ROW LEVEL SECURITY",
    "there is one policy, for reading and writing, word for word": "CREATE POLICY fault ON app USING (true)",
    "no trigger, rule or sequence": "CREATE SEQUENCE fault",
    "no native enum": "CREATE TYPE fault AS ENUM ('A')",
    "a view runs with its caller's rights, and none is materialized": "CREATE VIEW fault AS SELECT * FROM app",
    "a name has at most 52 characters": f"CREATE INDEX {'f' * 53} ON app (tenant_id)",
    "the application is a plain role": "ALTER ROLE collegium_app BYPASSRLS",
    "the owner bypasses row security": "ALTER TABLE app OWNER TO CURRENT_USER",
    "no function runs with its owner's rights": """
      CREATE FUNCTION fault() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'""",
    "history is only appended to": "GRANT DELETE ON event TO collegium_app",
}


@pytest.mark.parametrize("rule", FAULTS)
async def test_a_planted_fault_is_found(catalog, rule):
    transaction = catalog.transaction()
    await transaction.start()
    try:
        await catalog.execute(FAULTS[rule])

        assert await breaches(catalog, rule) != []
    finally:
        await transaction.rollback()


async def test_records_and_migrations_agree(administrator_url):
    engine = create_async_engine(make_url(administrator_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), SQLModel.metadata)
        )
    await engine.dispose()

    assert differences == []


def test_the_policy_is_the_one_of_the_migrations():
    assert TENANT == "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"


async def test_migrating_again_changes_nothing(administrator_url):
    await migrations.upgrade(administrator_url)

    await migrations.run(administrator_url, command.check)
