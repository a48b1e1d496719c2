"""Cohorts through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.rows import (
    a_cohort,
    a_program,
    a_session,
    an_enrollment,
    do,
    error_of,
    me,
    nobodys,
    refused,
)

COHORT = "Cohort { name externalRef program { title } }"


async def test_a_coordinator_forms_a_cohort(coordinator):
    program = await a_program(coordinator)
    facts = {"name": "Autumn", "externalRef": "A-1"}

    created = await do(coordinator, "createCohort", COHORT, programId=program, **facts)
    read = await coordinator.data(
        """query ($id: ID!) {
          program(id: $id) { cohorts { totalCount nodes { name } } } cohort(externalRef: "A-1") { name }
        }""",
        id=program,
    )

    assert created == {**facts, "program": {"title": "Giving feedback"}}
    assert read == {
        "program": {"cohorts": {"totalCount": 1, "nodes": [{"name": "Autumn"}]}},
        "cohort": {"name": "Autumn"},
    }


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"programId": nobodys("prg")}, "NOT_FOUND", "programId"),
        ({"name": " "}, "INVALID", "name"),
        ({"externalRef": ""}, "INVALID", "externalRef"),
        ({"externalRef": "TAKEN"}, "REFERENCE_TAKEN", "externalRef"),
    ],
)
async def test_a_cohort_that_cannot_be_is_refused_with_its_field(coordinator, facts, code, field):
    program = await a_program(coordinator)
    await a_cohort(coordinator, program, externalRef="TAKEN")

    answer = await do(coordinator, "createCohort", COHORT, **{"programId": program, "name": "Spring", **facts})

    assert answer == refused(code, field)
    assert await coordinator.data("{ cohorts { totalCount } }") == {"cohorts": {"totalCount": 1}}


async def test_an_update_changes_what_it_names(coordinator):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program, externalRef="A-1")
    await a_cohort(coordinator, program, externalRef="TAKEN")
    selection = "Cohort { name externalRef }"

    answers = [
        await do(coordinator, "updateCohort", selection, id=cohort, name="Winter"),
        await do(coordinator, "updateCohort", selection, id=cohort, externalRef=None),
        await do(coordinator, "updateCohort", selection, id=cohort, name=""),
        await do(coordinator, "updateCohort", selection, id=cohort, externalRef="TAKEN"),
        await do(coordinator, "updateCohort", selection, id=nobodys("coh"), name="Gone"),
    ]

    assert answers == [
        {"name": "Winter", "externalRef": "A-1"},
        {"name": "Winter", "externalRef": None},
        refused("INVALID", "name"),
        refused("REFERENCE_TAKEN", "externalRef"),
        refused("NOT_FOUND", "id"),
    ]


async def test_learners_see_the_cohorts_they_are_enrolled_in(coordinator, learner):
    program = await a_program(coordinator)
    mine, other = [await a_cohort(coordinator, program, name=name) for name in ("Mine", "Other")]
    await an_enrollment(coordinator, mine, me(learner))
    await a_session(coordinator, program, cohortId=other)

    seen = await learner.data(
        """query ($other: ID!) {
          cohorts { totalCount nodes { name } } cohort(id: $other) { name } node(id: $other) { id }
          sessions { nodes { title cohort { name } } }
        }""",
        other=other,
    )

    assert seen == {
        "cohorts": {"totalCount": 1, "nodes": [{"name": "Mine"}]},
        "cohort": None,
        "node": None,
        "sessions": {"nodes": [{"title": "Workshop", "cohort": None}]},
    }


async def test_instructors_see_all_cohorts_and_form_none(coordinator, http, database, tenant):
    program = await a_program(coordinator)
    cohort = await a_cohort(coordinator, program)
    instructor = await a_client(http, database, tenant, "INSTRUCTOR")

    seen = await instructor.data("{ cohorts { nodes { name } } }")
    codes = [
        await error_of(instructor, "createCohort", COHORT, programId=program, name="Mine"),
        await error_of(instructor, "updateCohort", COHORT, id=cohort, name="Mine"),
    ]

    assert seen == {"cohorts": {"nodes": [{"name": "Autumn"}]}}
    assert codes == ["FORBIDDEN", "FORBIDDEN"]


async def test_an_app_that_reads_cohorts_sees_what_they_lead_to_and_no_addresses(coordinator, http, database, tenant):
    cohort = await a_cohort(coordinator, await a_program(coordinator))
    guest = await do(coordinator, "createPerson", "Person { id }", name="Bea", email="bea@example.org")
    await an_enrollment(coordinator, cohort, guest["id"])
    app = await a_client(http, database, tenant, scopes=["cohorts:read"])

    seen = await app.data(
        "{ cohorts { nodes { program { title } enrollments { nodes { person { name email } cohort { name } } } } } }"
    )
    unasked = await app.answer("{ people { nodes { name } } }")

    enrollment = {"person": {"name": "Bea", "email": None}, "cohort": {"name": "Autumn"}}
    assert seen["cohorts"]["nodes"] == [
        {"program": {"title": "Giving feedback"}, "enrollments": {"nodes": [enrollment]}}
    ]
    assert unasked["errors"][0]["extensions"]["code"] == "FORBIDDEN"
