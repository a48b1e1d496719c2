"""Edits that name the revision they were read at."""

import asyncio

import pytest

from api.schema import schema
from tests.e2e.rows import (
    a_cohort,
    a_meeting,
    a_person,
    a_program,
    a_seat,
    a_session,
    an_activity,
    an_organization,
    do,
    refused,
)

STALE = refused("REVISION_CHANGED", "expectedRevision")


async def test_each_edit_counts_and_one_that_changes_nothing_does_not(coordinator):
    person = await a_person(coordinator)
    answers = [
        await do(coordinator, "updatePerson", "Person { name revision }", id=person, name=name)
        for name in ("Ada", "Ada", "Bea")
    ]

    assert [answer["revision"] for answer in answers] == [2, 2, 3]


async def test_an_edit_of_what_someone_else_has_changed_is_refused(coordinator, admin):
    program = await a_program(coordinator)
    moved = {"id": await a_session(coordinator, program), "meetings": [a_meeting(20)]}
    edits = [
        (coordinator, "updatePerson", "Person", {"id": await a_person(coordinator), "name": "New"}),
        (coordinator, "updateOrganization", "Organization", {"id": await an_organization(coordinator), "name": "New"}),
        (coordinator, "updateProgram", "Program", {"id": program, "title": "New"}),
        (coordinator, "updateActivity", "Activity", {"id": await an_activity(coordinator, program), "title": "New"}),
        (coordinator, "updateCohort", "Cohort", {"id": await a_cohort(coordinator, program), "name": "New"}),
        (coordinator, "updateSession", "Session", {"id": await a_session(coordinator, program), "title": "New"}),
        (coordinator, "rescheduleSession", "Session", moved),
        (coordinator, "updateCommunity", "Community", {"id": await a_community(coordinator), "name": "New"}),
        (admin, "updateCustomField", "CustomField", {"id": await a_custom_field(admin), "label": "New"}),
        (admin, "updateTenant", "Tenant", {"displayName": "New"}),
    ]

    answers = []
    for client, mutation, kind, given in edits:
        wrong = await do(client, mutation, f"{kind} {{ revision }}", **given, expectedRevision=5)
        right = await do(client, mutation, f"{kind} {{ revision }}", **given, expectedRevision=1)
        late = await do(client, mutation, f"{kind} {{ revision }}", **given, expectedRevision=1)
        answers.append((mutation, wrong, right, late))

    assert answers == [(mutation, STALE, {"revision": 2}, STALE) for _, mutation, _, _ in edits]


async def a_community(client):
    founded = await do(client, "foundCommunity", "Community { id }", name="Practice", domain="Feedback")
    return founded["id"]


async def a_custom_field(client):
    new = {"record": "PERSON", "key": "size", "kind": "NUMBER", "label": "Size"}
    return (await do(client, "declareCustomField", "CustomField { id }", **new))["id"]


def test_every_update_can_name_a_revision():
    kinds = schema().type_map
    updates = [name for name in kinds if name.startswith("Update") and name.endswith("Input")]
    single = [name for name in updates if "items" not in kinds[name].fields]

    assert len(single) >= 7
    assert [name for name in single if "expectedRevision" not in kinds[name].fields] == []


async def test_the_refusal_says_what_to_do(coordinator):
    person = await a_person(coordinator)

    answer = await coordinator.data(
        """mutation ($id: ID!) { updatePerson(input: {id: $id, name: "Ada", expectedRevision: 7}) {
          ... on PersonRefused { reason message field retryable } } }""",
        id=person,
    )

    assert answer["updatePerson"] == {
        "reason": "REVISION_CHANGED",
        "message": "Someone has changed this since you read it. Read it again, and decide on what it says now.",
        "field": "expectedRevision",
        "retryable": False,
    }


async def test_seats_that_are_taken_are_no_edit_of_the_session(coordinator):
    session = await a_session(coordinator, await a_program(coordinator), capacity=1)
    seats = [await a_seat(coordinator, session, await a_person(coordinator, name=name)) for name in ("Ada", "Bea")]
    await do(coordinator, "cancelRegistration", "Registration { id }", id=seats[0])

    cancelled = await do(coordinator, "cancelSession", "Session { seatsTaken revision }", id=session)
    again = await do(coordinator, "cancelSession", "Session { revision }", id=session)

    assert cancelled == {"seatsTaken": 1, "revision": 2}
    assert again == {"revision": 2}


@pytest.mark.race
async def test_of_edits_at_once_from_the_same_revision_one_is_made(coordinator):
    """Take `stale` out of `people.update`, or its lock, and more than one is made."""
    person = await a_person(coordinator)
    names = [f"Name {at}" for at in range(12)]

    answers = await asyncio.gather(
        *(
            do(coordinator, "updatePerson", "Person { revision }", id=person, name=name, expectedRevision=1)
            for name in names
        )
    )

    assert answers.count({"revision": 2}) == 1
    assert answers.count(STALE) == 11
