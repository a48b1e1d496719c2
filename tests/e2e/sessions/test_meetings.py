"""Meetings through GraphQL: the calendar, and who is told where to join."""

from tests.e2e.conftest import a_client
from tests.e2e.rows import a_meeting, a_program, a_seat, a_session, do

LINK = "https://example.org/room"


async def test_the_calendar_is_in_order_of_time(coordinator, learner):
    program = await a_program(coordinator)
    await a_session(coordinator, program, title="Long", meetings=[a_meeting(8), a_meeting(15, country="CH")])
    await a_session(coordinator, program, title="Short", meetings=[a_meeting(10, timeZone="America/New_York")])
    calendar = "{ nodes { startsAt timeZone position session { title } } }"

    seen = await learner.data(
        f"""{{
          all: meetings {calendar}
          swiss: meetings(where: {{country: {{eq: "CH"}}}}) {{ totalCount }}
          there: meetings(where: {{timeZone: {{startsWith: "America/"}}}}) {{ totalCount }}
          later: meetings(where: {{startsAt: {{gt: "2099-09-08T07:00:00Z"}}}}) {{ totalCount }}
        }}"""
    )

    assert seen["all"]["nodes"] == [
        {
            "startsAt": "2099-09-08T07:00:00+00:00",
            "timeZone": "Europe/Zurich",
            "position": 1,
            "session": {"title": "Long"},
        },
        {
            "startsAt": "2099-09-10T13:00:00+00:00",
            "timeZone": "America/New_York",
            "position": 1,
            "session": {"title": "Short"},
        },
        {
            "startsAt": "2099-09-15T07:00:00+00:00",
            "timeZone": "Europe/Zurich",
            "position": 2,
            "session": {"title": "Long"},
        },
    ]
    assert [seen[name]["totalCount"] for name in ("swiss", "there", "later")] == [1, 1, 2]


async def test_only_who_has_a_seat_or_teaches_is_told_where_to_join(coordinator, http, database, tenant):
    seated, waiting, given_up, stranger = [await a_client(http, database, tenant, "LEARNER") for _ in range(4)]
    instructor = await a_client(http, database, tenant, "INSTRUCTOR")
    session = await a_session(coordinator, await a_program(coordinator), capacity=1, meetings=[a_meeting(8, link=LINK)])
    await do(given_up, "cancelRegistration", "Registration { id }", id=await a_seat(given_up, session))
    for client in (seated, waiting):
        await a_seat(client, session)

    links = [
        (await client.data("{ meetings { nodes { link } } }"))["meetings"]["nodes"][0]["link"]
        for client in (coordinator, instructor, seated, waiting, given_up, stranger)
    ]

    assert links == [LINK, LINK, LINK, None, None, None]
