"""The connections of planned reads keep what PostgreSQL has planned."""

import pytest

from tenants import pool as pools
from tenants.pool import Pool

KEPT = "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements ORDER BY prepare_time"


@pytest.fixture
async def pool(database_url):
    opened = Pool(database_url, 1)
    yield opened
    await opened.close()


async def kept(pool):
    """What PostgreSQL has prepared on the pool's one connection."""
    return [tuple(row) for row in await pool.free[0].connection.fetch(KEPT)]


async def test_a_statement_is_planned_once_however_often_it_is_read(pool):
    for number in range(5):
        assert await pool.read("SELECT $1::text::varchar", [str(number)]) == str(number).encode()

    assert await kept(pool) == [("read_1", 5, 0)]


async def test_the_statement_not_read_for_longest_is_forgotten_by_postgresql_too(pool, monkeypatch):
    monkeypatch.setattr(pools, "STATEMENTS_PER_CONNECTION", 2)
    for statement in ("SELECT 'a'::varchar", "SELECT 'b'::varchar", "SELECT 'a'::varchar", "SELECT 'c'::varchar"):
        await pool.read(statement, [])
    await pool.read("SELECT 'a'::varchar", [])

    assert [name for name, *_ in await kept(pool)] == ["read_1", "read_3"]


async def test_passing_statements_push_out_none_that_last(pool, monkeypatch):
    monkeypatch.setattr(pools, "PASSING_PER_CONNECTION", 2)
    await pool.read("SELECT 'a'::varchar", [])
    for number in range(5):
        await pool.read(f"SELECT '{number}'::varchar", [], lasting=False)

    assert [name for name, *_ in await kept(pool)] == ["read_1", "read_5", "read_6"]


async def test_a_connection_whose_driver_is_out_of_step_is_replaced(hanging_up):
    pool = Pool(hanging_up.url, 1)
    await pool.read("SELECT 'a'::varchar", [])
    first = pool.free[0].connection

    await hanging_up.on_the_last()

    assert await pool.read("SELECT 'b'::varchar", []) == b"b"
    assert (first.is_closed(), pool.opened) == (True, 1)
    await pool.close()
