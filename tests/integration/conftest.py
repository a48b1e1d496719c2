import pytest
from sqlmodel import SQLModel, col, func, select

from tenants.records import TenantOwned
from tests.integration.importing import carried_out

RECORDS = [mapper.class_ for mapper in SQLModel._sa_registry.mappers if issubclass(mapper.class_, TenantOwned)]


@pytest.fixture
async def db(database, tenant):
    """One transaction of the tenant for the whole test."""
    async with database.transaction(tenant.id) as db:
        yield db


@pytest.fixture
def bring_in(database, tenant, tmp_path):
    """Carry out a plan over files that the test writes."""

    async def bring_in(plan, **more):
        return await carried_out(database, tenant, tmp_path, plan, **more)

    return bring_in


@pytest.fixture
def every(database, tenant):
    """The tenant's records of a kind, in the order in which they were made."""

    async def every(record):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(record).order_by(col(record.id))))

    return every


@pytest.fixture
def column_of(every):
    """One column of the tenant's records of a kind."""

    async def column_of(record, column):
        return [getattr(row, column.key) for row in await every(record)]

    return column_of


@pytest.fixture
def row_counts(database, tenant):
    """How many rows the tenant has, table by table."""

    async def row_counts():
        async with database.transaction(tenant.id) as db:
            return {record.__name__: await db.scalar(select(func.count(record.id))) for record in RECORDS}

    return row_counts
