"""Tenants with their programs, people, sessions and registrations, as many as the measure asks for.

The rows of all tenants lie mixed, as they would after years of work. The first `FULL` sessions of each tenant have
`SEATS` registrations each, those up to the half two, and the other half has none: these are left for the mutation.
"""

import uuid
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url

import migrations
from domain.people import people
from domain.people.people import NewPerson
from tenants import allowances, keys, registry
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import Tenant, wall
from tenants.viewer import Actor

PROGRAMS = 40
ORGANIZATIONS = 20
FULL = 20
SEATS = 20
ALL_TOGETHER = 10_000_000
"""What all tenants may cost in a second: about three times what one server can spend."""


@dataclass(frozen=True)
class Size:
    """How many tenants, and how many sessions and people each of them has."""

    tenants: int
    each: int


@dataclass(frozen=True)
class Academy:
    """One tenant, a coordinator's key, and the ids of its rows in order of their numbers."""

    tenant_id: uuid.UUID
    slug: str
    key: str
    coordinator_id: uuid.UUID
    sessions: list[uuid.UUID]
    people: list[uuid.UUID]


async def fill(server_url: str, name: str, size: Size) -> tuple[str, list[Academy]]:
    """A new, migrated database of this name: its administrator's address, and who lives in it."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    await migrations.upgrade(url)
    signed_up = await _sign_up(migrations.application_url(url), size)
    connection = await asyncpg.connect(url)
    for statement in ROWS:
        await connection.execute(statement.format(**_numbers(size)))
    await connection.execute("VACUUM ANALYZE")
    academies = [await _academy(connection, *one) for one in signed_up]
    await connection.close()
    return url, academies


async def _sign_up(url: str, size: Size) -> list[tuple[Tenant, uuid.UUID, str]]:
    """The tenants, each with a coordinator who has a key."""
    database, now, signed_up = Database(url), wall(), []
    for number in range(1, size.tenants + 1):
        slug = f"academy-{number}"
        tenant = Tenant(slug=slug, name=f"Academy {number}", display_name=f"Academy {number}", created_at=now)
        async with database.platform() as db:
            await registry.create(db, tenant, hosts=[f"{slug}.localhost"])
        async with database.transaction(tenant.id) as db:
            coordinator = await people.create(db, NewPerson(name="Coordinator"), by=Actor(), now=now)
            roles = frozenset({Role.COORDINATOR})
            issued = await keys.create(db, tenant, person_id=coordinator.id, roles=roles, now=now)
            for bucket in (tenant.id, coordinator.id):
                await allowances.limit(db, bucket, ALL_TOGETHER // size.tenants)
        signed_up.append((tenant, coordinator.id, issued.text))
    await database.close()
    return signed_up


async def _academy(connection: asyncpg.Connection, tenant: Tenant, coordinator_id: uuid.UUID, key: str) -> Academy:
    async def ids(table: str) -> list[uuid.UUID]:
        numbered = f"SELECT id FROM {table} WHERE tenant_id = $1 AND external_ref LIKE '{table}-%'"
        rows = await connection.fetch(f"{numbered} ORDER BY substring(external_ref FROM '[0-9]+')::int", tenant.id)
        return [uuid.UUID(bytes=row["id"].bytes) for row in rows]

    return Academy(tenant.id, tenant.slug, key, coordinator_id, await ids("session"), await ids("person"))


def _numbers(size: Size) -> dict[str, int]:
    numbers = {"programs": PROGRAMS, "organizations": ORGANIZATIONS, "full": FULL, "seats": SEATS}
    return {**numbers, "each": size.each, "half": size.each // 2}


ROWS = (
    """INSERT INTO organization (tenant_id, id, name, external_ref, created_at)
    SELECT t.id, uuidv7(), 'Müller & Sons ' || n, 'organization-' || n, now()
    FROM tenant t, generate_series(1, {organizations}) n ORDER BY n, t.slug""",
    """INSERT INTO person (tenant_id, id, name, email, organization_id, external_ref, created_at)
    SELECT t.id, uuidv7(), 'Zoë Learner ' || n, 'learner-' || n || '@' || t.slug || '.example', o.id,
        'person-' || n, now()
    FROM tenant t, generate_series(1, {each}) n, organization o
    WHERE o.tenant_id = t.id AND o.external_ref = 'organization-' || (n % {organizations} + 1) ORDER BY n, t.slug""",
    """INSERT INTO program (tenant_id, id, title, summary, goal, regulated, external_ref, created_at)
    SELECT t.id, uuidv7(), 'Leading "remote" teams ' || n, 'What changes, and what does not.',
        'Leaders hold a weekly conversation with each of their people.', false, 'program-' || n, now()
    FROM tenant t, generate_series(1, {programs}) n ORDER BY n, t.slug""",
    """INSERT INTO session (tenant_id, id, program_id, number, title, external_ref, format, status, capacity,
        seats_taken, waiting, host_organization_id, starts_at, ends_at, created_at)
    SELECT t.id, uuidv7(), p.id, 1, 'Giving feedback ' || (n * 7919) % {each} || ', part ' || n % 3 + 1,
        'session-' || n, (ARRAY['CLASSROOM', 'VIRTUAL', 'WORKSHOP', 'HYBRID'])[n % 4 + 1], 'SCHEDULED',
        CASE WHEN n > {half} THEN 100000 WHEN n % 5 > 0 THEN 30 END,
        CASE WHEN n <= {full} THEN {seats} WHEN n <= {half} THEN 2 ELSE 0 END,
        0, CASE WHEN n % 10 > 0 THEN o.id END,
        date_trunc('hour', now()) + interval '1 day' + n * interval '3 hours',
        date_trunc('hour', now()) + interval '1 day' + n * interval '3 hours' + interval '90 minutes', now()
    FROM tenant t, generate_series(1, {each}) n, program p, organization o
    WHERE p.tenant_id = t.id AND p.external_ref = 'program-' || (n % {programs} + 1)
        AND o.tenant_id = t.id AND o.external_ref = 'organization-' || (n % {organizations} + 1) ORDER BY n, t.slug""",
    """INSERT INTO meeting (tenant_id, id, session_id, position, local_start, local_end, time_zone, starts_at, ends_at)
    SELECT tenant_id, uuidv7(), id, 1, starts_at AT TIME ZONE 'UTC', ends_at AT TIME ZONE 'UTC', 'UTC',
        starts_at, ends_at
    FROM session ORDER BY starts_at, tenant_id""",
    """INSERT INTO registration (tenant_id, id, session_id, person_id, status, registered_at)
    SELECT s.tenant_id, uuidv7(), s.id, p.id, 'REGISTERED', now() - interval '30 days' + k * interval '1 minute'
    FROM generate_series(1, {half}) n, generate_series(1, {seats}) k, session s, person p
    WHERE (k <= 2 OR n <= {full}) AND s.external_ref = 'session-' || n
        AND p.tenant_id = s.tenant_id AND p.external_ref = 'person-' || ((n * {seats} + k) % {each} + 1)
    ORDER BY k, n, s.tenant_id""",
    """INSERT INTO event (tenant_id, id, aggregate, aggregate_id, sequence, verb, occurred_at, facts)
    SELECT tenant_id, uuidv7(), 'Registration', id, 1, 'registered', registered_at,
        jsonb_build_object('session_id', session_id, 'person_id', person_id) FROM registration""",
)
