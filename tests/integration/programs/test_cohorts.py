import pytest

from domain.programs import cohorts
from domain.programs.cohorts import CohortRefusal, CohortRefused, NewCohort
from tests.conftest import BY, NOW
from tests.rows import a_cohort, a_program, events_of, unknown


async def test_a_cohort_goes_through_its_program(db):
    program = await a_program(db)

    cohort = await a_cohort(db, program, external_ref="autumn")

    assert (cohort.program_id, cohort.name, cohort.created_at) == (program.id, "Autumn", NOW)
    facts = {"program_id": str(program.id), "name": "Autumn", "external_ref": "autumn"}
    assert await events_of(db, cohort) == [("created", facts)]


async def test_a_cohort_may_be_renamed(db):
    cohort = await a_cohort(db, await a_program(db))

    await cohorts.update(db, cohort.id, {"name": "Autumn 2026"}, by=BY, now=NOW)

    assert (await events_of(db, cohort))[1:] == [("updated", {"name": "Autumn 2026"})]


async def test_an_update_without_a_difference_leaves_no_event(db):
    cohort = await a_cohort(db, await a_program(db))

    await cohorts.update(db, cohort.id, {"name": " Autumn "}, by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, cohort)] == ["created"]


async def test_a_reference_names_one_cohort(db):
    program = await a_program(db)
    await a_cohort(db, program, external_ref="autumn")

    with pytest.raises(CohortRefused) as refused:
        await a_cohort(db, program, external_ref="autumn")

    assert (refused.value.reason, refused.value.field) == (CohortRefusal.REFERENCE_TAKEN, "externalRef")


async def test_a_cohort_without_name_is_refused(db):
    with pytest.raises(CohortRefused) as refused:
        await a_cohort(db, await a_program(db), name=" ")

    assert (refused.value.reason, refused.value.field) == (CohortRefusal.INVALID, "name")


async def test_what_is_not_there_is_refused(db):
    with pytest.raises(CohortRefused) as program:
        await cohorts.create(db, unknown(), NewCohort(name="Autumn"), by=BY, now=NOW)
    with pytest.raises(CohortRefused) as cohort:
        await cohorts.update(db, unknown(), {"name": "Autumn"}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (program, cohort)]
    assert refusals == [(CohortRefusal.NOT_FOUND, "programId"), (CohortRefusal.NOT_FOUND, "id")]
