"""Rows that tests start from, asked for through GraphQL. Each gives its global id.

Sessions lie in September 2099, so that they are to come whenever the tests run.
"""

from api import ids
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, Purpose, Stage

YEAR = 2099


async def do(client, mutation, selection, **given):
    """What a mutation answers: the fields selected of its row, or the code and the field of its refusal."""
    given_type = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"""mutation ($input: {given_type}) {{
      {mutation}(input: $input) {{ ... on {selection} ... on Refused {{ code field }} }}
    }}"""
    return (await client.data(document, input=given))[mutation]


def refused(code, field):
    return {"code": code, "field": field}


async def error_of(client, mutation, selection, **given):
    """The code of the error that stands in the place of an answer."""
    document = f"""mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) {{
      {mutation}(input: $input) {{ ... on {selection} }}
    }}"""
    answer = await client.answer(document, input=given)
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"]


def me(client):
    """The global id of the person who asks."""
    return ids.encode("per", client.person_id)


def nobodys(prefix):
    """A global id that no row has."""
    return f"{prefix}_{0:032x}"


async def a_person(client, **facts):
    return (await do(client, "createPerson", "Person { id }", **{"name": "Bea", **facts}))["id"]


async def an_organization(client, **facts):
    return (await do(client, "createOrganization", "Organization { id }", **{"name": "Acme", **facts}))["id"]


async def a_program(client, **facts):
    return (await do(client, "createProgram", "Program { id }", **{"title": "Giving feedback", **facts}))["id"]


def a_check_in(program, **facts):
    """A new activity: two weeks after the first session the cohort meets again."""
    return {
        "programId": program,
        "stage": Stage.AFTER,
        "mode": Mode.SOCIAL,
        "kind": ActivityKind.COHORT_CHECK_IN,
        "purpose": Purpose.REINFORCEMENT,
        "title": "Two weeks later",
        "anchor": Anchor.END,
        "offset": "P14D",
        "daysToComplete": 7,
        "audience": Audience.COHORT,
        **facts,
    }


async def an_activity(client, program, **facts):
    return (await do(client, "addActivity", "Activity { id }", **a_check_in(program, **facts)))["id"]


async def a_cohort(client, program, **facts):
    new = {"programId": program, "name": "Autumn", **facts}
    return (await do(client, "createCohort", "Cohort { id }", **new))["id"]


async def an_enrollment(client, cohort, person):
    return (await do(client, "enroll", "Enrollment { id }", cohortId=cohort, personId=person))["id"]


def a_meeting(day=8, **facts):
    """A day in Zurich, from nine to five."""
    start, end = f"{YEAR}-09-{day:02}T09:00:00", f"{YEAR}-09-{day:02}T17:00:00"
    return {"localStart": start, "localEnd": end, "timeZone": "Europe/Zurich", **facts}


def a_workshop(program, **facts):
    """A new session of one day, with seats for everyone."""
    return {"programId": program, "title": "Workshop", "format": "WORKSHOP", "meetings": [a_meeting()], **facts}


async def a_session(client, program, **facts):
    return (await do(client, "scheduleSession", "Session { id }", **a_workshop(program, **facts)))["id"]


async def meetings_of(client, session):
    """The global ids of the session's meetings, in order of time."""
    document = "query ($id: ID!) { session(id: $id) { meetings { id } } }"
    return [meeting["id"] for meeting in (await client.data(document, id=session))["session"]["meetings"]]


async def move_clock(admin, to):
    """Let it be another time for the tenant."""
    assert await do(admin, "moveClock", "Tenant { sandbox }", to=to) == {"sandbox": True}


async def a_seat(client, session, person=None):
    given = {"sessionId": session} | ({"personId": person} if person else {})
    return (await do(client, "registerForSession", "Registration { id }", **given))["id"]
