"""Filters and orders by custom fields find their rows by index, through row security and in one plan for everyone."""

import asyncio
import json
import uuid
from datetime import date, timedelta

import asyncpg
import pytest

import migrations
from api.engine.execution import Engine
from api.engine.parameters import Request
from api.schema import schema
from domain.custom import fields
from domain.custom.fields import Carrier, FieldKind, NewField
from domain.custom.values import sort_key
from tenants.database import ONE_ROUND_TRIP, Database
from tenants.keys import Role
from tenants.viewer import Viewer
from tests.conftest import BY, NOW, a_database, a_tenant

PEOPLE = 20_000
SAID = 15_000
"""Of so many of them the fields say something."""
BIG = ("person", "custom_value")
MOST_ROWS = 600

PEOPLE_SQL = """INSERT INTO person (tenant_id, id, name, created_at)
  SELECT $1, unnest($2::uuid[]), 'Person', now()"""
VALUES_SQL = """INSERT INTO custom_value (tenant_id, id, field_id, record, kind, person_id, {column}, sort_key)
  SELECT $1, gen_random_uuid(), $2, 'PERSON', '{kind}', u.person, u.said, u.key
  FROM unnest($3::uuid[], $4::{cast}[], $5::bytea[]) u(person, said, key)"""


@pytest.fixture(scope="module")
def administrator_url(postgres_url):
    """A database of our own: one plan serves every tenant, so it goes by all the rows that there are."""
    return a_database(postgres_url)


@pytest.fixture(scope="module")
def database_url(administrator_url):
    return migrations.application_url(administrator_url)


@pytest.fixture(scope="module")
def many(administrator_url, database_url):
    """A tenant with many people, of most of whom the fields say something; beside another one."""

    async def fill():
        doors, connection = Database(database_url), await asyncpg.connect(administrator_url)
        await connection.execute("SET session_replication_role = replica")  # what is written is known to be sound
        tenants = [await a_tenant(doors) for _ in range(2)]
        for tenant in tenants:
            await _fill(doors, connection, tenant)
        for table in (*BIG, "custom_field"):
            await connection.execute(f"ANALYZE {table}")
        await connection.close()
        await doors.close()
        return tenants

    return asyncio.run(fill())[0]


async def _fill(doors, connection, tenant):
    kinds = {"code": FieldKind.TEXT, "hours": FieldKind.NUMBER, "since": FieldKind.DATE}
    async with doors.transaction(tenant.id) as db:
        declared = {
            key: await fields.declare(
                db, NewField(record=Carrier.PERSON, key=key, kind=kind, label=key), by=BY, now=NOW
            )
            for key, kind in kinds.items()
        }
    people = [uuid.uuid4() for _ in range(PEOPLE)]
    await connection.execute(PEOPLE_SQL, tenant.id, people)
    said = {
        "code": ("text_value", "text", [f"code {number}" for number in range(SAID)]),
        "hours": ("number_value", "float8", [number / 4 for number in range(SAID)]),
        "since": ("date_value", "date", [date(2000, 1, 1) + timedelta(number) for number in range(SAID)]),
    }
    for key, (column, cast, values) in said.items():
        statement = VALUES_SQL.format(column=column, kind=kinds[key], cast=cast)
        keys = [sort_key(value) for value in values]
        await connection.execute(statement, tenant.id, declared[key].id, people[:SAID], values, keys)


@pytest.fixture
async def explain(doors, database_url, many):
    """What PostgreSQL does for a query of the administrator's: the plan for everyone, and what it read."""
    connection = await asyncpg.connect(database_url, server_settings={"plan_cache_mode": "force_generic_plan"})
    engine = Engine(schema(), doors)
    viewer = Viewer(many, uuid.uuid4(), roles=frozenset({Role.TENANT_ADMIN}))

    async def explain(source, **variables):
        document = engine.document(source, None)
        request = Request(viewer, NOW, document.coerce(variables))
        plan = document.plan(request, core=False)
        values = ", ".join(map(literal, [many.id, *plan.parameters.bind(request)]))
        await connection.execute(f"PREPARE asked AS {ONE_ROUND_TRIP.format(plan.sql)}")
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked({values})")
        await connection.execute("DEALLOCATE asked")
        answer = await engine.answer(document, variables, viewer=viewer, now=NOW, wall=NOW)
        return list(nodes(json.loads(text)[0]["Plan"])), json.loads(answer.body)["data"]["people"]

    yield explain
    await connection.close()


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, list):
        return f"ARRAY[{', '.join(map(literal, value))}]::bytea[]"
    return str(value) if isinstance(value, int) else f"'{value}'"


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def read_in_full(plan):
    """The big tables that are read from end to end."""
    return [node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG]


def rows_read(plan):
    """How many rows came out of the big tables, and how many were looked at in vain."""
    scans = [node for node in plan if node.get("Relation Name") in BIG]
    counted = [node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in scans]
    return sum(rows * node["Actual Loops"] for rows, node in zip(counted, scans, strict=True))


FILTERED = """query ($item: CustomValueFilter!, $first: Int = 20) {
  people(first: $first, where: {customFields: [$item]}) { nodes { name customFields { key text number date } } }
}"""


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"key": "code", "text": {"eq": "code 7"}}, 1),
        ({"key": "code", "text": {"in": ["code 7", "code 8", "none"]}}, 2),
        ({"key": "code", "text": {"startsWith": "code 1499"}}, 11),
        ({"key": "hours", "number": {"eq": 2.5}}, 1),
        ({"key": "hours", "number": {"gte": 3749, "lt": 4000}}, 4),
        ({"key": "since", "date": {"gt": "2000-01-01", "lte": "2000-01-08"}}, 7),
    ],
    ids=str,
)
async def test_a_filter_reads_little_more_than_it_finds(explain, item, found):
    plan, answer = await explain(FILTERED, item=item)

    assert len(answer["nodes"]) == found
    assert read_in_full(plan) == []
    assert rows_read(plan) < MOST_ROWS


@pytest.mark.parametrize(
    "item", [{"key": "hours", "number": {"gte": 3749}}, {"key": "code", "text": {"contains": "14999"}}]
)
async def test_a_range_without_an_end_may_look_at_each_row_but_reads_no_table(explain, item):
    plan, answer = await explain(FILTERED, item=item)

    assert 1 <= len(answer["nodes"]) <= 4
    assert read_in_full(plan) == []


ORDERED = """query ($order: PersonOrder, $first: Int, $after: String, $last: Int, $before: String) {
  people(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    nodes { customFields(keys: ["hours"]) { number } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
async def test_a_page_in_the_order_of_a_custom_field_reads_little_more_than_itself(explain, direction):
    order = {"customField": "hours", "direction": direction}
    cursor = None
    for _ in range(3):
        plan, page = await explain(ORDERED, order=order, first=20, after=cursor)
        cursor = page["pageInfo"]["endCursor"]

        assert len(page["nodes"]) == 20
        assert read_in_full(plan) == []
        assert rows_read(plan) < MOST_ROWS
    plan, page = await explain(ORDERED, order=order, last=20, before=cursor)

    assert len(page["nodes"]) == 20
    assert read_in_full(plan) == []
    assert rows_read(plan) < MOST_ROWS


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
async def test_the_end_of_a_list_where_nothing_is_said_is_read_by_id(explain, direction):
    """Whether something is said is looked up for each: so many rows lie between, but none is read in full."""
    order = {"customField": "hours", "direction": direction}
    plan, page = await explain(ORDERED, order=order, last=20)
    earlier, _ = await explain(ORDERED, order=order, last=20, before=page["pageInfo"]["startCursor"])

    assert [node["customFields"] for node in page["nodes"]] == [[]] * 20
    assert read_in_full(plan) == read_in_full(earlier) == []
    assert rows_read(plan) < MOST_ROWS
    assert rows_read(earlier) < MOST_ROWS
