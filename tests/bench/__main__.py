"""Planned reads against the same statements written by hand: ratios of one run, medians of interleaved rounds.

Run by `make bench`. Both sides go through the same pool and give the same bytes; the planned side also coerces
variables and looks its plan up, as for a request.
"""

import asyncio
import statistics
import time
import uuid

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

import migrations
from api.engine.execution import Engine
from api.schema import schema
from domain.sessions import registrations
from tenants import postgres
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import wall
from tenants.viewer import Viewer
from tests.conftest import BY, NOW, a_tenant
from tests.rows import a_person, a_plan, a_program, a_session

ROUNDS = 7
SECONDS = 1.5
SESSIONS = 60
SEATS = 20

PLANNED = {
    "one session": (
        "query ($id: ID!) { session(id: $id) { id title status startsAt endsAt capacity program { id title } } }",
        """SELECT concat('{"session":', coalesce((SELECT concat('{"id":"ses_',
           encode(uuid_send(s.id), 'hex'), '","title":',
           to_json(s.title), ',"status":"', s.status, '","startsAt":', to_json(s.starts_at), ',"endsAt":',
           to_json(s.ends_at), ',"capacity":', coalesce(s.capacity::text, 'null'), ',"program":{"id":"prg_',
           encode(uuid_send(p.id), 'hex'), '","title":', to_json(p.title), '}}')
           FROM session s JOIN program p ON p.tenant_id = $1 AND p.id = s.program_id
           WHERE s.tenant_id = $1 AND s.id = $2::uuid), 'null'), '}')""",
    ),
    "a page of 50": (
        "{ sessions(first: 50) { nodes { id title status startsAt endsAt capacity program { id title } } } }",
        """SELECT concat('{"sessions":{"nodes":[', (SELECT string_agg(concat('{"id":"ses_',
           encode(uuid_send(s.id), 'hex'),
           '","title":', to_json(s.title), ',"status":"', s.status, '","startsAt":', to_json(s.starts_at), ',"endsAt":',
           to_json(s.ends_at), ',"capacity":', coalesce(s.capacity::text, 'null'), ',"program":{"id":"prg_',
           encode(uuid_send(p.id), 'hex'), '","title":', to_json(p.title), '}}'), ',' ORDER BY s.starts_at, s.id)
           FROM (SELECT * FROM session WHERE tenant_id = $1 ORDER BY starts_at, id LIMIT 50) s
           JOIN program p ON p.tenant_id = $1 AND p.id = s.program_id WHERE s.tenant_id = $1), ']}}')""",
    ),
    "20 sessions with 20 seats": (
        "{ sessions(first: 20) { nodes { id registrations(first: 20) { nodes { id status person { name } } } } } }",
        """SELECT concat('{"sessions":{"nodes":[', (SELECT string_agg(concat('{"id":"ses_',
           encode(uuid_send(s.id), 'hex'),
           '","registrations":{"nodes":[', (SELECT string_agg(concat('{"id":"reg_',
             encode(uuid_send(r.id), 'hex'),
             '","status":"', r.status, '","person":{"name":', to_json(p.name), '}}'), ','
             ORDER BY r.registered_at, r.id)
             FROM (SELECT * FROM registration WHERE tenant_id = $1 AND session_id = s.id
               ORDER BY registered_at, id LIMIT 20) r
             JOIN person p ON p.tenant_id = $1 AND p.id = r.person_id), ']}}'), ',' ORDER BY s.starts_at, s.id)
           FROM (SELECT * FROM session WHERE tenant_id = $1 ORDER BY starts_at, id LIMIT 20) s), ']}}')""",
    ),
}


async def rate(work) -> float:
    """How often a second, one after the other."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        await work()
        done += 1
    return done / (time.perf_counter() - start)


async def fill(database, tenant) -> uuid.UUID:
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        people = [await a_person(db, name=f"Learner {number}") for number in range(SEATS)]
        sessions = [
            await a_session(db, program, title=f"Session {number}", capacity=30, meetings=[a_plan(number % 28 + 1)])
            for number in range(SESSIONS)
        ]

        for session in sessions[:20]:
            for person in people:
                await registrations.register(db, session.id, person.id, by=BY, now=NOW)
    return sessions[0].id


async def statistics_of(url: str) -> None:
    """What autovacuum does within a minute on a live system: without it the planner guesses."""
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def measure(url: str) -> Table:
    await migrations.upgrade(url)
    database = Database(migrations.application_url(url))
    tenant = await a_tenant(database)
    session = await fill(database, tenant)
    await statistics_of(url)
    engine, now = Engine(schema(), database), wall()
    viewer = Viewer(tenant, uuid.uuid4(), roles=frozenset({Role.COORDINATOR}))
    table = Table("read", "planned /s", "by hand /s", "ratio", title="Planned reads against hand-written SQL")
    for name, (document, by_hand) in PLANNED.items():
        variables = {"id": f"ses_{session.hex}"} if "$id" in document else {}
        arguments = [session] if variables else []

        async def planned(document=document, variables=variables):
            parsed = engine.document(document, None)
            return (await engine.answer(parsed, variables, viewer=viewer, now=now, wall=now)).body

        async def written(by_hand=by_hand, arguments=arguments):
            return b'{"data":' + await database.read(tenant.id, f"({by_hand})", arguments) + b"}"

        ours, theirs = await planned(), await written()
        assert ours == theirs, (ours[:500], theirs[:500])
        rounds = [(await rate(planned), await rate(written)) for _ in range(ROUNDS)]
        ratio = statistics.median(one / other for one, other in rounds)
        middle = [statistics.median(values) for values in zip(*rounds, strict=True)]
        table.add_row(name, f"{middle[0]:,.0f}", f"{middle[1]:,.0f}", f"{ratio:.2f}")
    await database.close()
    return table


async def main() -> None:
    with postgres.temporary() as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE DATABASE bench")
        await connection.close()
        url = make_url(server.url()).set(database="bench").render_as_string(hide_password=False)
        Console().print(await measure(url))


if __name__ == "__main__":
    asyncio.run(main())
