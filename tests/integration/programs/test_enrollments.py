import asyncio
from datetime import timedelta

import pytest
from sqlmodel import func, select

from domain.programs import enrollments
from domain.programs.enrollments import Enrollment, EnrollmentRefusal, EnrollmentRefused, EnrollmentStatus
from tests.conftest import BY, NOW
from tests.rows import a_cohort, a_person, a_program, events_of, unknown

LATER = NOW + timedelta(days=1)


async def test_a_learner_is_enrolled_in_a_cohort(db):
    cohort, ada = await a_cohort(db, await a_program(db)), await a_person(db)

    enrollment = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=NOW)

    assert (enrollment.status, enrollment.enrolled_at) == (EnrollmentStatus.ACTIVE, NOW)
    assert await events_of(db, enrollment) == [("enrolled", {"cohort_id": str(cohort.id), "person_id": str(ada.id)})]


async def test_enrolling_twice_changes_nothing(db):
    cohort, ada = await a_cohort(db, await a_program(db)), await a_person(db)
    first = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=NOW)

    again = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=LATER)

    assert (again.id, again.enrolled_at) == (first.id, NOW)
    assert len(await events_of(db, first)) == 1


async def test_who_has_withdrawn_may_come_back_with_the_same_enrollment(db):
    cohort, ada = await a_cohort(db, await a_program(db)), await a_person(db)
    first = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=NOW)
    await enrollments.withdraw(db, first.id, by=BY, now=NOW)

    again = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=LATER)

    assert (again.id, again.status, again.enrolled_at, again.withdrawn_at) == (
        first.id,
        EnrollmentStatus.ACTIVE,
        LATER,
        None,
    )
    assert [verb for verb, _ in await events_of(db, first)] == ["enrolled", "withdrawn", "enrolled"]


async def test_withdrawing_twice_changes_nothing(db):
    cohort, ada = await a_cohort(db, await a_program(db)), await a_person(db)
    enrollment = await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=NOW)

    for now in (NOW, LATER):
        await enrollments.withdraw(db, enrollment.id, by=BY, now=now)

    assert (enrollment.status, enrollment.withdrawn_at) == (EnrollmentStatus.WITHDRAWN, NOW)
    assert [verb for verb, _ in await events_of(db, enrollment)] == ["enrolled", "withdrawn"]


async def test_what_is_not_there_is_refused(db):
    cohort = await a_cohort(db, await a_program(db))

    with pytest.raises(EnrollmentRefused) as no_cohort:
        await enrollments.enroll(db, unknown(), unknown(), by=BY, now=NOW)
    with pytest.raises(EnrollmentRefused) as no_person:
        await enrollments.enroll(db, cohort.id, unknown(), by=BY, now=NOW)
    with pytest.raises(EnrollmentRefused) as no_enrollment:
        await enrollments.withdraw(db, unknown(), by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (no_cohort, no_person, no_enrollment)]
    assert refusals == [(EnrollmentRefusal.NOT_FOUND, field) for field in ("cohortId", "personId", "id")]


@pytest.mark.race
async def test_ten_requests_at_once_enroll_a_learner_once(database, tenant):
    """Without the lock on the cohort, nine of them fail on the unique key."""
    async with database.transaction(tenant.id) as db:
        cohort, ada = await a_cohort(db, await a_program(db)), await a_person(db)

    async def enroll():
        async with database.transaction(tenant.id) as db:
            return (await enrollments.enroll(db, cohort.id, ada.id, by=BY, now=NOW)).id

    enrolled = await asyncio.gather(*(enroll() for _ in range(10)))

    assert len(set(enrolled)) == 1
    async with database.transaction(tenant.id) as db:
        assert await db.scalar(select(func.count()).select_from(Enrollment)) == 1
