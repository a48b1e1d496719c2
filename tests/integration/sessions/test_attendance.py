import asyncio
from datetime import timedelta

import pytest

from domain.sessions import attendance, meetings, registrations, sessions
from domain.sessions.attendance import AttendanceRefusal, AttendanceRefused, AttendanceStatus, Evidence, Presence
from domain.sessions.sessions import SessionRefusal, SessionRefused
from tests.conftest import BY, NOW
from tests.rows import a_person, a_plan, a_program, a_seat, a_session, events_of, unknown

PRESENT = Presence(status=AttendanceStatus.PRESENT, minutes=480, evidence=Evidence.SIGN_IN)
PARTLY = Presence(status=AttendanceStatus.PARTIAL, minutes=200, evidence=Evidence.INSTRUCTOR)


async def a_meeting(db, **facts):
    session = await a_session(db, await a_program(db), **facts)
    return session, (await meetings.of_session(db, session.id))[-1]


async def test_presence_is_recorded_with_its_evidence(db):
    session, meeting = await a_meeting(db)
    seat = await a_seat(db, session)

    there = await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=meeting.starts_at)

    assert (there.status, there.minutes, there.evidence) == (PRESENT.status, 480, Evidence.SIGN_IN)
    assert there.recorded_at == meeting.starts_at
    facts = {"meeting_id": str(meeting.id), "person_id": str(seat.person_id)}
    seen = {"status": "PRESENT", "minutes": 480, "evidence": "SIGN_IN"}
    assert await events_of(db, there) == [("recorded", facts | seen)]


async def test_a_correction_keeps_both_in_the_history(db):
    session, meeting = await a_meeting(db)
    seat = await a_seat(db, session)
    first = await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=meeting.starts_at)

    corrected = await attendance.record(db, meeting.id, seat.person_id, PARTLY, by=BY, now=meeting.ends_at)

    assert (corrected.id, corrected.status, corrected.minutes) == (first.id, AttendanceStatus.PARTIAL, 200)
    assert corrected.recorded_at == meeting.ends_at
    facts = {"status": "PARTIAL", "minutes": 200, "evidence": "INSTRUCTOR"}
    assert (await events_of(db, first))[1:] == [("corrected", facts)]


async def test_recording_the_same_again_changes_nothing(db):
    session, meeting = await a_meeting(db)
    seat = await a_seat(db, session)

    for now in (meeting.starts_at, meeting.ends_at):
        there = await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=now)

    assert there.recorded_at == meeting.starts_at
    assert len(await events_of(db, there)) == 1


async def test_only_who_has_a_seat_attends(db):
    session, meeting = await a_meeting(db, capacity=1)
    gone, waiting = await a_seat(db, session), await a_seat(db, session)
    stranger = await a_person(db)
    await registrations.cancel(db, gone.id, by=BY, now=NOW)
    await sessions.update(db, session.id, {"capacity": 1}, by=BY, now=NOW)
    queued = await a_seat(db, session)

    for person_id in (gone.person_id, stranger.id, queued.person_id, unknown()):
        with pytest.raises(AttendanceRefused) as refused:
            await attendance.record(db, meeting.id, person_id, PRESENT, by=BY, now=meeting.starts_at)
        assert (refused.value.reason, refused.value.field) == (AttendanceRefusal.NOT_REGISTERED, "personId")

    promoted = await attendance.record(db, meeting.id, waiting.person_id, PRESENT, by=BY, now=meeting.starts_at)
    assert promoted.person_id == waiting.person_id


async def test_nobody_attends_before_the_meeting_starts(db):
    session, meeting = await a_meeting(db)
    seat = await a_seat(db, session)
    early = meeting.starts_at - timedelta(seconds=1)

    with pytest.raises(AttendanceRefused) as refused:
        await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=early)

    assert refused.value.reason == AttendanceRefusal.TOO_EARLY


async def test_a_meeting_that_is_not_there_is_refused(db):
    with pytest.raises(AttendanceRefused) as refused:
        await attendance.record(db, unknown(), unknown(), PRESENT, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (AttendanceRefusal.NOT_FOUND, "meetingId")


async def test_a_meeting_that_was_attended_is_not_taken_out(database, tenant):
    async with database.transaction(tenant.id) as db:
        session, meeting = await a_meeting(db, meetings=[a_plan(8), a_plan(9)])
        seat = await a_seat(db, session)
        await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=meeting.starts_at)

    with pytest.raises(SessionRefused) as refused:
        async with database.transaction(tenant.id) as db:
            await sessions.reschedule(db, session.id, [a_plan(15)], by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.MEETING_ATTENDED, "meetings")
    async with database.transaction(tenant.id) as db:
        assert [m.starts_at.day for m in await meetings.of_session(db, session.id)] == [8, 9]


@pytest.mark.race
async def test_ten_who_record_at_once_leave_one_record(database, tenant):
    """Without the lock on the registration, nine of them fail on the unique key."""
    async with database.transaction(tenant.id) as db:
        session, meeting = await a_meeting(db)
        seat = await a_seat(db, session)

    async def record():
        async with database.transaction(tenant.id) as db:
            there = await attendance.record(db, meeting.id, seat.person_id, PRESENT, by=BY, now=meeting.starts_at)
            return there.id

    assert len(set(await asyncio.gather(*(record() for _ in range(10))))) == 1
