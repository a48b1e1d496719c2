from datetime import UTC, datetime, timedelta

import pytest

from domain.sessions import meetings, sessions
from domain.sessions.sessions import SessionRefusal, SessionRefused, SessionStatus
from tests.conftest import BY, NOW
from tests.rows import a_cohort, a_plan, a_program, a_seat, a_session, an_organization, events_of, unknown, wall

LATER = NOW + timedelta(hours=1)


def utc(day, hour):
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def time_of(day):
    return {"starts_at": utc(day, 7).isoformat(), "ends_at": utc(day, 15).isoformat()}


async def test_a_session_of_two_days_lasts_from_the_first_meeting_to_the_last(db):
    session = await a_session(db, await a_program(db), meetings=[a_plan(8, place="Room 1"), a_plan(9)])

    held = await meetings.of_session(db, session.id)
    assert (session.starts_at, session.ends_at, session.status) == (utc(8, 7), utc(9, 15), SessionStatus.SCHEDULED)
    assert [(m.position, m.starts_at, m.ends_at, m.place) for m in held] == [
        (1, utc(8, 7), utc(8, 15), "Room 1"),
        (2, utc(9, 7), utc(9, 15), None),
    ]
    (verb, facts), *_ = await events_of(db, session)
    assert (verb, facts["meetings"]) == ("scheduled", [time_of(8), time_of(9)])


async def test_a_meeting_keeps_the_time_on_the_wall_as_it_was_agreed(db):
    session = await a_session(db, await a_program(db))

    (meeting,) = await meetings.of_session(db, session.id)

    await db.refresh(meeting)
    assert (meeting.local_start, meeting.local_end, meeting.time_zone) == (
        wall("2026-09-08 09:00"),
        wall("2026-09-08 17:00"),
        "Europe/Zurich",
    )


async def test_the_sessions_of_a_cohort_are_numbered_once_each(db):
    program = await a_program(db)
    cohort = await a_cohort(db, program)
    first = await a_session(db, program, cohort_id=cohort.id, number=1)
    second = await a_session(db, program, cohort_id=cohort.id, number=2)

    with pytest.raises(SessionRefused) as refused:
        await a_session(db, program, cohort_id=cohort.id, number=2)

    assert (first.number, second.number) == (1, 2)
    assert (refused.value.reason, refused.value.field) == (SessionRefusal.NUMBER_TAKEN, "number")


async def test_sessions_without_a_cohort_may_share_a_number(db):
    program = await a_program(db)

    assert [(await a_session(db, program)).number for _ in range(2)] == [1, 1]


async def test_a_cohort_has_sessions_of_its_own_program_only(db):
    cohort = await a_cohort(db, await a_program(db))

    with pytest.raises(SessionRefused) as refused:
        await a_session(db, await a_program(db), cohort_id=cohort.id)

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.INVALID, "cohortId")


async def test_a_reference_names_one_session(db):
    program = await a_program(db)
    await a_session(db, program, external_ref="2026-09-08-zrh")
    other = await a_session(db, program)

    with pytest.raises(SessionRefused) as scheduled:
        await a_session(db, program, external_ref="2026-09-08-zrh")
    with pytest.raises(SessionRefused) as updated:
        await sessions.update(db, other.id, {"external_ref": "2026-09-08-zrh"}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (scheduled, updated)]
    assert refusals == [(SessionRefusal.REFERENCE_TAKEN, "externalRef")] * 2


async def test_an_update_changes_what_it_names(db):
    host = await an_organization(db)
    session = await a_session(db, await a_program(db), capacity=10)
    changes = {"capacity": None, "host_organization_id": host.id, "registration_closes_at": NOW}

    await sessions.update(db, session.id, changes, by=BY, now=NOW)

    assert (session.title, session.capacity, session.registration_closes_at) == ("Workshop", None, NOW)
    facts = {"capacity": None, "host_organization_id": str(host.id), "registration_closes_at": NOW.isoformat()}
    assert (await events_of(db, session))[1:] == [("updated", facts)]


async def test_an_update_without_a_difference_leaves_no_event(db):
    session = await a_session(db, await a_program(db))

    await sessions.update(db, session.id, {"title": " Workshop "}, by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, session)] == ["scheduled"]


async def test_nobody_loses_a_seat_by_a_smaller_capacity(db):
    session = await a_session(db, await a_program(db), capacity=2)
    for _ in range(2):
        await a_seat(db, session)

    with pytest.raises(SessionRefused) as refused:
        await sessions.update(db, session.id, {"capacity": 1}, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.CAPACITY_BELOW_SEATS_TAKEN, "capacity")


async def test_a_rescheduled_session_keeps_its_meetings_and_moves_them(db):
    session = await a_session(db, await a_program(db), meetings=[a_plan(8), a_plan(9)])
    before = [meeting.id for meeting in await meetings.of_session(db, session.id)]

    await sessions.reschedule(db, session.id, [a_plan(15), a_plan(16, time_zone="Asia/Tokyo")], by=BY, now=LATER)

    after = await meetings.of_session(db, session.id)
    assert [meeting.id for meeting in after] == before
    assert [meeting.starts_at for meeting in after] == [utc(15, 7), utc(16, 0)]
    assert (session.starts_at, session.ends_at) == (utc(15, 7), utc(16, 8))
    (_, (verb, facts)) = await events_of(db, session)
    assert (verb, facts["meetings"][0]) == ("rescheduled", time_of(15))


async def test_meetings_are_added_and_taken_away(db):
    session = await a_session(db, await a_program(db))

    await sessions.reschedule(db, session.id, [a_plan(8), a_plan(9), a_plan(10)], by=BY, now=NOW)
    assert [meeting.position for meeting in await meetings.of_session(db, session.id)] == [1, 2, 3]
    assert session.ends_at == utc(10, 15)

    await sessions.reschedule(db, session.id, [a_plan(8)], by=BY, now=NOW)
    assert [meeting.position for meeting in await meetings.of_session(db, session.id)] == [1]
    assert session.ends_at == utc(8, 15)


async def test_rescheduling_to_the_same_times_leaves_no_event(db):
    session = await a_session(db, await a_program(db))

    await sessions.reschedule(db, session.id, [a_plan()], by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, session)] == ["scheduled"]


async def test_a_refused_time_leaves_the_session_where_it_was(db):
    session = await a_session(db, await a_program(db))
    jump = a_plan(local_start=wall("2027-03-28 02:30"), local_end=wall("2027-03-28 08:00"))

    with pytest.raises(SessionRefused) as refused:
        await sessions.reschedule(db, session.id, [jump], by=BY, now=NOW)

    await db.refresh(session)
    assert (refused.value.reason, refused.value.field) == (SessionRefusal.INVALID, "meetings.0.localStart")
    assert session.starts_at == utc(8, 7)


async def test_a_cancelled_session_is_not_rescheduled(db):
    session = await a_session(db, await a_program(db))
    await sessions.cancel(db, session.id, by=BY, now=NOW)

    with pytest.raises(SessionRefused) as refused:
        await sessions.reschedule(db, session.id, [a_plan(9)], by=BY, now=NOW)

    assert refused.value.reason == SessionRefusal.SESSION_CANCELLED


async def test_cancelling_twice_changes_nothing(db):
    session = await a_session(db, await a_program(db))

    for now in (NOW, LATER):
        await sessions.cancel(db, session.id, by=BY, now=now)

    assert (session.status, session.cancelled_at) == (SessionStatus.CANCELLED, NOW)
    assert [verb for verb, _ in await events_of(db, session)] == ["scheduled", "cancelled"]


async def test_what_is_not_there_is_refused(db):
    program = await a_program(db)
    session = await a_session(db, program)
    attempts = [
        ("programId", a_session(db, session)),
        ("cohortId", a_session(db, program, cohort_id=unknown())),
        ("hostOrganizationId", a_session(db, program, host_organization_id=unknown())),
        ("hostOrganizationId", sessions.update(db, session.id, {"host_organization_id": unknown()}, by=BY, now=NOW)),
        ("id", sessions.update(db, unknown(), {}, by=BY, now=NOW)),
        ("id", sessions.reschedule(db, unknown(), [a_plan()], by=BY, now=NOW)),
        ("id", sessions.cancel(db, unknown(), by=BY, now=NOW)),
    ]

    for field, attempt in attempts:
        with pytest.raises(SessionRefused) as refused:
            await attempt
        assert (refused.value.reason, refused.value.field) == (SessionRefusal.NOT_FOUND, field)
