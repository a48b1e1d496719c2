import asyncio

import pytest
from sqlmodel import select

from domain.sessions import head_counts
from domain.sessions.head_counts import Count, HeadCount, HeadCountKind, HeadCountRefusal, HeadCountRefused
from tests.conftest import BY, NOW
from tests.rows import a_program, a_session, events_of, unknown


async def count(db, session_id, people, *, day=1):
    return await head_counts.count(db, session_id, kind=HeadCountKind.ATTENDED, day=day, people=people, by=BY, now=NOW)


async def test_a_number_without_names_is_kept(db):
    session = await a_session(db, await a_program(db))

    counted = await count(db, session.id, 18)

    facts = {"session_id": str(session.id), "kind": "ATTENDED", "day": 1, "people": 18}
    assert (counted.session_id, counted.kind, counted.day, counted.people) == (session.id, "ATTENDED", 1, 18)
    assert await events_of(db, counted) == [("counted", facts)]


async def test_counting_again_corrects_the_number(db):
    session = await a_session(db, await a_program(db))
    first = await count(db, session.id, 18)

    again = await count(db, session.id, 17)

    assert (again.id, again.people) == (first.id, 17)
    assert [facts["people"] for _, facts in await events_of(db, first)] == [18, 17]


async def test_counting_the_same_again_leaves_no_event(db):
    session = await a_session(db, await a_program(db))

    for _ in range(2):
        counted = await count(db, session.id, 18)

    assert len(await events_of(db, counted)) == 1


async def test_every_kind_and_day_has_a_number_of_its_own(db):
    session = await a_session(db, await a_program(db))

    counted = [await count(db, session.id, 18, day=day) for day in (0, 1, 2)]
    counted.append(
        await head_counts.count(db, session.id, kind=HeadCountKind.REGISTERED, day=0, people=35, by=BY, now=NOW)
    )

    assert len({head_count.id for head_count in counted}) == 4


async def test_of_many_numbers_at_once_the_later_word_on_one_is_right(db):
    program = await a_program(db)
    one, other = await a_session(db, program), await a_session(db, program)
    before = await count(db, one.id, 18)
    numbers = [Count(one.id, HeadCountKind.ATTENDED, day, people) for day, people in ((1, 17), (2, 9), (2, 8))]

    counted = await head_counts.count_each(
        db, [*numbers, Count(other.id, HeadCountKind.CERTIFIED, 0, 5)], by=BY, now=NOW
    )

    assert [(row.id == before.id, row.day, row.people) for row in counted] == [
        (True, 1, 17),
        (False, 2, 8),
        (False, 2, 8),
        (False, 0, 5),
    ]
    assert [[facts["people"] for _, facts in await events_of(db, row)] for row in counted] == [[18, 17], [8], [8], [5]]


async def test_of_many_numbers_none_is_put_down_where_one_can_not_be(db):
    session = await a_session(db, await a_program(db))
    numbers = [Count(id_, HeadCountKind.ATTENDED, 1, 9) for id_ in (session.id, unknown())]

    with pytest.raises(HeadCountRefused):
        await head_counts.count_each(db, numbers, by=BY, now=NOW)

    assert (await db.scalars(select(HeadCount))).all() == []


async def test_what_cannot_be_counted_is_refused(db):
    session = await a_session(db, await a_program(db))

    with pytest.raises(HeadCountRefused) as nowhere:
        await count(db, unknown(), 18)
    with pytest.raises(HeadCountRefused) as negative:
        await count(db, session.id, -1)

    refusals = [(refused.value.reason, refused.value.field) for refused in (nowhere, negative)]
    assert refusals == [(HeadCountRefusal.NOT_FOUND, "sessionId"), (HeadCountRefusal.INVALID, "people")]


@pytest.mark.race
async def test_ten_who_count_at_once_leave_one_number(database, tenant):
    """Without the lock on the session, nine of them fail on the unique key."""
    async with database.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db))

    async def count_in_a_transaction(people):
        async with database.transaction(tenant.id) as db:
            await count(db, session.id, people)

    await asyncio.gather(*(count_in_a_transaction(people) for people in range(10)))

    async with database.transaction(tenant.id) as db:
        counted = (await db.scalars(select(HeadCount))).one()
        people = [facts["people"] for _, facts in await events_of(db, counted)]
        assert (sorted(people), people[-1]) == (list(range(10)), counted.people)
