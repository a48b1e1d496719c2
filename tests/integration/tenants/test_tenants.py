"""The two doors: what a transaction sees, and what it cannot do."""

import uuid

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from tenants.database import NoTenantError
from tenants.keys import App, Key
from tests.conftest import NOW


async def an_app(database, tenant):
    async with database.transaction(tenant.id) as db:
        app = App(name="Portal", created_at=NOW)
        db.add(app)
    return app


async def test_a_row_belongs_to_the_tenant_of_its_transaction(database, tenant):
    app = await an_app(database, tenant)

    assert app.tenant_id == tenant.id


async def test_a_tenant_sees_only_its_own_rows(database, tenant, other_tenant):
    app = await an_app(database, tenant)

    async with database.transaction(tenant.id) as db:
        assert (await db.scalars(select(App.id))).all() == [app.id]
    async with database.transaction(other_tenant.id) as db:
        assert (await db.scalars(select(App.id))).all() == []


KEYS = select(Key.app_id).where(Key.app_id == App.id)
OTHER = aliased(App)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(select(func.count()).select_from(App), id="a-count"),
        pytest.param(select(App.name).join(OTHER, col(OTHER.name) == App.name), id="a-join-with-itself"),
        pytest.param(select(App.id, KEYS.correlate(App).scalar_subquery()), id="a-subquery-as-a-column"),
        pytest.param(select(App.id).where(KEYS.exists()), id="exists"),
        pytest.param(select(App.id).where(col(App.id).in_(select(Key.app_id))), id="in"),
        pytest.param(select(select(App.name).subquery()), id="a-table-of-its-own"),
        pytest.param(select(select(App.name).cte()), id="a-common-table-expression"),
        pytest.param(select(App.id).union_all(select(Key.id)), id="a-union"),
        pytest.param(select(App).where(App.name == "x").with_for_update(), id="a-lock"),
        pytest.param(update(App).where(KEYS.exists()).values(name="x"), id="an-update"),
    ],
)
async def test_every_level_of_a_statement_names_its_tenant(database, tenant, statement):
    """`database` looks at what was sent. Take `_explicit_tenant` away, and each of these is found."""
    async with database.transaction(tenant.id) as db:
        await db.execute(statement)


async def test_row_security_holds_where_the_predicate_is_missing(doors, tenant, other_tenant):
    app = await an_app(doors, tenant)

    async with doors.transaction(tenant.id) as db:
        assert (await db.execute(text("SELECT id FROM app"))).scalars().all() == [app.id]
    async with doors.transaction(other_tenant.id) as db:
        assert (await db.execute(text("SELECT id FROM app"))).scalars().all() == []


async def test_the_platforms_door_shows_no_row_of_any_tenant(doors, tenant):
    await an_app(doors, tenant)

    async with doors.platform() as db:
        assert (await db.execute(text("SELECT id FROM app"))).scalars().all() == []


async def test_the_tenant_is_forgotten_with_the_transaction(database, tenant):
    await an_app(database, tenant)

    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert await raw.driver_connection.fetch("SELECT id FROM app") == []


async def test_a_row_cannot_be_written_for_another_tenant(database, tenant, other_tenant):
    with pytest.raises(NoTenantError):
        async with database.transaction(tenant.id) as db:
            db.add(App(tenant_id=other_tenant.id, name="Portal", created_at=NOW))


async def test_no_tenant_no_transaction(database):
    with pytest.raises(NoTenantError):
        async with database.transaction(None):
            pass


async def test_a_tenant_sees_itself_alone_in_the_registry(doors, tenant, other_tenant):
    async with doors.transaction(tenant.id) as db:
        assert (await db.execute(text("SELECT id FROM tenant"))).scalars().all() == [tenant.id]
    async with doors.platform() as db:
        known = (await db.execute(text("SELECT id FROM tenant"))).scalars().all()
    assert {tenant.id, other_tenant.id} <= set(known)


async def test_a_read_sees_one_tenant(database, tenant, other_tenant):
    app = await an_app(database, tenant)
    document = "(SELECT coalesce(string_agg(id::text, ','), 'none') FROM app WHERE tenant_id = $1)"

    assert await database.read(tenant.id, document, []) == str(app.id).encode()
    assert await database.read(other_tenant.id, document, []) == b"none"
    assert await database.read(uuid.uuid4(), document, []) == b"none"
