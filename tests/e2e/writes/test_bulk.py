"""Mutations of many at once."""

import asyncio

import pytest
from graphql import GraphQLList, GraphQLNonNull

from api.mutations import MOST_ITEMS
from api.schema import schema
from tests.e2e.rows import (
    a_cohort,
    a_person,
    a_program,
    a_session,
    a_workshop,
    an_organization,
    do,
    meetings_of,
    move_clock,
    nobodys,
)
from tests.e2e.writes.asking import MANY, code_of, events_about, people_named

REGISTER = """
mutation ($items: [RegisterForSessionInput!]!) {
  registerForSessions(input: {items: $items}) {
    ... on Registration { id status person { name } session { seatsTaken } } ... on RegistrationRefused { reason }
  }
}"""


async def test_each_is_answered_in_its_place_and_one_refusal_undoes_no_other(coordinator):
    organization = await an_organization(coordinator)
    items = [
        {"name": "Ada", "email": "ada@example.org", "organizationId": organization},
        {"name": "Eve", "email": "ADA@example.org"},
        {"name": " "},
        {"name": "Bea", "organizationId": nobodys("org")},
        {"name": "Cyd"},
    ]

    answer = (await coordinator.data(MANY, items=items))["createPeople"]

    assert [{**one, "id": None} if "id" in one else one for one in answer] == [
        {
            "__typename": "Person",
            "id": None,
            "name": "Ada",
            "email": "ada@example.org",
            "organization": {"name": "Acme"},
        },
        {"__typename": "PersonRefused", "reason": "EMAIL_TAKEN", "field": "email"},
        {"__typename": "PersonRefused", "reason": "INVALID", "field": "name"},
        {"__typename": "PersonRefused", "reason": "NOT_FOUND", "field": "organizationId"},
        {"__typename": "Person", "id": None, "name": "Cyd", "email": None, "organization": None},
    ]
    assert sorted(await people_named(coordinator, "Ada", "Eve", "Bea", "Cyd")) == ["Ada", "Cyd"]


async def test_each_leaves_its_own_history_as_if_asked_alone(coordinator):
    before = len(await events_about(coordinator, "Person"))

    await coordinator.data(MANY, items=[{"name": "Ada"}, {"name": ""}, {"name": "Bea"}])

    events = await events_about(coordinator, "Person")
    assert events[before:] == [("created", 1), ("created", 1)]


async def test_what_a_refused_item_had_written_is_taken_back_with_it_alone(coordinator):
    """Take `begin_nested` out of `running._apart`, and the refused session keeps its title."""
    program = await a_program(coordinator)
    first, second = [await a_session(coordinator, program, title=title, capacity=2) for title in ("One", "Two")]
    held = await a_session(coordinator, program, meetings=[{**meeting(day)} for day in (8, 9)])
    await do(
        coordinator, "registerForSession", "Registration { id }", sessionId=first, personId=await a_person(coordinator)
    )
    document = """
    mutation ($items: [UpsertSessionInput!]!) { upsertSessions(input: {items: $items}) {
      ... on UpsertedSession { session { title } created } ... on SessionRefused { reason field }
    } }"""
    for session, reference in ((first, "one"), (second, "two"), (held, "held")):
        await do(coordinator, "updateSession", "Session { id }", id=session, externalRef=reference)

    answer = await coordinator.data(
        document,
        items=[
            {"externalRef": "one", "title": "Uno"},
            {"externalRef": "two", "title": "Due", "meetings": []},
            {"externalRef": "held", "title": "Tre"},
        ],
    )

    titles = await coordinator.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Session { title revision } } }", ids=[first, second, held]
    )
    assert answer["upsertSessions"] == [
        {"session": {"title": "Uno"}, "created": False},
        {"reason": "INVALID", "field": "meetings"},
        {"session": {"title": "Tre"}, "created": False},
    ]
    assert titles["nodes"] == [
        {"title": "Uno", "revision": 3},
        {"title": "Two", "revision": 2},
        {"title": "Tre", "revision": 3},
    ]


def meeting(day):
    return {
        "localStart": f"2099-09-{day:02}T09:00:00",
        "localEnd": f"2099-09-{day:02}T17:00:00",
        "timeZone": "Europe/Zurich",
    }


async def test_more_than_may_be_asked_at_once_is_refused_as_a_whole(coordinator):
    at_most = [{"name": f"Person {number}"} for number in range(MOST_ITEMS)]

    too_many = await coordinator.answer(MANY, items=[*at_most, {"name": "One more"}])
    enough = await coordinator.data(MANY, items=at_most)

    assert code_of(too_many) == "LIST_TOO_LONG"
    assert too_many["errors"][0]["message"] == "`input.items` holds 251: send at most 250 at once."
    assert [one["name"] for one in enough["createPeople"]] == [item["name"] for item in at_most]
    assert await people_named(coordinator, "One more") == []


async def test_nothing_at_all_is_answered_by_nothing(coordinator):
    assert await coordinator.data(MANY, items=[]) == {"createPeople": []}


async def test_a_wrong_item_is_named_and_nothing_is_done(coordinator):
    people = [await a_person(coordinator, name=name) for name in ("Ada", "Bea")]
    document = """mutation ($items: [UpdatePersonInput!]!) { updatePeople(input: {items: $items}) {
      ... on Person { name } ... on Refused { code } } }"""

    answer = await coordinator.answer(document, items=[{"id": people[0], "name": "X"}, {"id": people[1], "name": None}])

    assert answer["errors"][0]["message"] == (
        "`input.items[1].name` can be changed but not taken away: give a value, or leave it out."
    )
    assert code_of(answer) == "BAD_USER_INPUT"
    assert sorted(await people_named(coordinator, "Ada", "Bea", "X")) == ["Ada", "Bea"]


async def test_the_rows_of_all_are_read_by_one_statement(coordinator, doors, monkeypatch):
    read, reads = doors.pool.read, []

    async def watched(statement, arguments, **how):
        reads.append(statement)
        return await read(statement, arguments, **how)

    monkeypatch.setattr(doors.pool, "read", watched)
    answer = await coordinator.data(MANY, items=[{"name": f"Person {number}"} for number in range(20)])

    assert len(answer["createPeople"]) == 20
    assert len([statement for statement in reads if "told.at" in statement]) == 1


async def test_the_same_seat_asked_for_twice_is_the_same_answer_twice(coordinator):
    session = await a_session(coordinator, await a_program(coordinator), capacity=1, waitlistCapacity=0)
    ada, bea = [await a_person(coordinator, name=name) for name in ("Ada", "Bea")]
    items = [{"sessionId": session, "personId": person} for person in (ada, bea, ada)]

    answer = (await coordinator.data(REGISTER, items=items))["registerForSessions"]

    seat = {"id": answer[0]["id"], "status": "REGISTERED", "person": {"name": "Ada"}, "session": {"seatsTaken": 1}}
    assert answer == [seat, {"reason": "SESSION_FULL"}, seat]


async def test_learners_ask_for_themselves_in_bulk_too(coordinator, learner):
    program = await a_program(coordinator)
    sessions = [await a_session(coordinator, program, title=f"Day {day}") for day in (1, 2)]
    other = await a_person(coordinator)

    own = await learner.data(REGISTER, items=[{"sessionId": session} for session in sessions])
    others = await learner.answer(REGISTER, items=[{"sessionId": sessions[0], "personId": other}])

    assert [one["person"]["name"] for one in own["registerForSessions"]] == ["Grace Hopper"] * 2
    assert code_of(others) == "FORBIDDEN"
    assert others["errors"][0]["message"].startswith("`input.items[0]`: You may do this for yourself only")


async def test_a_whole_course_is_brought_in_by_few_requests(coordinator, admin):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program)
    people = [await a_person(coordinator, name=name) for name in ("Ada", "Bea")]

    scheduled = await ask(coordinator, "scheduleSessions", "scheduleSession", "Session { id title }", [
        a_workshop(program, cohortId=cohort, number=number, title=f"Day {number}") for number in (1, 1, 2)
    ])  # fmt: skip
    session = scheduled[0]["id"]
    enrolled = await ask(coordinator, "enrollPeople", "enroll", "Enrollment { id person { name } }", [
        {"cohortId": cohort, "personId": person} for person in people
    ])  # fmt: skip
    seats = await ask(coordinator, "registerForSessions", "registerForSession", "Registration { id status }", [
        {"sessionId": session, "personId": person} for person in people
    ])  # fmt: skip
    await move_clock(admin, "2099-09-08T15:00:00Z")
    [first] = await meetings_of(coordinator, session)
    attended = await ask(coordinator, "recordAttendances", "recordAttendance", "Attendance { status }", [
        {"meetingId": first, "personId": person, "status": "PRESENT", "evidence": "SIGN_IN"} for person in people
    ])  # fmt: skip
    counted = await ask(coordinator, "recordHeadCounts", "countHeads", "HeadCount { people }", [
        {"sessionId": session, "kind": "ATTENDED", "people": 2}
    ])  # fmt: skip
    left = await ask(coordinator, "withdrawEnrollments", "withdraw", "Enrollment { status }", [
        {"id": enrolled[0]["id"]}
    ])  # fmt: skip
    given_up = await ask(coordinator, "cancelRegistrations", "cancelRegistration", "Registration { status }", [
        {"id": seats[1]["id"]}
    ])  # fmt: skip

    assert [one.get("title", one.get("code")) for one in scheduled] == ["Day 1", "NUMBER_TAKEN", "Day 2"]
    assert [one["person"]["name"] for one in enrolled] == ["Ada", "Bea"]
    assert [one["status"] for one in seats] == ["REGISTERED", "REGISTERED"]
    assert (attended, counted) == ([{"status": "PRESENT"}] * 2, [{"people": 2}])
    assert (left, given_up) == ([{"status": "WITHDRAWN"}], [{"status": "CANCELLED"}])


async def ask(client, mutation, single, selection, items):
    """What a mutation of many answers."""
    document = f"""mutation ($items: [{single[0].upper()}{single[1:]}Input!]!) {{
      {mutation}(input: {{items: $items}}) {{ ... on {selection} ... on Refused {{ code }} }}
    }}"""
    return (await client.data(document, items=items))[mutation]


@pytest.mark.race
async def test_bulks_at_once_that_want_the_same_addresses_leave_each_once(coordinator):
    """Each is rolled back and tried again where another was faster: in the end, as if one had come after the other."""
    items = [{"name": f"Person {number}", "email": f"{number}@example.org"} for number in range(20)]
    orders = [items, items[::-1], items[10:] + items[:10]]

    answers = await asyncio.gather(*(coordinator.data(MANY, items=order) for order in orders))

    outcomes = [one["__typename"] for answer in answers for one in answer["createPeople"]]
    assert outcomes.count("Person") == 20
    assert outcomes.count("PersonRefused") == 40
    assert len(await people_named(coordinator, *(item["name"] for item in items))) == 20


async def test_bulks_may_be_sent_again_under_a_key(coordinator):
    document = MANY.replace("dryRun: $dryRun)", 'dryRun: $dryRun) @idempotent(key: "monday-import")')
    items = [{"name": "Ada", "email": "ada@example.org"}, {"name": "Eve", "email": "ada@example.org"}]

    first = await coordinator.data(document, items=items)
    again = await coordinator.data(document, items=items)
    other = await coordinator.answer(document, items=items[:1])

    assert again == first
    assert [one["__typename"] for one in first["createPeople"]] == ["Person", "PersonRefused"]
    assert code_of(other) == "IDEMPOTENCY_KEY_REUSED"
    assert await people_named(coordinator, "Ada", "Eve") == ["Ada"]


def test_what_is_asked_for_many_answers_with_what_is_asked_for_one():
    fields = schema().mutation_type.fields
    many = {name: field for name, field in fields.items() if isinstance(field.type.of_type, GraphQLList)}

    assert len(many) > 15
    for field in many.values():
        inner = field.type.of_type.of_type
        assert isinstance(inner, GraphQLNonNull)
        assert [one for one in fields.values() if getattr(one.type, "of_type", None) is inner.of_type]
