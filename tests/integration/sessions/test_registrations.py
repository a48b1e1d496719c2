import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from domain.records import find
from domain.sessions import registrations, sessions
from domain.sessions.registrations import Registration, RegistrationRefusal, RegistrationRefused, RegistrationStatus
from domain.sessions.sessions import Session
from tenants.database import Database
from tests.conftest import BY, NOW
from tests.rows import a_person, a_program, a_seat, a_session, events_of, unknown

CANCELLED = RegistrationStatus.CANCELLED
REGISTERED = RegistrationStatus.REGISTERED
WAITLISTED = RegistrationStatus.WAITLISTED
ANY_STATUS = col(Registration.status)


async def statuses(db, placed):
    for registration in placed:
        await db.refresh(registration)
    return [registration.status for registration in placed]


def counters(session):
    return session.seats_taken, session.waiting


async def test_a_free_seat_is_given(db):
    session, ada = await a_session(db, await a_program(db), capacity=1), await a_person(db)

    registration = await registrations.register(db, session.id, ada.id, by=BY, now=NOW)

    assert (registration.status, registration.registered_at) == (REGISTERED, NOW)
    assert counters(session) == (1, 0)
    facts = {"session_id": str(session.id), "person_id": str(ada.id)}
    assert await events_of(db, registration) == [("registered", facts)]


async def test_a_session_without_capacity_seats_everyone(db):
    session = await a_session(db, await a_program(db), capacity=None)

    placed = [await a_seat(db, session) for _ in range(3)]

    assert await statuses(db, placed) == [REGISTERED] * 3
    assert counters(session) == (3, 0)


async def test_who_finds_no_seat_waits_and_then_there_is_no_place(db):
    session = await a_session(db, await a_program(db), capacity=1, waitlist_capacity=1)
    seated, waiting = await a_seat(db, session), await a_seat(db, session)

    with pytest.raises(RegistrationRefused) as refused:
        await a_seat(db, session)

    assert await statuses(db, [seated, waiting]) == [REGISTERED, WAITLISTED]
    assert counters(session) == (1, 1)
    assert (refused.value.reason, refused.value.retryable) == (RegistrationRefusal.SESSION_FULL, True)
    assert [verb for verb, _ in await events_of(db, waiting)] == ["waitlisted"]


async def test_a_waitlist_without_limit_takes_everyone(db):
    session = await a_session(db, await a_program(db), capacity=0, waitlist_capacity=None)

    assert await statuses(db, [await a_seat(db, session) for _ in range(3)]) == [WAITLISTED] * 3


async def test_nobody_jumps_the_queue(db):
    session = await a_session(db, await a_program(db), capacity=1)
    first, second = await a_seat(db, session), await a_seat(db, session)
    await sessions.update(db, session.id, {"capacity": 9}, by=BY, now=NOW)

    third = await a_seat(db, session)

    assert await statuses(db, [first, second, third]) == [REGISTERED, WAITLISTED, WAITLISTED]
    assert counters(session) == (1, 2)


async def test_more_seats_go_to_those_who_have_waited_longest(db):
    session = await a_session(db, await a_program(db), capacity=0)
    people = [await a_person(db) for _ in range(3)]
    last, first, second = [
        await registrations.register(db, session.id, person.id, by=BY, now=NOW + timedelta(minutes=minutes))
        for person, minutes in zip(people, (3, 1, 2), strict=True)
    ]
    await sessions.update(db, session.id, {"capacity": 2}, by=BY, now=NOW)

    promoted = await registrations.promote(db, session.id, by=BY, now=NOW)

    assert promoted == [first, second]
    assert await statuses(db, [first, second, last]) == [REGISTERED, REGISTERED, WAITLISTED]
    assert counters(session) == (2, 1)
    assert [verb for verb, _ in await events_of(db, first)] == ["waitlisted", "promoted"]


async def test_a_session_that_loses_its_limit_seats_the_whole_queue(db):
    session = await a_session(db, await a_program(db), capacity=0)
    placed = [await a_seat(db, session) for _ in range(3)]
    await sessions.update(db, session.id, {"capacity": None}, by=BY, now=NOW)

    await registrations.promote(db, session.id, by=BY, now=NOW)

    assert await statuses(db, placed) == [REGISTERED] * 3
    assert counters(session) == (3, 0)


async def test_asking_twice_gives_the_same_registration(db):
    session, ada = await a_session(db, await a_program(db), capacity=1, waitlist_capacity=0), await a_person(db)
    first = await registrations.register(db, session.id, ada.id, by=BY, now=NOW)

    again = await registrations.register(db, session.id, ada.id, by=BY, now=NOW + timedelta(days=90))

    assert (again.id, again.registered_at) == (first.id, NOW)
    assert counters(session) == (1, 0)
    assert len(await events_of(db, first)) == 1


async def test_a_seat_given_up_goes_to_who_has_waited_longest(db):
    session = await a_session(db, await a_program(db), capacity=1)
    ada, bea, cyd = [await a_seat(db, session, name=name) for name in ("Ada", "Bea", "Cyd")]

    cancelled = await registrations.cancel(db, ada.id, by=BY, now=NOW)

    assert (cancelled.status, cancelled.cancelled_at) == (CANCELLED, NOW)
    assert await statuses(db, [bea, cyd]) == [REGISTERED, WAITLISTED]
    assert counters(session) == (1, 1)
    assert [verb for verb, _ in await events_of(db, ada)] == ["registered", "cancelled"]


async def test_a_place_in_the_queue_given_up_seats_nobody(db):
    session = await a_session(db, await a_program(db), capacity=1)
    ada, bea, cyd = [await a_seat(db, session, name=name) for name in ("Ada", "Bea", "Cyd")]

    await registrations.cancel(db, bea.id, by=BY, now=NOW)

    assert await statuses(db, [ada, bea, cyd]) == [REGISTERED, CANCELLED, WAITLISTED]
    assert counters(session) == (1, 1)


async def test_cancelling_twice_frees_one_seat(db):
    session = await a_session(db, await a_program(db), capacity=2)
    ada, bea = await a_seat(db, session), await a_seat(db, session)

    for minutes in (0, 5):
        await registrations.cancel(db, ada.id, by=BY, now=NOW + timedelta(minutes=minutes))

    assert ada.cancelled_at == NOW
    assert await statuses(db, [ada, bea]) == [CANCELLED, REGISTERED]
    assert counters(session) == (1, 0)


async def test_a_cancelled_learner_may_come_back_at_the_end_of_the_queue(db):
    session, ada = await a_session(db, await a_program(db), capacity=1), await a_person(db)
    first = await registrations.register(db, session.id, ada.id, by=BY, now=NOW)
    bea, cyd = await a_seat(db, session), await a_seat(db, session)
    await registrations.cancel(db, first.id, by=BY, now=NOW)

    again = await registrations.register(db, session.id, ada.id, by=BY, now=NOW + timedelta(minutes=1))

    assert again.id != first.id
    assert await statuses(db, [first, bea, cyd, again]) == [CANCELLED, REGISTERED, WAITLISTED, WAITLISTED]


async def test_a_cancelled_session_gives_no_place_and_seats_nobody(db):
    session = await a_session(db, await a_program(db), capacity=1)
    ada, bea = await a_seat(db, session), await a_seat(db, session)
    await sessions.cancel(db, session.id, by=BY, now=NOW)

    with pytest.raises(RegistrationRefused) as refused:
        await a_seat(db, session)
    await registrations.cancel(db, ada.id, by=BY, now=NOW)

    assert refused.value.reason == RegistrationRefusal.SESSION_CANCELLED
    assert await statuses(db, [ada, bea]) == [CANCELLED, WAITLISTED]
    assert counters(session) == (0, 1)


@pytest.mark.parametrize("deadline", [None, NOW + timedelta(days=1)])
async def test_registration_closes_on_the_dot(db, deadline):
    session = await a_session(db, await a_program(db), registration_closes_at=deadline)
    closes, (ada, bea) = deadline or session.ends_at, [await a_person(db) for _ in range(2)]
    just_in_time = closes - timedelta(seconds=1)

    in_time = await registrations.register(db, session.id, ada.id, by=BY, now=just_in_time)
    with pytest.raises(RegistrationRefused) as refused:
        await registrations.register(db, session.id, bea.id, by=BY, now=closes)

    assert in_time.status == REGISTERED
    assert refused.value.reason == RegistrationRefusal.REGISTRATION_CLOSED


async def test_a_session_that_is_over_seats_nobody_who_waited(db):
    session = await a_session(db, await a_program(db), capacity=1)
    ada, bea = await a_seat(db, session), await a_seat(db, session)

    await registrations.cancel(db, ada.id, by=BY, now=session.ends_at)

    assert await statuses(db, [ada, bea]) == [CANCELLED, WAITLISTED]


async def test_what_is_not_there_is_refused(db):
    session, ada = await a_session(db, await a_program(db)), await a_person(db)
    attempts = {
        "personId": registrations.register(db, session.id, unknown(), by=BY, now=NOW),
        "id": registrations.cancel(db, unknown(), by=BY, now=NOW),
    }
    refused_sessions = [
        registrations.register(db, unknown(), ada.id, by=BY, now=NOW),
        registrations.promote(db, unknown(), by=BY, now=NOW),
    ]

    for field, attempt in [*attempts.items(), *(("sessionId", attempt) for attempt in refused_sessions)]:
        with pytest.raises(RegistrationRefused) as refused:
            await attempt
        assert (refused.value.reason, refused.value.field) == (RegistrationRefusal.NOT_FOUND, field)


@pytest.fixture
async def crowded(database_url):
    """As many connections as a crowd needs to be a crowd."""
    database = Database(database_url, writers=50, readers=1)
    yield database
    await database.close()


async def outcome(database, tenant, session, person_id, **how):
    try:
        async with database.transaction(tenant.id) as db:
            return (await registrations.register(db, session.id, person_id, by=BY, now=NOW)).status
    except RegistrationRefused as refused:
        return refused.reason


async def kept(database, tenant, session):
    """The session's counters, and the registrations they count."""
    async with database.transaction(tenant.id) as db:
        held = await find(db, Session, session.id)
        rows = await db.execute(
            select(ANY_STATUS, func.count()).where(Registration.session_id == session.id).group_by(ANY_STATUS)
        )
        return counters(held), dict(rows.all())


@pytest.mark.race
@pytest.mark.slow
async def test_five_hundred_ask_at_once_for_thirty_seats(crowded, tenant):
    """Without its last condition in `claim`, the seats are counted past the capacity."""
    async with crowded.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db), capacity=30, waitlist_capacity=0)
        people = [(await a_person(db)).id for _ in range(500)]

    answers = await asyncio.gather(*(outcome(crowded, tenant, session, person) for person in people))

    assert Counter(answers) == {REGISTERED: 30, RegistrationRefusal.SESSION_FULL: 470}
    assert await kept(crowded, tenant, session) == ((30, 0), {REGISTERED: 30})


@pytest.mark.race
async def test_a_crowd_fills_the_seats_and_then_the_queue(crowded, tenant):
    async with crowded.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db), capacity=10, waitlist_capacity=5)
        people = [(await a_person(db)).id for _ in range(50)]

    answers = await asyncio.gather(*(outcome(crowded, tenant, session, person) for person in people))

    assert Counter(answers) == {REGISTERED: 10, WAITLISTED: 5, RegistrationRefusal.SESSION_FULL: 35}
    assert await kept(crowded, tenant, session) == ((10, 5), {REGISTERED: 10, WAITLISTED: 5})


@pytest.mark.race
async def test_one_person_asking_twenty_times_at_once_has_one_seat(crowded, tenant):
    """Without the second look under the session's row, the others fail on the unique key."""
    async with crowded.transaction(tenant.id) as db:
        session, ada = await a_session(db, await a_program(db), capacity=5), await a_person(db)

    answers = await asyncio.gather(*(outcome(crowded, tenant, session, ada.id) for _ in range(20)))

    assert Counter(answers) == {REGISTERED: 20}
    assert await kept(crowded, tenant, session) == ((1, 0), {REGISTERED: 1})


@pytest.mark.race
async def test_seats_given_up_and_asked_for_at_once_are_neither_lost_nor_given_twice(crowded, tenant):
    async with crowded.transaction(tenant.id) as db:
        session = await a_session(db, await a_program(db), capacity=10)
        held = [(await a_seat(db, session)).id for _ in range(20)]
        people = [(await a_person(db)).id for _ in range(20)]

    async def cancel(registration_id):
        async with crowded.transaction(tenant.id) as db:
            await registrations.cancel(db, registration_id, by=BY, now=NOW)

    asked = (outcome(crowded, tenant, session, person) for person in people)
    await asyncio.gather(*(cancel(registration_id) for registration_id in held), *asked)

    assert await kept(crowded, tenant, session) == ((10, 10), {REGISTERED: 10, WAITLISTED: 10, CANCELLED: 20})
