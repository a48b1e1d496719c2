"""Enrollments through GraphQL."""

import pytest

from domain.journeys.activities import Audience
from tests.e2e.rows import (
    a_cohort,
    a_person,
    a_program,
    a_session,
    an_activity,
    an_enrollment,
    do,
    error_of,
    me,
    nobodys,
    refused,
)

ENROLLMENT = "Enrollment { id status withdrawnAt person { name } cohort { name } }"


async def test_a_coordinator_enrolls_a_learner_once(coordinator):
    cohort, person = await a_cohort(coordinator, await a_program(coordinator)), await a_person(coordinator)

    first = await do(coordinator, "enroll", ENROLLMENT, cohortId=cohort, personId=person)
    again = await do(coordinator, "enroll", ENROLLMENT, cohortId=cohort, personId=person)

    assert first == {
        "id": first["id"],
        "status": "ACTIVE",
        "withdrawnAt": None,
        "person": {"name": "Bea"},
        "cohort": {"name": "Autumn"},
    }
    assert again == first
    read = await coordinator.data(
        "query ($id: ID!) { cohort(id: $id) { enrollments { totalCount nodes { id } } } }", id=cohort
    )
    assert read["cohort"]["enrollments"] == {"totalCount": 1, "nodes": [{"id": first["id"]}]}


async def test_who_has_withdrawn_may_come_back(coordinator):
    cohort, person = await a_cohort(coordinator, await a_program(coordinator)), await a_person(coordinator)
    enrollment = await an_enrollment(coordinator, cohort, person)

    gone = await do(coordinator, "withdraw", ENROLLMENT, id=enrollment)
    still_gone = await do(coordinator, "withdraw", ENROLLMENT, id=enrollment)
    back = await do(coordinator, "enroll", ENROLLMENT, cohortId=cohort, personId=person)

    assert (gone["id"], gone["status"], gone["withdrawnAt"] is None) == (enrollment, "WITHDRAWN", False)
    assert still_gone == gone
    assert (back["id"], back["status"], back["withdrawnAt"]) == (enrollment, "ACTIVE", None)


async def test_a_learner_who_comes_late_gets_their_steps(coordinator, learner):
    program = await a_program(coordinator)
    await an_activity(coordinator, program, title="For the cohort")
    await an_activity(coordinator, program, title="For each", audience=Audience.LEARNER)
    cohort = await a_cohort(coordinator, program)
    await a_session(coordinator, program, cohortId=cohort)
    await do(coordinator, "unrollJourney", "Journey { id }", cohortId=cohort)

    await an_enrollment(coordinator, cohort, me(learner))

    steps = await learner.data("{ steps { nodes { dueAt activity { title } } } }")
    two_weeks_later = "2099-09-22T15:00:00+00:00"
    assert sorted(steps["steps"]["nodes"], key=lambda step: step["activity"]["title"]) == [
        {"dueAt": two_weeks_later, "activity": {"title": "For each"}},
        {"dueAt": two_weeks_later, "activity": {"title": "For the cohort"}},
    ]


@pytest.mark.parametrize("missing", ["cohortId", "personId"])
async def test_an_enrollment_needs_a_cohort_and_a_person(coordinator, missing):
    given = {
        "cohortId": await a_cohort(coordinator, await a_program(coordinator)),
        "personId": await a_person(coordinator),
    }

    answer = await do(coordinator, "enroll", ENROLLMENT, **{**given, missing: nobodys("xxx")})

    assert answer == refused("NOT_FOUND", missing)
    assert await coordinator.data("{ enrollments { totalCount } }") == {"enrollments": {"totalCount": 0}}


async def test_an_unknown_enrollment_cannot_be_withdrawn(coordinator):
    assert await do(coordinator, "withdraw", ENROLLMENT, id=nobodys("enr")) == refused("NOT_FOUND", "id")


async def test_learners_see_their_own_enrollments_and_change_none(coordinator, learner):
    cohort = await a_cohort(coordinator, await a_program(coordinator))
    mine = await an_enrollment(coordinator, cohort, me(learner))
    other = await an_enrollment(coordinator, cohort, await a_person(coordinator))

    seen = await learner.data(
        """query ($cohort: ID!, $other: ID!) {
          enrollments { nodes { id } } enrollment(id: $other) { id }
          cohort(id: $cohort) { enrollments { totalCount nodes { person { name enrollments { totalCount } } } } }
        }""",
        cohort=cohort,
        other=other,
    )
    codes = [
        await error_of(learner, "enroll", ENROLLMENT, cohortId=cohort, personId=me(learner)),
        await error_of(learner, "withdraw", ENROLLMENT, id=mine),
    ]

    grace = {"person": {"name": "Grace Hopper", "enrollments": {"totalCount": 1}}}
    assert seen == {
        "enrollments": {"nodes": [{"id": mine}]},
        "enrollment": None,
        "cohort": {"enrollments": {"totalCount": 1, "nodes": [grace]}},
    }
    assert codes == ["FORBIDDEN", "FORBIDDEN"]
