"""Sessions that move or are called off, and what goes along with them."""

from tests.e2e.rows import (
    a_cohort,
    a_meeting,
    a_person,
    a_program,
    a_seat,
    a_session,
    an_activity,
    do,
    meetings_of,
    move_clock,
    nobodys,
    refused,
)

TIMES = "Session { startsAt endsAt meetings { id position startsAt } }"


async def test_a_moved_session_takes_the_steps_of_its_journey_along(coordinator):
    program = await a_program(coordinator)
    await an_activity(coordinator, program)
    cohort = await a_cohort(coordinator, program)
    session = await a_session(coordinator, program, cohortId=cohort, meetings=[a_meeting(8), a_meeting(9)])
    await do(coordinator, "unrollJourney", "Journey { id }", cohortId=cohort)
    first, second = await meetings_of(coordinator, session)

    longer = await do(
        coordinator, "rescheduleSession", TIMES, id=session, meetings=[a_meeting(day) for day in (15, 16, 17)]
    )
    steps = await coordinator.data("{ steps { nodes { dueAt session { title } } } }")
    shorter = await do(coordinator, "rescheduleSession", TIMES, id=session, meetings=[a_meeting(22)])

    third = longer["meetings"][2]["id"]
    assert longer == {
        "startsAt": "2099-09-15T07:00:00+00:00",
        "endsAt": "2099-09-17T15:00:00+00:00",
        "meetings": [
            {"id": first, "position": 1, "startsAt": "2099-09-15T07:00:00+00:00"},
            {"id": second, "position": 2, "startsAt": "2099-09-16T07:00:00+00:00"},
            {"id": third, "position": 3, "startsAt": "2099-09-17T07:00:00+00:00"},
        ],
    }
    assert steps == {"steps": {"nodes": [{"dueAt": "2099-10-01T15:00:00+00:00", "session": {"title": "Workshop"}}]}}
    assert shorter == {
        "startsAt": "2099-09-22T07:00:00+00:00",
        "endsAt": "2099-09-22T15:00:00+00:00",
        "meetings": [{"id": first, "position": 1, "startsAt": "2099-09-22T07:00:00+00:00"}],
    }


async def test_times_that_cannot_be_are_refused_and_nothing_moves(coordinator, admin):
    session = await a_session(coordinator, await a_program(coordinator), meetings=[a_meeting(8), a_meeting(9)])
    person = await a_person(coordinator)
    await a_seat(coordinator, session, person)
    _, second = await meetings_of(coordinator, session)
    await move_clock(admin, "2099-09-09T08:00:00Z")
    presence = {"meetingId": second, "personId": person, "status": "PRESENT", "evidence": "SIGN_IN"}
    await do(coordinator, "recordAttendance", "Attendance { id }", **presence)

    answers = [
        await do(coordinator, "rescheduleSession", TIMES, id=one, meetings=meetings)
        for one, meetings in (
            (nobodys("ses"), [a_meeting(15)]),
            (session, []),
            (session, [a_meeting(15, localEnd="2099-09-15T08:00:00")]),
            (session, [a_meeting(15)]),
        )
    ]

    assert answers == [
        refused("NOT_FOUND", "id"),
        refused("INVALID", "meetings"),
        refused("INVALID", "meetings.0.localEnd"),
        refused("MEETING_ATTENDED", "meetings"),
    ]
    kept = await coordinator.data("query ($id: ID!) { session(id: $id) { startsAt endsAt } }", id=session)
    assert kept == {"session": {"startsAt": "2099-09-08T07:00:00+00:00", "endsAt": "2099-09-09T15:00:00+00:00"}}


async def test_a_cancelled_session_keeps_its_registrations_and_takes_no_more(coordinator):
    session = await a_session(coordinator, await a_program(coordinator))
    await a_seat(coordinator, session, await a_person(coordinator))
    selection = "Session { status cancelledAt seatsTaken registrationOpen registrations { nodes { status } } }"

    cancelled = await do(coordinator, "cancelSession", selection, id=session)
    again = await do(coordinator, "cancelSession", selection, id=session)
    moved = await do(coordinator, "rescheduleSession", TIMES, id=session, meetings=[a_meeting(15)])

    assert cancelled == {
        "status": "CANCELLED",
        "cancelledAt": cancelled["cancelledAt"],
        "seatsTaken": 1,
        "registrationOpen": False,
        "registrations": {"nodes": [{"status": "REGISTERED"}]},
    }
    assert cancelled["cancelledAt"] is not None
    assert again == cancelled
    assert moved == refused("SESSION_CANCELLED", "id")
    assert await do(coordinator, "cancelSession", selection, id=nobodys("ses")) == refused("NOT_FOUND", "id")
