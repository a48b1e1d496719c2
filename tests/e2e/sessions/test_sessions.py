"""Sessions through GraphQL: scheduled, changed, found."""

import pytest

from tests.e2e.rows import (
    a_cohort,
    a_meeting,
    a_person,
    a_program,
    a_seat,
    a_session,
    a_workshop,
    an_organization,
    do,
    error_of,
    nobodys,
    refused,
)

SESSION = """Session {
  title number format status externalRef capacity waitlistCapacity seatsTaken seatsLeft waiting startsAt endsAt
  registrationClosesAt registrationOpen program { title } cohort { name } hostOrganization { name }
  meetings { position localStart localEnd timeZone startsAt endsAt place country latitude longitude link }
}"""
TIMES = "Session { startsAt endsAt meetings { id position startsAt } }"


async def test_a_coordinator_schedules_a_session(coordinator):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program)
    place = {"place": "Bahnhofstrasse 1", "country": "CH", "latitude": 47.375, "longitude": -8.5, "link": None}
    online = {"place": None, "country": None, "latitude": None, "longitude": None, "link": "https://example.org/room"}
    facts = {
        "title": "Workshop",
        "number": 2,
        "format": "HYBRID",
        "externalRef": "W-1",
        "capacity": 12,
        "waitlistCapacity": 0,
        "registrationClosesAt": "2099-09-01T12:00:00+00:00",
    }

    scheduled = await do(
        coordinator,
        "scheduleSession",
        SESSION,
        **facts,
        programId=program,
        cohortId=cohort,
        hostOrganizationId=await an_organization(coordinator),
        meetings=[a_meeting(8, **place), a_meeting(9, **online)],
    )
    read = await coordinator.data(f'{{ session(externalRef: "W-1") {SESSION.removeprefix("Session ")} }}')

    meetings = [
        {"position": 1, "startsAt": "2099-09-08T07:00:00+00:00", "endsAt": "2099-09-08T15:00:00+00:00", **a_meeting(8)},
        {"position": 2, "startsAt": "2099-09-09T07:00:00+00:00", "endsAt": "2099-09-09T15:00:00+00:00", **a_meeting(9)},
    ]
    assert scheduled == {
        **facts,
        "status": "SCHEDULED",
        "seatsTaken": 0,
        "seatsLeft": 12,
        "waiting": 0,
        "registrationOpen": True,
        "startsAt": "2099-09-08T07:00:00+00:00",
        "endsAt": "2099-09-09T15:00:00+00:00",
        "program": {"title": "Giving feedback"},
        "cohort": {"name": "Autumn"},
        "hostOrganization": {"name": "Acme"},
        "meetings": [{**meetings[0], **place}, {**meetings[1], **online}],
    }
    assert read == {"session": scheduled}


async def test_a_session_without_limits_is_open_to_all(coordinator):
    selection = "Session { capacity waitlistCapacity seatsLeft cohort { id } registrationClosesAt registrationOpen }"

    scheduled = await do(coordinator, "scheduleSession", selection, **a_workshop(await a_program(coordinator)))

    assert scheduled == {
        "capacity": None,
        "waitlistCapacity": None,
        "seatsLeft": None,
        "cohort": None,
        "registrationClosesAt": None,
        "registrationOpen": True,
    }


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"programId": nobodys("prg")}, "NOT_FOUND", "programId"),
        ({"cohortId": nobodys("coh")}, "NOT_FOUND", "cohortId"),
        ({"hostOrganizationId": nobodys("org")}, "NOT_FOUND", "hostOrganizationId"),
        ({"title": ""}, "INVALID", "title"),
        ({"capacity": -1}, "INVALID", "capacity"),
        ({"waitlistCapacity": 1_000_001}, "INVALID", "waitlistCapacity"),
        ({"number": 0}, "INVALID", "number"),
        ({"externalRef": "TAKEN"}, "REFERENCE_TAKEN", "externalRef"),
        ({"meetings": []}, "INVALID", "meetings"),
        ({"meetings": [a_meeting(8), a_meeting(7)]}, "INVALID", "meetings.1.localStart"),
        ({"meetings": [a_meeting(8, localEnd="2099-09-08T09:00:00")]}, "INVALID", "meetings.0.localEnd"),
        ({"meetings": [a_meeting(8, localStart="2099-03-29T02:30:00")]}, "INVALID", "meetings.0.localStart"),
        ({"meetings": [a_meeting(8, country="Switzerland")]}, "INVALID", "meetings.0.country"),
        ({"meetings": [a_meeting(8, latitude=47.4)]}, "INVALID", "meetings.0.latitude"),
        ({"meetings": [a_meeting(8), a_meeting(9, link="http://example.org")]}, "INVALID", "meetings.1.link"),
    ],
)
async def test_a_session_that_cannot_be_is_refused_with_its_field(coordinator, facts, code, field):
    program = await a_program(coordinator)
    await a_session(coordinator, program, externalRef="TAKEN")

    answer = await do(coordinator, "scheduleSession", SESSION, **a_workshop(program, **facts))

    assert answer == refused(code, field)
    assert await coordinator.data("{ sessions { totalCount } meetings { totalCount } }") == {
        "sessions": {"totalCount": 1},
        "meetings": {"totalCount": 1},
    }


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"timeZone": "Mars/Olympus"}, "'Mars/Olympus' is no IANA time zone. Use a name such as 'Europe/Zurich'."),
        ({"localStart": "2099-09-08T09:00:00Z"}, "LocalDateTime is a wall clock's time without offset"),
        ({"localStart": "tomorrow"}, "'tomorrow' is no LocalDateTime. Write ISO 8601"),
    ],
)
async def test_what_is_no_time_is_no_request(coordinator, facts, error):
    program = await a_program(coordinator)

    answer = await coordinator.answer(
        "mutation ($input: ScheduleSessionInput!) { scheduleSession(input: $input) { __typename } }",
        input=a_workshop(program, meetings=[a_meeting(8, **facts)]),
    )

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert error in answer["errors"][0]["message"]


async def test_a_time_that_comes_twice_is_the_earlier_one(coordinator):
    night = {"localStart": "2099-10-25T02:30:00", "localEnd": "2099-10-25T04:00:00", "timeZone": "Europe/Zurich"}

    scheduled = await do(
        coordinator, "scheduleSession", TIMES, **a_workshop(await a_program(coordinator), meetings=[night])
    )

    assert (scheduled["startsAt"], scheduled["endsAt"]) == ("2099-10-25T00:30:00+00:00", "2099-10-25T03:00:00+00:00")


async def test_a_cohort_counts_its_sessions(coordinator):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program)
    elsewhere = await a_cohort(coordinator, await a_program(coordinator))
    await a_session(coordinator, program, cohortId=cohort, number=1)

    answers = [
        await do(coordinator, "scheduleSession", "Session { number }", **a_workshop(program, **facts))
        for facts in ({"cohortId": cohort, "number": 1}, {"cohortId": cohort, "number": 2}, {"cohortId": elsewhere})
    ]

    assert answers == [refused("NUMBER_TAKEN", "number"), {"number": 2}, refused("INVALID", "cohortId")]


async def test_an_update_changes_what_it_names(coordinator):
    program = await a_program(coordinator)
    host = await an_organization(coordinator)
    session = await a_session(
        coordinator, program, externalRef="W-1", capacity=3, waitlistCapacity=2, hostOrganizationId=host
    )
    selection = """Session {
      title format externalRef capacity waitlistCapacity hostOrganization { name } registrationClosesAt
    }"""

    changed = await do(
        coordinator,
        "updateSession",
        selection,
        id=session,
        title="Practice",
        format="VIRTUAL",
        registrationClosesAt="2099-09-01T14:00:00+02:00",
    )
    cleared = await do(
        coordinator,
        "updateSession",
        selection,
        id=session,
        externalRef=None,
        capacity=None,
        waitlistCapacity=None,
        hostOrganizationId=None,
        registrationClosesAt=None,
    )

    assert changed == {
        "title": "Practice",
        "format": "VIRTUAL",
        "externalRef": "W-1",
        "capacity": 3,
        "waitlistCapacity": 2,
        "hostOrganization": {"name": "Acme"},
        "registrationClosesAt": "2099-09-01T12:00:00+00:00",
    }
    assert cleared == {
        "title": "Practice",
        "format": "VIRTUAL",
        "externalRef": None,
        "capacity": None,
        "waitlistCapacity": None,
        "hostOrganization": None,
        "registrationClosesAt": None,
    }


async def test_an_update_that_cannot_be_is_refused_with_its_field(coordinator):
    program = await a_program(coordinator)
    await a_session(coordinator, program, externalRef="TAKEN")
    session = await a_session(coordinator, program, capacity=2)
    for name in ("Bea", "Cyd"):
        await a_seat(coordinator, session, await a_person(coordinator, name=name))

    answers = [
        await do(coordinator, "updateSession", "Session { id }", **{"id": session, **facts})
        for facts in (
            {"id": nobodys("ses"), "title": "Gone"},
            {"title": " "},
            {"externalRef": "TAKEN"},
            {"hostOrganizationId": nobodys("org")},
            {"capacity": 1},
        )
    ]

    assert answers == [
        refused("NOT_FOUND", "id"),
        refused("INVALID", "title"),
        refused("REFERENCE_TAKEN", "externalRef"),
        refused("NOT_FOUND", "hostOrganizationId"),
        refused("CAPACITY_BELOW_SEATS_TAKEN", "capacity"),
    ]


async def test_seats_that_are_added_go_to_those_who_have_waited_longest(coordinator):
    session = await a_session(coordinator, await a_program(coordinator), capacity=1)
    for name in ("Ada", "Bea", "Cyd", "Dan"):
        await a_seat(coordinator, session, await a_person(coordinator, name=name))
    selection = """Session {
      seatsTaken waiting seatsLeft registrations { nodes { status placeInQueue person { name } } }
    }"""

    answer = await do(coordinator, "updateSession", selection, id=session, capacity=3)

    assert (answer["seatsTaken"], answer["waiting"], answer["seatsLeft"]) == (3, 1, 0)
    assert [
        (one["person"]["name"], one["status"], one["placeInQueue"]) for one in answer["registrations"]["nodes"]
    ] == [
        ("Ada", "REGISTERED", None),
        ("Bea", "REGISTERED", None),
        ("Cyd", "REGISTERED", None),
        ("Dan", "WAITLISTED", 1),
    ]


async def test_sessions_are_found_by_what_they_are_and_when(coordinator):
    program, other = await a_program(coordinator), await a_program(coordinator)
    host = await an_organization(coordinator)
    await a_session(coordinator, program, title="Late", meetings=[a_meeting(20)], format="VIRTUAL")
    await a_session(coordinator, program, title="Early", meetings=[a_meeting(10)], hostOrganizationId=host)
    await a_session(coordinator, other, title="Elsewhere")
    titles = "{ nodes { title } }"

    found = await coordinator.data(
        f"""query ($program: ID!, $host: ID!) {{
          inOrder: sessions {titles}
          backwards: sessions(orderBy: {{field: STARTS_AT, direction: DESCENDING}}, first: 1) {titles}
          ofProgram: program(id: $program) {{ sessions {titles} }}
          hosted: organization(id: $host) {{ hostedSessions {titles} }}
          virtual: sessions(where: {{format: {{eq: VIRTUAL}}}}) {titles}
          from: sessions(where: {{startsAt: {{gte: "2099-09-10T00:00:00Z", lt: "2099-09-20T00:00:00Z"}}}}) {titles}
          unhosted: sessions(where: {{program: {{eq: $program}}, hostOrganization: {{eq: null}}}}) {titles}
        }}""",
        program=program,
        host=host,
    )

    assert {
        name: [node["title"] for node in (page.get("sessions") or page.get("hostedSessions") or page)["nodes"]]
        for name, page in found.items()
    } == {
        "inOrder": ["Elsewhere", "Early", "Late"],
        "backwards": ["Late"],
        "ofProgram": ["Early", "Late"],
        "hosted": ["Early"],
        "virtual": ["Late"],
        "from": ["Early"],
        "unhosted": ["Late"],
    }


async def test_learners_see_sessions_and_change_none(coordinator, learner):
    program = await a_program(coordinator)
    session = await a_session(coordinator, program)

    seen = await learner.data("query ($id: ID!) { session(id: $id) { title program { title } } }", id=session)
    codes = [
        await error_of(learner, "scheduleSession", "Session { id }", **a_workshop(program)),
        await error_of(learner, "updateSession", "Session { id }", id=session, title="Mine"),
        await error_of(learner, "rescheduleSession", "Session { id }", id=session, meetings=[a_meeting(15)]),
        await error_of(learner, "cancelSession", "Session { id }", id=session),
    ]

    assert seen == {"session": {"title": "Workshop", "program": {"title": "Giving feedback"}}}
    assert codes == ["FORBIDDEN"] * 4
