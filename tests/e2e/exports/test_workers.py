"""Those who write exports: side by side, killed, stumbling; and what the file is like in the end."""

import asyncio
import signal
import time

import asyncpg
import pytest
import sqlalchemy as sa
import structlog

from api.engine.execution import Engine
from api.exports.turns import Turns
from api.schema import schema
from collegium.exports import Exports
from domain.exports.exports import MOST_FAULTS, Export
from tenants import registry
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import TenantStatus, wall
from tests.conftest import a_tenant
from tests.e2e.conftest import a_client
from tests.e2e.exports.conftest import lines_of, paged, read, started
from tests.processes import Started

MANY = 5_000
ALIASES = " ".join(f"name{number}: name" for number in range(10))
WIDE = f"{{ people {{ nodes {{ id {ALIASES} }} }} }}"
PEOPLE_OF = sa.text("""
    INSERT INTO person (tenant_id, id, name, revision, created_at)
    SELECT :tenant_id, uuidv7(), 'Person ' || n || repeat('x', 150), 1, now() FROM generate_series(1, :many) n
""")


@pytest.fixture
async def thousands(doors, tenant):
    async with doors.transaction(tenant.id) as db:
        await db.execute(PEOPLE_OF, {"tenant_id": tenant.id, "many": MANY})


@pytest.mark.slow
@pytest.mark.race
async def test_a_worker_that_is_killed_leaves_a_file_that_others_end_without_a_gap(
    admin, thousands, work, get, tmp_path, administrator_url, database, tenant
):
    """The cursor and the lines are one transaction: written in two, rows are lost or doubled here."""
    export = await started(admin, WIDE)
    stages = [0]
    for number in range(3):
        with Started("worker", log=tmp_path / f"worker-{number}", DATABASE_URL=administrator_url) as worker:
            stages.append(await beyond(admin, export, stages[-1]))
            worker.end(signal.SIGKILL)
    while await unfinished(database, tenant):
        await work()  # for a moment the database may still hold what the killed one held
    done = await read(admin, export)

    assert stages == sorted(set(stages))
    assert (done["status"], done["rows"], done["total"]) == ("DONE", MANY + 1, MANY + 1)
    assert lines_of(await get(admin, done["url"])) == await paged(admin, selection=f"id {ALIASES}")


async def beyond(client, export, rows):
    """How far the export is, once it is further than that."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = await read(client, export)
        assert now["status"] in ("QUEUED", "RUNNING"), now
        if now["rows"] > rows:
            return now["rows"]
        await asyncio.sleep(0.02)
    raise AssertionError(f"the export stands at {rows} rows")


@pytest.mark.slow
@pytest.mark.race
async def test_workers_side_by_side_write_each_row_once(admin, thousands, tenant, get, database, database_url):
    """They hold the export while they write: without FOR UPDATE they write the same rows, and stumble."""
    exports = [await started(admin, WIDE) for _ in range(2)]
    others = [Database(database_url, writers=2, readers=2) for _ in range(4)]
    began = time.monotonic()

    async def until_done(other):
        turns = Turns(Engine(schema(), other), largest=50_000)
        while await unfinished(other, tenant):
            assert time.monotonic() < began + 120
            await turns.take(tenant, wall())

    await asyncio.gather(*(until_done(other) for other in others))

    await asyncio.gather(*(other.close() for other in others))
    wanted = await paged(admin, selection=f"id {ALIASES}")
    for export in exports:
        assert lines_of(await get(admin, (await read(admin, export))["url"])) == wanted
    assert await faults(database, tenant) == [0, 0]


async def unfinished(database, tenant):
    waiting = sa.select(sa.func.count()).select_from(Export).where(Export.status.in_(["QUEUED", "RUNNING"]))
    async with database.transaction(tenant.id) as db:
        return await db.scalar(waiting)


async def faults(database, tenant):
    async with database.transaction(tenant.id) as db:
        return list(await db.scalars(sa.select(Export.faults).order_by(Export.id)))


@pytest.fixture
async def in_the_way(administrator_url):
    """Somebody who lets nobody read registrations."""
    connection = await asyncpg.connect(administrator_url)
    await connection.execute("BEGIN; LOCK TABLE registration")
    yield connection
    await connection.close()


@pytest.fixture
async def impatient(database_url):
    """Turns whose reads are ended after a quarter of a second."""
    database = Database(database_url, writers=2, readers=2, patience=0.25)
    yield Turns(Engine(schema(), database))
    await database.close()


SEATS = "{ people { nodes { id registrations(first: 1) { totalCount } } } }"


async def test_what_goes_wrong_on_our_side_is_tried_again_and_goes_on(
    admin, hundreds, tenant, impatient, in_the_way, get, database
):
    export = await started(admin, SEATS)
    stumbled = [await impatient.take(tenant, wall()) for _ in range(2)]
    between = await read(admin, export), await faults(database, tenant)
    await in_the_way.execute("COMMIT")
    while await impatient.take(tenant, wall()):
        pass
    done = await read(admin, export)

    assert stumbled == [False, False]
    assert (between[0]["status"], between[0]["rows"], between[1]) == ("QUEUED", 0, [2])
    assert (done["status"], done["rows"], await faults(database, tenant)) == ("DONE", 251, [0])
    assert [row["id"] for row in lines_of(await get(admin, done["url"]))] == [row["id"] for row in await paged(admin)]


async def test_what_never_goes_well_is_given_up(admin, hundreds, tenant, impatient, in_the_way):
    export = await started(admin, SEATS)

    for _ in range(MOST_FAULTS + 1):
        await impatient.take(tenant, wall())

    failed = await read(admin, export)
    assert (failed["status"], failed["url"]) == ("FAILED", None)
    assert failed["failure"].startswith("This takes longer than the 10 seconds")


async def test_an_export_of_a_document_that_the_schema_lost_fails_and_says_why(admin, tenant, turns, database):
    export = await started(admin)
    async with database.transaction(tenant.id) as db:
        await db.execute(sa.update(Export).values(document="{ people { nodes { nickname } } }"))

    await turns.take(tenant, wall())

    assert (await read(admin, export))["failure"].startswith("Cannot query field 'nickname' on type 'Person'.")


async def test_a_file_grows_only_to_a_limit(admin, hundreds, tenant, turns, monkeypatch, kept):
    monkeypatch.setattr("domain.exports.exports.MOST_BYTES", 10_000)
    export = await started(admin)

    turns.largest = 1
    while await turns.take(tenant, wall()):
        pass

    failed = await read(admin, export)
    assert (failed["status"], failed["rows"], await kept()) == ("FAILED", 100, 0)
    assert failed["failure"].startswith("The file would be larger than")


async def test_nothing_is_written_while_a_tenant_is_suspended(admin, tenant, database, work):
    export = await started(admin)
    async with database.transaction(tenant.id) as db:
        await registry.set_status(db, tenant.id, TenantStatus.SUSPENDED)
    await work()
    async with database.transaction(tenant.id) as db:
        rows = list(await db.scalars(sa.select(Export.status)))
        await registry.set_status(db, tenant.id, TenantStatus.ACTIVE)
    await work()

    assert rows == ["QUEUED"]
    assert (await read(admin, export))["status"] == "DONE"


async def test_a_short_list_does_not_wait_for_another_tenants_long_one(http, database, doors, engine, tenant):
    """Tenants are visited by their short names: the long list belongs to the first."""
    first, second = sorted([tenant, await a_tenant(doors)], key=lambda one: one.slug)
    async with doors.transaction(first.id) as db:
        await db.execute(PEOPLE_OF, {"tenant_id": first.id, "many": 1_000})
    clients = [await a_client(http, database, one, Role.TENANT_ADMIN) for one in (first, second)]
    long, short = [await started(client) for client in clients]
    worker = Exports(engine)
    worker.turns.largest = 1

    while await worker.pass_by():
        pass

    ended = [await read(client, export) for client, export in zip(clients, (long, short), strict=True)]
    assert [one["rows"] for one in ended] == [1_001, 1]
    assert ended[1]["finishedAt"] < ended[0]["finishedAt"]


async def test_it_ends_when_it_is_told_to_and_goes_on_later(admin, hundreds, engine, work):
    stop, export = asyncio.Event(), await started(admin)
    worker = Exports(engine)
    worker.turns.largest = 1
    stop.set()

    more = await worker.pass_by(stop)

    assert more
    assert (await read(admin, export))["status"] == "QUEUED"
    await work()
    assert (await read(admin, export))["status"] == "DONE"


async def test_a_database_that_is_away_is_waited_for(database_url):
    gone = Database(database_url.replace("test_", "gone_"), writers=1, readers=1)
    worker = Exports(Engine(schema(), gone), patience=2)

    with structlog.testing.capture_logs() as logs:
        passes = [await worker.pass_by(), await worker.pass_by()]

    await gone.close()
    assert passes == [False, False]
    assert [line["event"] for line in logs] == ["exports.failed"]
