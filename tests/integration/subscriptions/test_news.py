"""What is new since a position, with transactions that overlap."""

import pytest

from api.subscriptions import news
from api.subscriptions.positions import Position
from domain.history import Event
from domain.people import people
from domain.people.people import NewPerson
from tenants.records import new_id
from tests.conftest import BY, NOW
from tests.integration.making import a_program, a_session
from tests.integration.subscriptions.overlapping import begun, soon


@pytest.fixture
async def sessions(doors, tenant):
    async with doors.transaction(tenant.id) as db:
        program = await a_program(db)
        return [(await a_session(db, program, number=number + 1, starts=soon())).id for number in range(3)]


async def seated(doors, tenant, session, name):
    async with begun(doors, tenant) as transaction:
        await transaction.register(session, name)
        await transaction.commit()


async def told(doors, tenant, position):
    """The names of those who are new since the position, and the position after them."""
    found, names = None, []
    while found is None or not found.ended:
        found = await news.page(doors, tenant.id, found.after if found else position, ["Registration"])
        names += [event.facts["person_id"] for event, _ in found.events]
    async with doors.transaction(tenant.id) as db:
        known = {str(person.id): person.name for person in await db.scalars(people.select(people.Person))}
    return [known[name] for name in names], found.after


async def test_nothing_is_new_at_the_moment_itself(doors, tenant, sessions):
    await seated(doors, tenant, sessions[0], "Ada")

    now = await news.moment(doors, tenant.id)

    assert (await told(doors, tenant, now))[0] == []


async def test_what_commits_late_is_new_though_its_id_is_old(doors, tenant, sessions):
    start = await news.moment(doors, tenant.id)
    async with begun(doors, tenant) as slow:
        await slow.register(sessions[0], "Ada")
        await seated(doors, tenant, sessions[1], "Bea")
        first, middle = await told(doors, tenant, start)
        await slow.commit()
    second, end = await told(doors, tenant, middle)

    assert (first, second) == (["Bea"], ["Ada"])
    assert (await told(doors, tenant, end))[0] == []
    assert (await told(doors, tenant, start))[0] == ["Ada", "Bea"]


async def test_what_is_rolled_back_is_never_told(doors, tenant, sessions):
    start = await news.moment(doors, tenant.id)
    async with begun(doors, tenant) as transaction:
        await transaction.register(sessions[0], "Ada")
        await transaction.roll_back()
    await seated(doors, tenant, sessions[1], "Bea")

    assert (await told(doors, tenant, start))[0] == ["Bea"]


async def test_many_overlapping_transactions_are_each_told_once(doors, tenant, sessions):
    start = await news.moment(doors, tenant.id)
    names, position = [], start
    async with begun(doors, tenant) as a, begun(doors, tenant) as b, begun(doors, tenant) as c:
        for transaction, session, name in ((a, 0, "Ada"), (b, 1, "Bea"), (c, 2, "Cyd")):
            await transaction.register(sessions[session], name)
        for transaction in (c, a, b):
            await transaction.commit()
            new, position = await told(doors, tenant, position)
            names.append(new)

    assert names == [["Cyd"], ["Ada"], ["Bea"]]


async def test_a_batch_is_read_in_pages(doors, tenant, sessions, monkeypatch):
    """And what commits between two pages is told after the batch, not lost behind it."""
    monkeypatch.setattr(news, "NEWS", news.NEWS.replace(f"LIMIT {news.PAGE}", "LIMIT 2"))
    monkeypatch.setattr(news, "PAGE", 2)
    start = await news.moment(doors, tenant.id)
    async with begun(doors, tenant) as early, begun(doors, tenant) as late:
        await early.register(sessions[0], "Ada")
        for name in ("Bea", "Cyd", "Dora", "Eve", "Fay"):
            await seated(doors, tenant, sessions[1], name)
        await late.register(sessions[2], "Zoe")
        await seated(doors, tenant, sessions[1], "Gil")
        page = await news.page(doors, tenant.id, start, ["Registration"])
        await early.commit()
        await late.commit()
    middle = page.events[0][1]

    assert [len(page.events), page.ended] == [2, False]
    assert (await told(doors, tenant, page.after))[0] == ["Dora", "Eve", "Fay", "Gil"]
    assert (await told(doors, tenant, middle))[0] == ["Cyd", "Dora", "Eve", "Fay", "Gil"]
    rest = (await told(doors, tenant, page.after))[1]
    assert (await told(doors, tenant, rest))[0] == ["Ada", "Zoe"]


async def test_what_another_tenant_does_is_not_new_here(doors, tenant, other_tenant, sessions):
    start = await news.moment(doors, other_tenant.id)

    await seated(doors, tenant, sessions[0], "Ada")

    assert (await news.page(doors, other_tenant.id, start, ["Registration"])).events == []


async def test_events_of_another_servers_numbers_are_not_taken_for_new(doors, tenant, sessions):
    """A restored backup holds numbers that this server has not reached yet."""
    start = await news.moment(doors, tenant.id)
    async with doors.transaction(tenant.id) as db:
        person = await people.create(db, NewPerson(name="Ada"), by=BY, now=NOW)
        facts = {"session_id": str(sessions[0]), "person_id": str(person.id)}
        restored = Event(
            aggregate="Registration", aggregate_id=new_id(), sequence=1, verb="registered", occurred_at=NOW, facts=facts
        )
        restored.transaction_id = 2**40
        db.add(restored)

    assert (await told(doors, tenant, start))[0] == []


async def test_the_index_of_positions_is_used(doors, tenant):
    """Row security takes an index only by operators that leak nothing."""
    position = Position(0, "1:1:")
    plan = await doors.read(
        tenant.id, f"SELECT ({news.NEWS})", [position.since, None, position.floor, ["Registration"]]
    )
    assert plan is not None
    async with doors.transaction(tenant.id) as db:
        connection = await db.connection()
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explained = await connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM event WHERE tenant_id = $1 AND transaction_id >= $2", (tenant.id, 10**9)
        )
        assert "event_transaction_idx" in "\n".join(row[0] for row in explained)
