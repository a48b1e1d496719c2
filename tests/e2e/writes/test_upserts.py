"""Records that are brought in by a reference of the client's own."""

import asyncio

import pytest

from api.engine.types import ENTITIES, ROOTS
from api.schema import schema
from tests.e2e.rows import a_cohort, a_meeting, a_person, a_program, a_seat, do, refused
from tests.e2e.writes.asking import events_about, people_named

PERSON = "UpsertedPerson { created person { name email revision } }"


async def test_who_is_new_is_created_and_who_is_known_is_changed(coordinator):
    new = await do(coordinator, "upsertPerson", PERSON, externalRef="hr-1", name="Ada", email="ada@example.org")
    same = await do(coordinator, "upsertPerson", PERSON, externalRef="hr-1", name="Ada", email="ada@example.org")
    changed = await do(coordinator, "upsertPerson", PERSON, externalRef="hr-1", name="Countess Ada")

    ada = {"name": "Ada", "email": "ada@example.org", "revision": 1}
    assert new == {"created": True, "person": ada}
    assert same == {"created": False, "person": ada}
    assert changed == {"created": False, "person": {**ada, "name": "Countess Ada", "revision": 2}}
    assert [event for event in await events_about(coordinator, "Person") if event[0] == "updated"] == [("updated", 2)]


async def test_someone_new_needs_a_name(coordinator):
    answer = await do(coordinator, "upsertPerson", PERSON, externalRef="hr-1", email="ada@example.org")

    assert answer == refused("INVALID", "name")


async def test_an_address_of_another_is_refused(coordinator):
    await a_person(coordinator, email="ada@example.org")

    answer = await do(coordinator, "upsertPerson", PERSON, externalRef="hr-1", name="Ada", email="ada@example.org")

    assert answer == refused("EMAIL_TAKEN", "email")


async def test_many_are_brought_in_and_a_reference_may_come_twice(coordinator):
    document = """mutation ($items: [UpsertPersonInput!]!) { upsertPeople(input: {items: $items}) {
      ... on UpsertedPerson { created person { name } } ... on Refused { code field }
    } }"""
    names = ("hr-1", "Ada"), ("hr-2", "Bea"), ("hr-1", "Countess Ada"), ("hr-3", None)
    items = [{"externalRef": reference, **({"name": name} if name else {})} for reference, name in names]

    answer = await coordinator.data(document, items=items)

    assert answer["upsertPeople"] == [
        {"created": True, "person": {"name": "Countess Ada"}},
        {"created": True, "person": {"name": "Bea"}},
        {"created": False, "person": {"name": "Countess Ada"}},
        refused("INVALID", "name"),
    ]


@pytest.mark.race
async def test_of_many_who_bring_in_the_same_at_once_one_creates_it(coordinator):
    """Take 23505 out of LOST_A_RACE, and some are answered with an internal error."""
    references = [f"hr-{number}" for number in range(10)]
    answers = await asyncio.gather(
        *(
            do(
                coordinator,
                "upsertPerson",
                "UpsertedPerson { created }",
                externalRef=reference,
                name=f"Ada {reference}",
            )
            for reference in references * 12
        )
    )

    assert sorted(answer["created"] for answer in answers) == [False] * 110 + [True] * 10
    names = [f"Ada {reference}" for reference in references]
    assert sorted(await people_named(coordinator, *names)) == names


async def test_a_cohort_stays_with_its_program(coordinator):
    program, other = [await a_program(coordinator) for _ in range(2)]
    cohort = "UpsertedCohort { created cohort { name program { id } } }"

    answers = [
        await do(coordinator, "upsertCohort", cohort, externalRef="c", **given)
        for given in (
            {"name": "Autumn"},
            {"name": "Autumn", "programId": program},
            {"name": "Fall"},
            {"name": "Fall", "programId": other},
        )
    ]

    there = {"program": {"id": program}}
    assert answers == [
        refused("INVALID", "programId"),
        {"created": True, "cohort": {"name": "Autumn", **there}},
        {"created": False, "cohort": {"name": "Fall", **there}},
        refused("INVALID", "programId"),
    ]


async def test_a_session_moves_in_time_and_stays_where_it_belongs(coordinator):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program)
    session = "UpsertedSession { created session { title startsAt capacity meetings { localStart } } }"
    new = {"programId": program, "title": "Workshop", "format": "WORKSHOP", "meetings": [a_meeting(8)], "capacity": 5}

    answers = [
        await do(coordinator, "upsertSession", session, externalRef="s", **given)
        for given in (
            {"title": "Workshop", "programId": program, "format": "WORKSHOP"},
            new,
            {"title": "Practice", "capacity": None},
            {"meetings": [a_meeting(9), a_meeting(10)]},
            {"cohortId": cohort},
            {"number": 2},
        )
    ]

    made = {
        "title": "Workshop",
        "startsAt": "2099-09-08T07:00:00+00:00",
        "capacity": 5,
        "meetings": [{"localStart": "2099-09-08T09:00:00"}],
    }
    renamed = {**made, "title": "Practice", "capacity": None}
    moved = {
        **renamed,
        "startsAt": "2099-09-09T07:00:00+00:00",
        "meetings": [{"localStart": f"2099-09-{day}T09:00:00"} for day in ("09", "10")],
    }
    assert answers == [
        refused("INVALID", "meetings"),
        {"created": True, "session": made},
        {"created": False, "session": renamed},
        {"created": False, "session": moved},
        refused("INVALID", "cohortId"),
        refused("INVALID", "number"),
    ]


async def test_seats_that_are_added_go_to_those_who_wait(coordinator):
    program = await a_program(coordinator)
    new = {"externalRef": "s", "programId": program, "title": "Workshop", "format": "WORKSHOP", "capacity": 1}
    selection = "UpsertedSession { session { id seatsTaken waiting } }"
    made = await do(coordinator, "upsertSession", selection, **new, meetings=[a_meeting()])
    for name in ("Ada", "Bea"):
        await a_seat(coordinator, made["session"]["id"], await a_person(coordinator, name=name))

    larger = await do(coordinator, "upsertSession", selection, externalRef="s", capacity=2)

    assert larger == {"session": {"id": made["session"]["id"], "seatsTaken": 2, "waiting": 0}}


async def test_anything_is_found_by_its_type_and_reference(coordinator, visitor):
    await do(coordinator, "upsertPerson", PERSON, externalRef="x-1", name="Ada")
    await do(coordinator, "upsertProgram", "UpsertedProgram { created }", externalRef="x-1", title="Coaching")
    document = """query ($type: ReferencedType!, $reference: String!) {
      nodeByExternalRef(type: $type, externalRef: $reference) {
        __typename ... on Person { name } ... on Program { title }
      }
    }"""

    found = [
        await coordinator.data(document, type=kind, reference=reference)
        for kind, reference in (("PERSON", "x-1"), ("PROGRAM", "x-1"), ("COHORT", "x-1"), ("PERSON", "x-2"))
    ]
    hidden = await visitor.data(document, type="PERSON", reference="x-1")

    assert [one["nodeByExternalRef"] for one in found] == [
        {"__typename": "Person", "name": "Ada"},
        {"__typename": "Program", "title": "Coaching"},
        None,
        None,
    ]
    assert hidden == {"nodeByExternalRef": None}


async def test_learners_bring_nobody_in(learner):
    answer = await learner.answer(
        'mutation { upsertPerson(input: {externalRef: "x", name: "X"}) { ... on UpsertedPerson { created } } }'
    )

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_whatever_has_a_reference_is_found_by_it():
    query = schema().query_type
    with_reference = {name for name, entity in ENTITIES.items() if "external_ref" in entity.fields}

    found = {root.entity for root in ROOTS.values() if "externalRef" in query.fields[root.name].args}

    assert found == with_reference
    assert {value.value for value in schema().type_map["ReferencedType"].values.values()} == with_reference


@pytest.mark.parametrize(
    ("mutation", "selection", "facts"),
    [
        ("upsertOrganization", "UpsertedOrganization { created organization { name } }", {"name": "Acme"}),
        ("upsertProgram", "UpsertedProgram { created program { title } }", {"title": "Giving feedback"}),
    ],
)
async def test_organizations_and_programs_have_names_elsewhere_too(coordinator, mutation, selection, facts):
    first = await do(coordinator, mutation, selection, externalRef="x-1", **facts)
    again = await do(coordinator, mutation, selection, externalRef="x-1", **facts)

    kind = mutation.removeprefix("upsert").lower()
    assert first == {"created": True, kind: facts}
    assert again == {"created": False, kind: facts}
