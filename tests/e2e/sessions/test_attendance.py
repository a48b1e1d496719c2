"""Attendance through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.rows import (
    a_person,
    a_program,
    a_seat,
    a_session,
    do,
    error_of,
    me,
    meetings_of,
    move_clock,
    nobodys,
    refused,
)

ATTENDANCE = "Attendance { id status minutes evidence person { name } meeting { position session { title } } }"


@pytest.fixture
async def instructor(http, database, tenant):
    return await a_client(http, database, tenant, "INSTRUCTOR")


@pytest.fixture
async def session(coordinator):
    return await a_session(coordinator, await a_program(coordinator))


@pytest.fixture
async def meeting(coordinator, session):
    [meeting] = await meetings_of(coordinator, session)
    return meeting


async def test_an_instructor_records_who_was_there_and_corrects_it(coordinator, admin, instructor, session, meeting):
    person = await a_person(coordinator)
    await a_seat(coordinator, session, person)
    await move_clock(admin, "2099-09-08T07:00:00Z")
    about = {"meetingId": meeting, "personId": person, "evidence": "INSTRUCTOR"}

    recorded = await do(instructor, "recordAttendance", ATTENDANCE, **about, status="PRESENT")
    corrected = await do(instructor, "recordAttendance", ATTENDANCE, **about, status="PARTIAL", minutes=480)

    assert recorded == {
        "id": recorded["id"],
        "status": "PRESENT",
        "minutes": None,
        "evidence": "INSTRUCTOR",
        "person": {"name": "Bea"},
        "meeting": {"position": 1, "session": {"title": "Workshop"}},
    }
    assert corrected == {**recorded, "status": "PARTIAL", "minutes": 480}
    read = await instructor.data(
        """query ($meeting: ID!, $person: ID!) {
          meeting(id: $meeting) { attendance { nodes { status minutes } } }
          person(id: $person) { attendance { totalCount } }
          attendances(where: {status: {eq: PARTIAL}, evidence: {in: [INSTRUCTOR]}}) { totalCount }
        }""",
        meeting=meeting,
        person=person,
    )
    assert read == {
        "meeting": {"attendance": {"nodes": [{"status": "PARTIAL", "minutes": 480}]}},
        "person": {"attendance": {"totalCount": 1}},
        "attendances": {"totalCount": 1},
    }
    history = await coordinator.data('{ events(where: {aggregate: {eq: "Attendance"}}) { nodes { verb facts } } }')
    assert [event["verb"] for event in history["events"]["nodes"]] == ["corrected", "recorded"]
    assert history["events"]["nodes"][0]["facts"] == {"status": "PARTIAL", "minutes": 480}


async def test_nobody_was_there_before_it_started(coordinator, admin, instructor, session, meeting):
    person = await a_person(coordinator)
    await a_seat(coordinator, session, person)
    await move_clock(admin, "2099-09-08T06:59:00Z")
    presence = {"meetingId": meeting, "personId": person, "status": "ABSENT", "evidence": "SIGN_IN"}

    early = await do(instructor, "recordAttendance", ATTENDANCE, **presence)

    assert early == refused("TOO_EARLY", "meetingId")


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"meetingId": nobodys("mtg")}, "NOT_FOUND", "meetingId"),
        ({"personId": nobodys("per")}, "NOT_REGISTERED", "personId"),
        ({"minutes": 481}, "INVALID", "minutes"),
        ({"minutes": -1}, "INVALID", "minutes"),
        ({"status": "ABSENT", "minutes": 1}, "INVALID", "minutes"),
    ],
)
async def test_a_presence_that_cannot_be_is_refused_with_its_field(
    coordinator, admin, instructor, session, meeting, facts, code, field
):
    person = await a_person(coordinator)
    await a_seat(coordinator, session, person)
    await move_clock(admin, "2099-09-08T09:00:00Z")
    presence = {"meetingId": meeting, "personId": person, "status": "PRESENT", "evidence": "VIRTUAL_ROOM"}

    answer = await do(instructor, "recordAttendance", ATTENDANCE, **{**presence, **facts})

    assert answer == refused(code, field)
    assert await instructor.data("{ attendances { totalCount } }") == {"attendances": {"totalCount": 0}}


async def test_who_waits_or_gave_up_was_not_there(coordinator, admin, learner, instructor):
    session = await a_session(coordinator, await a_program(coordinator), capacity=1)
    [meeting] = await meetings_of(coordinator, session)
    await do(learner, "cancelRegistration", "Registration { id }", id=await a_seat(learner, session))
    await a_seat(coordinator, session, await a_person(coordinator, name="Seated"))
    waiting = await a_person(coordinator, name="Waiting")
    await a_seat(coordinator, session, waiting)
    await move_clock(admin, "2099-09-08T09:00:00Z")
    presence = {"meetingId": meeting, "status": "PRESENT", "evidence": "SELF_REPORT"}

    answers = [
        await do(instructor, "recordAttendance", ATTENDANCE, **presence, personId=person)
        for person in (me(learner), waiting)
    ]

    assert answers == [refused("NOT_REGISTERED", "personId")] * 2


async def test_learners_see_their_own_attendance_and_record_none(
    coordinator, admin, learner, instructor, session, meeting
):
    peer = await a_person(coordinator)
    await a_seat(learner, session)
    await a_seat(coordinator, session, peer)
    await move_clock(admin, "2099-09-08T09:00:00Z")
    seen = {"meetingId": meeting, "status": "PRESENT", "evidence": "SIGN_IN"}
    mine, other = [
        await do(instructor, "recordAttendance", "Attendance { id }", **seen, personId=person)
        for person in (me(learner), peer)
    ]

    read = await learner.data(
        """query ($meeting: ID!, $other: ID!) {
          meeting(id: $meeting) { attendance { nodes { id } } }
          attendances { nodes { id } } attendance(id: $other) { id }
        }""",
        meeting=meeting,
        other=other["id"],
    )
    code = await error_of(learner, "recordAttendance", ATTENDANCE, **seen, personId=me(learner))

    assert read == {"meeting": {"attendance": {"nodes": [mine]}}, "attendances": {"nodes": [mine]}, "attendance": None}
    assert code == "FORBIDDEN"


async def test_an_app_that_reads_attendance_sees_where_and_who(
    coordinator, admin, instructor, http, database, tenant, session, meeting
):
    person = await a_person(coordinator)
    await a_seat(coordinator, session, person)
    await move_clock(admin, "2099-09-08T09:00:00Z")
    presence = {"meetingId": meeting, "personId": person, "status": "PRESENT", "evidence": "SIGN_IN"}
    await do(instructor, "recordAttendance", ATTENDANCE, **presence)
    app = await a_client(http, database, tenant, scopes=["attendance:read"])

    seen = await app.data(
        "{ attendances { nodes { person { name } meeting { session { title program { title } } } } } }"
    )

    where = {"session": {"title": "Workshop", "program": {"title": "Giving feedback"}}}
    assert seen == {"attendances": {"nodes": [{"person": {"name": "Bea"}, "meeting": where}]}}
