import pytest


@pytest.fixture
async def db(database, tenant):
    """One transaction of the tenant for the whole test."""
    async with database.transaction(tenant.id) as db:
        yield db
